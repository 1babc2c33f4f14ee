__version__: str

from .adm import ADM as ADM
from .attribution import (
    Attribution as Attribution,
    Method as Method,
    Step as Step,
    StraightPath as StraightPath,
    Trace as Trace,
    Trajectory as Trajectory,
    path_integral as path_integral,
)
from .autoencoders import VAE as VAE
from .averaged import AdaptGrad as AdaptGrad, Averaged as Averaged
from .baselines import BASELINES as BASELINES, make_baseline as make_baseline
from .batching import Evaluator as Evaluator, value_and_gradient as value_and_gradient
from .benchmark import ENGINES as ENGINES, run as run
from .blur import (
    AdaptiveBlurIG as AdaptiveBlurIG,
    BlurIG as BlurIG,
    BlurPath as BlurPath,
    gaussian_blur as gaussian_blur,
)
from .checks import InputError as InputError
from .classifiers import Classifier as Classifier
from .cli import main as main
from .datasets import DATASETS as DATASETS, Photograph as Photograph, read_dataset as read_dataset, sample as sample
from .denoised import (
    MixedIG as MixedIG,
    Polyline as Polyline,
    PosteriorMeanIG as PosteriorMeanIG,
    denoised_path as denoised_path,
)
from .denoising import (
    AGGREGATES as AGGREGATES,
    DDPath as DDPath,
    DDPathIG as DDPathIG,
    SCHEMES as SCHEMES,
    VIEWS as VIEWS,
    scaling as scaling,
)
from .diffusion import (
    NoiseLevel as NoiseLevel,
    NoiseSchedule as NoiseSchedule,
    ddim_step as ddim_step,
    ddpm_step as ddpm_step,
    noise_schedule as noise_schedule,
    posterior_mean as posterior_mean,
)
from .drawing import Drawing as Drawing, curves as curves, panels as panels, show_images as show_images
from .ensembles import Ensemble as Ensemble
from .expected import ExpectedGradients as ExpectedGradients
from .explanation import Explanation as Explanation, explain as explain
from .explorer import PathExplorer as PathExplorer
from .freemcg import FreeMCG as FreeMCG, ScoreCovariance as ScoreCovariance
from .geodesic import GeodesicIG as GeodesicIG
from .gradients import Gradient as Gradient, SmoothGrad as SmoothGrad
from .guided import AdaptivePath as AdaptivePath, GuidedIG as GuidedIG
from .guided_backprop import GuidedBackprop as GuidedBackprop
from .idgi import IDG as IDG, IDGI as IDGI
from .ig import IntegratedGradients as IntegratedGradients, PathIntegral as PathIntegral
from .ig2 import IG2 as IG2
from .images import bundled_photos as bundled_photos, load_image as load_image, square as square
from .infonce import Certainty as Certainty, certainty as certainty
from .information import (
    Information as Information,
    InformationCurves as InformationCurves,
    information_curves as information_curves,
)
from .insertion import (
    Curves as Curves,
    PROTOCOLS as PROTOCOLS,
    Protocol as Protocol,
    insertion_deletion as insertion_deletion,
)
from .latent import MAGIG as MAGIG, ManifoldIG as ManifoldIG, latent_path as latent_path
from .loaders import published_weights as published_weights
from .localisation import (
    Hits as Hits,
    mass_outside as mass_outside,
    pointing_game as pointing_game,
    rank_accuracy as rank_accuracy,
)
from .magnitudes import magnitude_aligned as magnitude_aligned
from .measures import (
    AlongPath as AlongPath,
    CONTROLS as CONTROLS,
    Case as Case,
    Completeness as Completeness,
    Control as Control,
    DiffID as DiffID,
    Foretold as Foretold,
    InformationAreas as InformationAreas,
    InsertionDeletion as InsertionDeletion,
    METRICS as METRICS,
    MagnitudeAligned as MagnitudeAligned,
    MassOutside as MassOutside,
    MaxSensitivity as MaxSensitivity,
    Measure as Measure,
    Pointing as Pointing,
    RankAccuracy as RankAccuracy,
    Road as Road,
    Texture as Texture,
    USUAL as USUAL,
)
from .methods import (
    METHODS as METHODS,
    Recipe as Recipe,
    make_method as make_method,
    with_prior as with_prior,
    with_steps as with_steps,
)
from .noise import (
    NoiseProfile as NoiseProfile,
    NoisyPath as NoisyPath,
    Observed as Observed,
    noise_profile as noise_profile,
    roughness as roughness,
)
from .outwards import AGI as AGI, LA as LA, MFABA as MFABA, OutwardPath as OutwardPath
from .overlays import compare as compare, draw_paths as draw_paths, overlay as overlay, show_maps as show_maps
from .packing import Packed as Packed
from .photos import load_images as load_images, photo_table as photo_table
from .positions import draw_position as draw_position
from .prior import NoisyClassifier as NoisyClassifier, Prior as Prior
from .quadrature import RULES as RULES
from .random_paths import SPI as SPI, standard_error as standard_error
from .recording import Recording as Recording, record as record
from .regions import (
    Smoothed as Smoothed,
    XRAI as XRAI,
    smoothed_map as smoothed_map,
    xrai_regions as xrai_regions,
    xrai_segments as xrai_segments,
)
from .removal import Removal as Removal, diffid as diffid, linear_imputation as linear_imputation, road as road
from .samp import SAMP as SAMP
from .samplers import SAMPLERS as SAMPLERS, saturation as saturation
from .sanity import Cascade as Cascade, randomisation as randomisation, rank_correlation as rank_correlation
from .scores import OUTPUTS as OUTPUTS, Score as Score
from .selected import DGA as DGA, GuidedAbsoluteGrad as GuidedAbsoluteGrad
from .sentences import conclusions as conclusions
from .shapley import multilinear_extension as multilinear_extension, shapley_values as shapley_values
from .sharing import explain_together as explain_together
from .stability import Infidelity as Infidelity, infidelity as infidelity, max_sensitivity as max_sensitivity
from .stats import (
    Claim as Claim,
    examine as examine,
    interval as interval,
    sure as sure,
    with_interval as with_interval,
)
from .suppression import MASKS as MASKS, Mask as Mask, REFERENCES as REFERENCES, Suppression as Suppression
from .tables import (
    draw_claims as draw_claims,
    draw_table as draw_table,
    failures as failures,
    table as table,
    wide as wide,
)
from .texture import (
    largest_drop as largest_drop,
    monotone_share as monotone_share,
    net_rise as net_rise,
    sparsity as sparsity,
    total_variation as total_variation,
)
from .unsigned import Unsigned as Unsigned
from .variants import DDPathBlurIG as DDPathBlurIG, DDPathGIG as DDPathGIG, NetworkFree as NetworkFree
from .weighted import WeightedBaselines as WeightedBaselines
