"""The package away from the CPU: the same answers, where the images lie. On any machine, on a device that pretends.

On a machine with a GPU, `DDPATH_DEVICE=cuda pytest tests/test_device.py` asks the same of it, in double precision and
to 1e-3: it adds in another order, and in single precision a ReLU that flips changes a map visibly.
"""
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace

import numpy as np
import pandas as pd
import pytest
import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import interpolate
from torchvision.transforms.v2.functional import to_pil_image

import pretended
from ddpath import benchmark, cli
from ddpath.attribution import Attribution
from ddpath.denoised import MixedIG, PosteriorMeanIG
from ddpath.denoising import AGGREGATES, DDPathIG, _GUIDES, _MEAN_INPUTS
from ddpath.variants import DDPathBlurIG, DDPathGIG, NetworkFree
from ddpath.prior import _usual_prior
from ddpath.sharing import explain_together
from ddpath.diffusion import _STEPS
from ddpath.prior import Prior
from ddpath.explorer import _Given, _OnDemand
from ddpath.positions import draw_position, _is_complete, _of_image, _score_curve, _sum_curve
from ddpath.recording import record
from ddpath.drawing import Drawing, show_images
from ddpath.overlays import show_maps, _draw_map
from ddpath.gradients import Gradient
from ddpath.ig import IntegratedGradients
from ddpath.baselines import BASELINES, make_baseline
from ddpath.images import bundled_photos, square
from ddpath.methods import METHODS, make_method, with_prior, with_steps
from ddpath.information import information_curves
from ddpath.insertion import PROTOCOLS, insertion_deletion
from ddpath.localisation import pointing_game
from ddpath.sanity import randomisation, rank_correlation
from ddpath.texture import largest_drop, monotone_share, sparsity, total_variation
from ddpath.batching import value_and_gradient
from ddpath.classifiers import Classifier
from ddpath.scores import OUTPUTS, Score
from ddpath.noise import NoisyPath, noise_profile, roughness, _spectral_distance
from ddpath.blur import BlurIG
from ddpath.guided import GuidedIG
from ddpath.infonce import certainty
from ddpath.samplers import SAMPLERS, saturation, _aligned, _denoising_error
from ddpath.shapley import multilinear_extension, shapley_values, _subset_scores
from ddpath.suppression import MASKS, REFERENCES, Suppression
from ddpath.measures import CONTROLS, InformationAreas, InsertionDeletion, METRICS
from ddpath.tables import _card

REAL = os.environ.get('DDPATH_DEVICE') # a device of this machine; None: the one that pretends
CLOSE = 1e-3 if REAL else 1e-5         # how far from the CPU's answer, in shares of the largest number
LEAST = 1e-6 if REAL else 0.           # numbers below it are rounding
PRECISION = torch.double if REAL else torch.float
PRETENDS = not REAL and pretended.set_up is not None and not torch.cuda.is_available() # CUDA breaks beside it

pytestmark = [pytest.mark.skipif(not REAL and not PRETENDS, reason='this torch cannot pretend, or CUDA is here: '
                                 'set DDPATH_DEVICE=cuda'),
              pytest.mark.filterwarnings('ignore:the prior does not know', 'ignore:tolerance')]
pretends = pytest.mark.skipif(bool(REAL), reason='of the device that pretends')

if PRETENDS: pretended.far_device() # while tests are collected: before any backward pass


def elsewhere():
    "The device that is compared with the CPU"
    return torch.zeros(0, device=REAL).device if REAL else pretended.far_device()


@dataclass(frozen=True)
class Place:
    "A device with two photographs, the network explained, and a prior that knows the class of the first alone"
    device: torch.device
    images: Tensor
    classifier: Classifier
    prior: Prior

    @property
    def score(self): return Score(self.classifier)

    def explain(self, method, **options): return with_prior(method, self.prior)(self.score, self.images, **options)


def place(device):
    "The same on any device"
    images = torch.stack([square(bundled_photos()[name], 64) for name in ('cat', 'coffee')])
    classifier, prior = Classifier.embedded(), Prior.embedded()
    strange = classifier.predict(images)[0][1][0]
    prior = replace(prior.to(device, PRECISION), labels=['another' if label == strange else label
                                                           for label in prior.labels])
    return Place(torch.device(device), images.to(device, PRECISION), classifier.to(device, PRECISION), prior)


@pytest.fixture(scope='module')
def near(): return place('cpu')

@pytest.fixture(scope='module')
def far(): return place(elsewhere())

@pytest.fixture(autouse=True)
def same_rounding(monkeypatch):
    "On the CPU torch's attention rounds in its own way, and on a GPU convolutions shorten what they read"
    monkeypatch.setattr(torch.backends.cudnn, 'allow_tf32', False)
    with sdpa_kernel(SDPBackend.MATH): yield


def parts(result, name='result'):
    "The tensors, arrays, numbers and words in a result, by name; seconds are left out"
    if isinstance(result, pd.DataFrame): result = result.to_dict('list')
    if is_dataclass(result): result = {field.name: getattr(result, field.name) for field in fields(result)}
    if hasattr(result, '_asdict'): result = result._asdict()
    if isinstance(result, (list, tuple)): result = dict(enumerate(result))
    if not isinstance(result, Mapping): yield name, result
    else:
        for key, value in result.items():
            if key != 'seconds': yield from parts(value, f'{name}.{key}')


def check_same(found, expected):
    "The same parts; numbers to a small share of the largest"
    found, expected = dict(parts(found)), dict(parts(expected))
    assert list(found) == list(expected)
    for name, value in expected.items():
        if isinstance(value, (Tensor, np.ndarray, float)):
            one, other = (torch.as_tensor(part).cpu() for part in (found[name], value))
            largest = max(other.double().abs().nan_to_num(0., 0.).flatten().tolist(), default=0.)
            step = 2**-10 if other.dtype == torch.half else 0 # of rounding to half precision
            options = dict(rtol=step, atol=max(CLOSE*largest, LEAST), equal_nan=True)
            torch.testing.assert_close(one, other, **options, msg=lambda text: f'{name}: {text}')
        elif isinstance(value, str): assert found[name].split(' at 0x')[0] == value.split(' at 0x')[0], name
        elif isinstance(value, int): assert found[name] == value, name
        else: assert type(found[name]) is type(value), name # pictures, and what cannot be compared


def check_there(result):
    "All tensors of a result lie on the device, but for positions on a path"
    for name, value in parts(result):
        if isinstance(value, Tensor) and not name.endswith('alpha'): assert value.device == elsewhere(), name


@pytest.fixture
def agree(near, far):
    "A check that a function of a place gives the same in both, and that what it gives far away stays there"
    def check(function, stays=True):
        found, expected = function(far), function(near)
        check_same(found, expected)
        if stays: check_there(found)
        return expected
    return check


# The device itself

@pretends
def test_device_refuses_what_cuda_refuses(far):
    images, here, order = far.images, torch.ones(2), torch.tensor([1, 0])
    for attempt in (lambda: images + torch.ones(64), lambda: torch.cat([images, torch.ones(1, 3, 64, 64)]),
                    lambda: images.index_copy(0, order, images), lambda: images.gather(0, order.view(2, 1, 1, 1)),
                    lambda: here[order.to(far.device)], lambda: images.numpy(), lambda: np.asarray(images),
                    lambda: torch.where(here > 0, here.to(far.device), 0.),
                    lambda: torch.rand(2, device=far.device, generator=torch.Generator())):
        with pytest.raises((RuntimeError, TypeError)): attempt()
    with pretended.Watched(), pytest.raises(RuntimeError): torch.rand(2, generator=pretended.FarGenerator())


@pretends
def test_device_allows_what_cuda_allows(agree):
    order, generators = torch.tensor([1, 0]), dict(cpu=torch.Generator(), far=pretended.FarGenerator())
    agree(lambda here: here.images[order])
    agree(lambda here: here.images*torch.tensor(2.))
    agree(lambda here: here.images.clone().copy_(torch.ones(64)))
    agree(lambda here: torch.tensor([1., 2.], device=here.device) + torch.arange(2, device=here.device))
    agree(lambda here: torch.rand(2, device=here.device, generator=generators[here.device.type].manual_seed(1)))


# Methods

def fewer(method):
    "The same method with few gradients, and few evaluations of the denoiser"
    if method.inner is not method: return method.mapped(fewer)
    if getattr(method, 'tolerance', None): return replace(method, tolerance=.1, limit=17)
    if isinstance(method, MixedIG): method = replace(method, draws=2)
    if isinstance(method, PosteriorMeanIG): method = replace(method, knots=2)
    return with_steps(method, 3) or method


@pytest.mark.parametrize('name', METHODS)
def test_methods(agree, far, name):
    method, keeps_trace = fewer(make_method(name)), not name.endswith('-adaptive')
    expected = agree(lambda here: here.explain(method, generator=torch.Generator().manual_seed(3)), stays=keeps_trace)
    if REAL: return # a generator of its own draws other numbers
    with pretended.Watched(): found = far.explain(method, generator=pretended.FarGenerator().manual_seed(3))
    check_same(found, expected)
    assert found.values.device == far.device


VARIANTS = {**{f'guidance {name}': DDPathIG(steps=2, guidance=name) for name in _GUIDES},
            **{f'mean input {name}': DDPathIG(steps=2, mean_input=name) for name in _MEAN_INPUTS},
            **{f'aggregate {name}': DDPathIG(steps=2, aggregate=name) for name in AGGREGATES},
            'fresh noise': PosteriorMeanIG(steps=2, draws=2, knots=3, fresh=True),
            'mixed with black': MixedIG(steps=2, draws=1, knots=2, other='black'),
            'anchors': GuidedIG(steps=4, anchors=1), 'derivative': BlurIG(steps=4, derivative=.01, spacing='sqrt'),
            'baselines': IntegratedGradients(steps=2, baseline=('blur', 'noise', torch.ones(3, 64, 64))),
            **{f'control {name}': control() for name, control in CONTROLS.items()}}

@pytest.mark.parametrize('name', VARIANTS)
def test_variants(agree, name): agree(lambda here: here.explain(VARIANTS[name]))


def test_usual_prior(agree, far):
    agree(lambda here: DDPathIG(steps=2)(here.score, here.images))
    assert _usual_prior(far.device).unet.device == far.device


def test_tolerance_on_the_path_of_denoised_images(agree):
    agree(lambda here: here.explain(PosteriorMeanIG(knots=2, tolerance=.1, limit=17)), stays=False)


@pytest.mark.parametrize('method', [DDPathIG(steps=2), DDPathBlurIG(steps=2, guidance='network'), DDPathGIG(steps=2),
                                    PosteriorMeanIG(steps=2, knots=2)], ids=lambda method: type(method).__name__)
def test_images_of_another_size(agree, method):
    def ask(here):
        score, images = Score(here.classifier, output='margin'), interpolate(here.images, [40, 56])
        return with_prior(method, here.prior)(score, images)
    agree(ask)


def test_part_of_an_attribution(agree, far, tmp_path):
    agree(lambda here: here.explain(IntegratedGradients(steps=2))[[1]])
    found = far.explain(IntegratedGradients(steps=2))
    assert Attribution.load(found.save(tmp_path/'map.npz')).values.equal(found.values.cpu())
    assert found[:1].overlay().axes and found[0].plot().axes


@pytest.mark.parametrize('methods', [dict(one=DDPathIG(steps=2), path=DDPathIG(steps=2, aggregate='path'),
                                          blur=DDPathBlurIG(steps=2), guided=DDPathGIG(steps=2)),
                                     dict(free=NetworkFree(steps=2))], ids=len)
def test_methods_together(agree, methods):
    def ask(here):
        lent = {name: with_prior(method, here.prior) for name, method in methods.items()}
        return explain_together(lent, here.score, here.images, generator=torch.Generator().manual_seed(3))
    agree(ask)


@pytest.mark.parametrize('mask', MASKS)
def test_masks(agree, mask):
    agree(lambda here: here.explain(Suppression(4, mask, times_input=True, antithetic=True, stratified=True)))


@pytest.mark.parametrize('reference', REFERENCES)
def test_references(agree, reference): agree(lambda here: here.explain(Suppression(2, reference=reference)))


@pytest.mark.parametrize('method', [IntegratedGradients(steps=2), DDPathIG(steps=2)],
                         ids=lambda method: type(method).__name__)
def test_images_elsewhere_than_the_networks(near, far, method):
    expected = near.explain(method)
    check_same(replace(far, images=near.images).explain(method), expected)
    check_same(replace(near, images=far.images).explain(method), expected)


# What is explained

@pytest.mark.parametrize('output', OUTPUTS)
@pytest.mark.parametrize('target', [None, 7, 'tabby', [7, 'espresso'], torch.tensor([7, 3])], ids=str)
def test_scores(agree, output, target):
    agree(lambda here: value_and_gradient(Score(here.classifier, target, output), here.images, batch_size=1))


def test_targets_on_the_device(agree):
    agree(lambda here: value_and_gradient(Score(here.classifier, torch.tensor([7, 3]).to(here.device)), here.images))


def test_predictions(agree): agree(lambda here: here.classifier.predict(here.images))


@pytest.mark.parametrize('kind', [*BASELINES, torch.full((3, 1, 1), .5), lambda images, generator: 1 - images],
                         ids=lambda kind: kind if isinstance(kind, str) else type(kind).__name__)
def test_baselines(agree, kind):
    agree(lambda here: make_baseline(kind, here.images, torch.Generator().manual_seed(5)))


# The prior

T = torch.tensor([700, 40])

QUESTIONS = {
    'posterior': lambda here: here.prior.posterior(here.images, T),
    'posterior on a short chain': lambda here: here.prior.respaced(5).posterior(here.images, 999),
    'denoise': lambda here: here.prior.denoise(here.images, T.to(here.device)),
    'add_noise': lambda here: here.prior.add_noise(here.images, torch.ones(1, 3, 64, 64), T),
    'predict': lambda here: here.prior.predict(here.images, T),
    'logits': lambda here: here.prior.logits(here.images, T),
    'guide': lambda here: here.prior.guide(here.images, T, ['tabby', 3]),
    'guide through the denoiser': lambda here: here.prior.guide(here.images, T, 7, here.classifier),
    'guide in chunks': lambda here: replace(here.prior, batch_size=1).guide(here.images, 300, [7, 3]),
    'sample by another classifier': lambda here: here.prior.respaced(2).sample(1, 3, 'ddpm', here.classifier)}

@pytest.mark.parametrize('name', QUESTIONS)
def test_prior(agree, name): agree(QUESTIONS[name])


@pytest.mark.parametrize('kind', _STEPS)
@pytest.mark.parametrize('target', [None, 'tabby'])
def test_samples(agree, kind, target): agree(lambda here: here.prior.respaced(3).sample(2, target, kind))


def test_least_variance(agree):
    agree(lambda here: here.prior.respaced(5).least_variance(here.prior.respaced(5).timesteps), stays=False)


@pretends
def test_only_cuda_gets_half_precision(far):
    networks = far.prior.unet, far.prior.classifier
    assert {parameter.dtype for network in networks for parameter in network.parameters()} == {PRECISION}


def test_prior_in_half_precision(far):
    prior = Prior.embedded().to(far.device, torch.half).respaced(4)
    explained = DDPathIG(prior, steps=2)(far.score, far.images)
    for values in (*prior.posterior(far.images, 999), prior.guide(far.images, 0, 7), explained.values):
        assert values.dtype == PRECISION and values.isfinite().all()


# Metrics

def maps(here):
    "Two methods, the second with many ties"
    return dict(dark=1 - here.images.mean(1), coarse=(here.images.sum(1)*4).round())


@pytest.mark.parametrize('protocol', PROTOCOLS)
def test_insertion_and_deletion(agree, protocol):
    protocol = replace(PROTOCOLS[protocol], step=1/8, orders=2)
    agree(lambda here: insertion_deletion(here.classifier, here.images, None, maps(here), protocol), stays=False)


def test_information_curves(agree):
    def ask(here): return information_curves(here.classifier, here.images, None, maps(here), orders=1)
    assert agree(ask, stays=False).sic.curve.isfinite().any()


def test_pointing_game(agree):
    boxes, mask = torch.tensor([[5., 5., 30., 30.], [40., 2., 60., 20.]]), torch.zeros(64, 64, dtype=torch.bool)
    mask[20:30] = True
    def ask(here): return pointing_game(maps(here), [boxes.to(here.device), mask.to(here.device)], tolerance=2)
    agree(ask, stays=False)
    agree(lambda here: pointing_game(here.images.mean(1), [mask, boxes]).frame())
    agree(lambda here: pointing_game(here.images.mean(1).cpu(), [mask.to(here.device), None]).summary())


def test_certainty(agree):
    def ask(here):
        images = torch.cat([here.images, here.images.flip(-1)])
        found = certainty(images, dict(dark=1 - images.mean(1), red=images[:, 0].cpu()))
        return found.bound, found.critics, found.summary()
    agree(ask)


def test_randomisation(agree): agree(lambda here: randomisation(Gradient(), here.score, here.images), stays=False)


MEASURES = {'sparsity': lambda here: sparsity(maps(here)), 'total_variation': lambda here: total_variation(maps(here)),
            'roughness': lambda here: roughness(here.images),
            'spectral_distance': lambda here: _spectral_distance(1 - here.images[:1], here.images[1:]),
            'denoising_error': lambda here: _denoising_error(here.images, prior=here.prior),
            'denoising_error of the usual prior': lambda here: _denoising_error(here.images)}

@pytest.mark.parametrize('name', MEASURES)
def test_measures(agree, name): agree(MEASURES[name])


def test_rank_correlation(agree): agree(lambda here: rank_correlation(*maps(here).values()), stays=False)


@pytest.mark.parametrize('measure', [monotone_share, largest_drop])
def test_measures_of_a_path(agree, measure):
    agree(lambda here: measure(here.explain(IntegratedGradients(steps=4, baseline=('black', 'blur'))).trace))
    agree(lambda here: measure(here.explain(IntegratedGradients(tolerance=.1, limit=17)).trace), stays=False)


def test_noise_profile(agree):
    def ask(here):
        found = noise_profile(IntegratedGradients(steps=4), here.score, here.images)
        return found, found.saturated(), found.table(), len(found.plot(['one', 'other']).axes)
    agree(ask)


def test_aligned(agree):
    agree(lambda here: _aligned(with_prior(DDPathIG(steps=2), here.prior), here.score, here.images))


def test_saturation(agree): agree(lambda here: saturation(here.classifier, here.images, SAMPLERS, (0., .5)))


def test_shapley_values(agree):
    def score(points): return (points*points.roll(1, 1)).sum(1).sin()
    def ask(here):
        game = score, *here.images[:, 0, 0, :4]
        return _subset_scores(*game), shapley_values(*game), multilinear_extension(*game)(here.images[:, 1, 0, :4])
    agree(ask)


# Pictures, recordings, tables

def test_pictures(agree):
    agree(lambda here: show_images(here.images).jpeg())
    agree(lambda here: show_maps(here.images.mean(1), here.images).jpeg())
    agree(lambda here: here.explain(Gradient()).plot().jpeg())


@pytest.mark.parametrize('signed', [True, False])
def test_single_maps(agree, signed):
    def ask(here):
        return _draw_map(Drawing().subplots(), here.images[0, 0], 1., signed, here.images[1]).get_array().data
    agree(ask)


RECORDED = {'baselines': IntegratedGradients(steps=3, baseline=('black', 'white')), 'blur': BlurIG(steps=3),
            'noise': NoisyPath(IntegratedGradients(steps=3)), 'suppression': Suppression(3),
            'path': DDPathIG(steps=2, aggregate='path'), 'guided': DDPathGIG(steps=2)}

@pytest.mark.parametrize('name', RECORDED)
def test_recordings(agree, name):
    def ask(here):
        found = record(with_prior(RECORDED[name], here.prior), here.score, here.images)
        one = _of_image(found, 1)
        curves = [_score_curve(found), _sum_curve(found) if _is_complete(found) else None]
        return found, found.errors, curves, one, draw_position({name: one}, .5).jpeg()
    agree(ask, stays=False)


def test_sources_of_the_explorer(agree):
    methods = dict(ig=IntegratedGradients(steps=4))
    agree(lambda here: _OnDemand(here.score, here.images, methods)('ig', 1, 4), stays=False)
    agree(lambda here: _Given([here.explain(Gradient())])('Gradient', 1, None), stays=False)


def lighter(metric):
    "The same measures from fewer pictures"
    if isinstance(metric, InsertionDeletion):
        return replace(metric, protocol=replace(metric.protocol, step=1/4, orders=2))
    return replace(metric, orders=1) if isinstance(metric, InformationAreas) else metric


def test_benchmark(agree, tmp_path, monkeypatch):
    monkeypatch.setattr(benchmark, '_finish', lambda frame, evaluation, out: _card(frame, evaluation))
    metrics = {name: lighter(metric) for name, metric in METRICS.items()}
    def ask(here):
        methods = {name: control() for name, control in CONTROLS.items()}
        methods['path'] = with_prior(DDPathIG(steps=3, aggregate='path'), here.prior)
        boxes = [torch.tensor([4., 4., 30., 40.]).to(here.device), torch.zeros(0, 4)]
        photographs = here.images, ['tabby', 'espresso'], boxes
        return benchmark.run(methods, here.classifier, photographs, metrics, tmp_path/here.device.type)
    agree(ask)


def test_command_line(agree, tmp_path):
    photo = tmp_path/'cat.png'
    to_pil_image(bundled_photos()['cat']).save(photo)
    def ask(here):
        out, methods = tmp_path/here.device.type, 'ig,ddpath-ig,ddpath-blur-ig'
        options = '--device', here.device, '--methods', methods, '--steps', 3, '--out', out
        assert cli.main(list(map(str, ['explain', photo, *options]))) == 0
        results = json.loads((out/'scores.json').read_text())['results']
        return dict(np.load(out/'attributions.npz')), results, (out/'maps.png').read_bytes()
    if not REAL: agree(ask)
    else: assert len(ask(Place(elsewhere(), None, None, None))) == 3 # the command computes in single precision
