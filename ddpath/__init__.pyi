from .benchmark import Claim, examine, read_dataset, run, table
from .checks import InputError
from .denoising import DDPathBlurIG, DDPathGIG, DDPathIG, MixedIG, NetworkFree, PosteriorMeanIG
from .diffusion import Prior
from .drawing import compare, overlay, show_images, show_maps
from .explanation import Explanation, explain
from .explorer import PathExplorer, record
from .ig import Attribution, Gradient, GuidedBackprop, IntegratedGradients, Method
from .images import bundled_photos, load_image, make_baseline, square
from .methods import METHODS, make_method, with_prior, with_steps
from .metrics import information_curves, insertion_deletion, pointing_game, randomisation
from .models import Classifier, Score, value_and_gradient
from .noise import ExpectedGradients, NoisyPath, SmoothGrad, noise_profile
from .paths import IDG, IDGI, SAMP, BlurIG, GuidedIG
from .photos import load_images, photo_table
from .suppression import Suppression, certainty
