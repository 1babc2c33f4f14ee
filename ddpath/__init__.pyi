__version__: str

from .benchmark import Claim as Claim, examine as examine, read_dataset as read_dataset, run as run, table as table
from .checks import InputError as InputError
from .denoising import (
    DDPathBlurIG as DDPathBlurIG,
    DDPathGIG as DDPathGIG,
    DDPathIG as DDPathIG,
    MixedIG as MixedIG,
    NetworkFree as NetworkFree,
    PosteriorMeanIG as PosteriorMeanIG,
)
from .diffusion import Prior as Prior
from .drawing import compare as compare, overlay as overlay, show_images as show_images, show_maps as show_maps
from .explanation import Explanation as Explanation, explain as explain
from .explorer import PathExplorer as PathExplorer, record as record
from .ig import (
    Attribution as Attribution,
    Gradient as Gradient,
    GuidedBackprop as GuidedBackprop,
    IntegratedGradients as IntegratedGradients,
    Method as Method,
)
from .images import (
    bundled_photos as bundled_photos,
    load_image as load_image,
    make_baseline as make_baseline,
    square as square,
)
from .methods import METHODS as METHODS, make_method as make_method, with_prior as with_prior, with_steps as with_steps
from .metrics import (
    information_curves as information_curves,
    insertion_deletion as insertion_deletion,
    pointing_game as pointing_game,
    randomisation as randomisation,
)
from .models import Classifier as Classifier, Score as Score, value_and_gradient as value_and_gradient
from .noise import (
    ExpectedGradients as ExpectedGradients,
    NoisyPath as NoisyPath,
    SmoothGrad as SmoothGrad,
    noise_profile as noise_profile,
)
from .paths import IDG as IDG, IDGI as IDGI, SAMP as SAMP, BlurIG as BlurIG, GuidedIG as GuidedIG
from .photos import load_images as load_images, photo_table as photo_table
from .suppression import Suppression as Suppression, certainty as certainty
