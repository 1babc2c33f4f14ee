"""Two hundred and more hostile inputs, each really tried: one line that names the value and the remedy, or it works.

Bad input ends in an `InputError` of one line, and on the command line in exit code 2 with that line on stderr.
What is unusual but sound works and gives what the usual form gives. Any other exception fails the test.
Ten telling cases, with their lines, stand on the page `nbs/experiments/hostile.ipynb`.
"""

import contextlib
import copy
import io
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torchvision.transforms.v2 import functional as transform

from ddpath import benchmark
from ddpath.datasets import Photograph, read_dataset
from ddpath.checks import InputError
from ddpath.cli import main
from ddpath.denoised import PosteriorMeanIG
from ddpath.denoising import DDPathIG
from ddpath.prior import Prior
from ddpath.overlays import show_maps
from ddpath.guided_backprop import GuidedBackprop
from ddpath.ig import IntegratedGradients
from ddpath.images import bundled_photos, load_image, square
from ddpath.loaders import _EMBEDDED
from ddpath.methods import make_method
from ddpath.information import information_curves
from ddpath.insertion import insertion_deletion
from ddpath.localisation import pointing_game
from ddpath.batching import value_and_gradient
from ddpath.classifiers import Classifier
from ddpath.scores import Score
from ddpath.expected import ExpectedGradients
from ddpath.gradients import SmoothGrad
from ddpath.noise import NoisyPath
from ddpath.blur import BlurIG
from ddpath.guided import GuidedIG
from ddpath.idgi import IDGI
from ddpath.photos import load_images, photo_table
from ddpath.infonce import certainty
from ddpath.suppression import Suppression


def tried(call):
    "The line that a call ends in, or 'works' and what it says of its result; any exception but InputError goes on"
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter('always', UserWarning)
        try:
            line = f'*works*: {call()}'
        except InputError as error:
            line = str(error)
    assert '\n' not in line, line
    return '; warns: '.join([line, *(str(warning.message) for warning in heard if 'ddpath' in warning.filename)])


def check(works, cases):
    "Try all cases; so many of them must work, and the others end in one line"
    lines = {case: tried(call) for case, call in cases.items()}
    assert sum(line.startswith('*works*') for line in lines.values()) == works, lines


place = tempfile.TemporaryDirectory()
folder = Path(place.name)
photos = bundled_photos()
classifier = Classifier.embedded()
image = square(photos['cat'], 64)[None]
pair = torch.stack([square(photos[name], 64) for name in ('cat', 'coffee')])
score, ig = Score(classifier), IntegratedGradients(4)
plain = ig(score, image)


def same(explained, other=None, tolerance=1e-5):
    "Says that a map is the plain one; AssertionError when it is not"
    other = plain if other is None else other
    difference = (explained.values.double() - other.values.double()).abs().max() / other.values.abs().max()
    assert difference <= tolerance, difference
    return 'the plain map' if not difference else f'the plain map, to {tolerance:.0e} of its largest value'


cat = transform.to_pil_image(photos['cat'])


def saved(name, picture=cat, **options):
    "The path of a picture in the temporary folder"
    picture.save(folder / name, **options)
    return folder / name


def written(name, content):
    "The path of a file with that content"
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder / name


def close_to(loaded, other, tolerance):
    "Says that two pictures look alike; AssertionError when they do not"
    difference = (loaded - other).abs().mean().item()
    assert difference < tolerance, difference
    return f'{tuple(loaded.shape)}, within {tolerance} of the plain picture on average'


whole = saved('cat.jpg').read_bytes()
small, grey = load_image(saved('cat.png'), 64), load_image(saved('cat.png'), 64).mean(0)
empty = folder / 'empty'
empty.mkdir()
half_clear = cat.copy()
half_clear.putalpha(128)
saved('my cat\n☕.png')
written('half.jpg', whole[: len(whole) // 2])
written('text.jpg', 'hello')
written('empty.pth', b'')
saved('red.png', Image.new('RGB', (9, 9), 'red'))
(folder / 'photos' / 'tabby').mkdir(parents=True)
for name, width in (('cat 1.png', 64), ('☕ 2.png', 72)):
    saved(f'photos/tabby/{name}', cat.resize((width, 64)))


def zero(points):
    return 1 / 0


def test_a_traceback_fails():
    assert tried(lambda: 3 * 'three ') == '*works*: three three three '
    with pytest.raises(ZeroDivisionError):
        tried(lambda: zero(1))


def test_pictures_and_files():
    check(
        11,
        {
            'a picture of 1 x 1': lambda: tuple(
                load_image(saved('dot.png', Image.new('RGB', (1, 1), 'red')), 64).shape
            ),
            'a JPEG of 4000 x 3000': lambda: close_to(
                load_image(saved('large.jpg', cat.resize((4000, 3000))), 64),
                load_image(saved('stretched.png', cat.resize((400, 300))), 64),
                0.02,
            ),
            'a picture of 1 x 60000': lambda: load_image(saved('line.png', Image.new('RGB', (1, 60_000))), 224),
            'grey': lambda: close_to(load_image(saved('grey.png', cat.convert('L')), 64).mean(0), grey, 0.02),
            'grey of 16 bits': lambda: close_to(
                load_image(
                    saved('deep.png', Image.fromarray(np.asarray(cat.convert('L')).astype(np.uint16) * 257)), 64
                ).mean(0),
                grey,
                0.02,
            ),
            'half transparent': lambda: close_to(load_image(saved('clear.png', half_clear), 64), (small + 1) / 2, 0.01),
            'a palette': lambda: close_to(load_image(saved('palette.gif', cat.convert('P')), 64), small, 0.03),
            'CMYK': lambda: close_to(load_image(saved('print.jpg', cat.convert('CMYK')), 64), small, 0.03),
            'a PNG named .jpg': lambda: close_to(
                load_image(written('lie.jpg', (folder / 'cat.png').read_bytes()), 64), small, 1e-6
            ),
            'spaces, a line break and a cup in the name': lambda: close_to(
                load_image(saved('my cat\n☕.png'), 64), small, 1e-6
            ),
            'a text named .jpg': lambda: load_image(written('text.jpg', 'hello')),
            'an empty file': lambda: load_image(written('nothing.jpg', b'')),
            'half a JPEG': lambda: load_image(written('half.jpg', whole[: len(whole) // 2])),
            'half a PNG': lambda: load_image(written('half.png', (folder / 'cat.png').read_bytes()[:20_000])),
            'a TIFF of floats with NaN': lambda: load_image(
                saved('holes.tiff', Image.fromarray(np.full((8, 8), np.nan, np.float32)))
            ),
            'a folder': lambda: load_image(empty),
            'a file that is not there': lambda: load_image(folder / 'gone.jpg'),
            'a path with a zero byte': lambda: load_image('cat\0.jpg'),
            'an array instead of a file': lambda: load_image(np.zeros((4, 4, 3))),
            'size 0': lambda: load_image(folder / 'cat.png', 0),
            'size True': lambda: load_image(folder / 'cat.png', True),
            'size as numpy counts': lambda: close_to(load_image(folder / 'cat.png', np.int64(64)), small, 1e-6),
            'size a million': lambda: load_image(folder / 'cat.png', 10**6),
            'no files': lambda: load_images([], 64),
            'one bad file among good ones': lambda: load_images([folder / 'cat.png', folder / 'half.jpg'], 64),
            'a folder without pictures': lambda: photo_table(empty),
            'a CSV without the column': lambda: photo_table(written('list.csv', 'a,b\n1,2\n')),
            'a CSV with semicolons': lambda: photo_table(written('list.csv', 'file;label\na;b\n')),
            'a CSV with a gap': lambda: photo_table(written('list.csv', 'file,label\na,b\n,c\n')),
            'a CSV that is a JPEG': lambda: photo_table(written('list.csv', whole)),
            'a CSV whose files are numbers': lambda: (
                Path(photo_table(written('list.csv', 'file,label\n0001,3\n')).file[0]).name
            ),
            'a map with NaN': lambda: show_maps([torch.full((4, 4), torch.nan)]),
            'a map of colours': lambda: show_maps([torch.zeros(3, 4, 4)]),
        },
    )


half_values, wide = image.half(), image.repeat(1, 1, 1, 2)


def inside(mode, images=image):
    "Explain inside a mode of torch, with a tensor made there"
    with mode:
        return ig(score, images.clone())


def test_tensors():
    check(
        10,
        {
            'bytes': lambda: ig(score, (image * 255).byte()),
            'floats up to 255': lambda: ig(score, image * 255),
            'normalised already': lambda: ig(score, (image - 0.45) / 0.22),
            'channels last in shape': lambda: ig(score, image.permute(0, 2, 3, 1)),
            'no batch dimension': lambda: ig(score, image[0]),
            'an empty batch': lambda: ig(score, image[:0]),
            'one channel': lambda: ig(score, image[:, :1]),
            'four channels': lambda: ig(score, torch.cat([image, image[:, :1]], 1)),
            'NaN': lambda: ig(score, torch.where(image > 0.5, torch.nan, image)),
            'infinity': lambda: ig(score, torch.where(image > 0.5, torch.inf, image)),
            'complex numbers': lambda: ig(score, image.to(torch.complex64)),
            'eight-bit floats': lambda: ig(score, image.to(torch.float8_e4m3fn)),
            'a sparse tensor': lambda: ig(score, image.to_sparse()),
            'a tensor on device meta': lambda: ig(score, image.to('meta')),
            'an array of numpy': lambda: ig(score, image.numpy()),
            'a list': lambda: ig(score, [image]),
            'score and images in the wrong order': lambda: ig(image, score),
            'every second column of a wider tensor': lambda: same(
                ig(score, wide[..., ::2]), ig(score, wide[..., ::2].contiguous())
            ),
            'channels last in memory': lambda: same(ig(score, image.contiguous(memory_format=torch.channels_last))),
            'a tensor that asks for gradients': lambda: same(ig(score, image.clone().requires_grad_())),
            'a tensor of inference mode': lambda: same(inside(torch.inference_mode())),
            'under no_grad': lambda: same(inside(torch.no_grad())),
            'under autocast to bfloat16': lambda: same(inside(torch.autocast('cpu', torch.bfloat16)), tolerance=0.5),
            'half precision': lambda: same(ig(score, half_values), ig(score, half_values.float()), 0.1),
            'double precision': lambda: same(ig(score, image.double()), tolerance=1e-4),
            'one pixel': lambda: tuple(ig(score, image[..., :1, :1]).values.shape),
            'one row': lambda: tuple(ig(score, image[..., :1, :]).values.shape),
        },
    )


class Answering(nn.Module):
    "The embedded network, its answer changed by a function"

    def __init__(self, change):
        super().__init__()
        self.network, self.change = classifier.network, change

    def forward(self, images):
        return self.change(self.network(images))


def answering(change, **options):
    "A classifier whose network gives something else than logits"
    return Classifier(
        Answering(change), classifier.mean.flatten().tolist(), classifier.std.flatten().tolist(), 64, **options
    )


def trained(*layers):
    "A network left in training mode, after two explanations that must agree and may not teach it anything"
    torch.manual_seed(0)
    network = nn.Sequential(*layers, nn.Flatten(), nn.LazyLinear(4)).train()
    network(pair)
    state = copy.deepcopy(network.state_dict())
    first, second = (ig(Score(Classifier(network, [0.5] * 3, [0.5] * 3, 64), 0), image) for _ in range(2))
    assert (
        network.training
        and all(module.training for module in network)
        and all(torch.equal(value, state[name]) for name, value in network.state_dict().items())
    )
    return f'{same(first, second)} twice; still in training mode, its state untouched'


def writing(points):
    "A score that works in place"
    return points.mul_(2).mean((1, 2, 3))


def unharmed():
    "Whether a score that works in place leaves the image as it was"
    before, given = image.clone(), image.clone()
    ig(writing, given)
    assert torch.equal(before, given)
    return 'the image is as it was'


def test_networks_and_scores():
    check(
        10,
        {
            'a tuple': lambda: ig(Score(answering(lambda logits: (logits, logits))), image),
            'a dictionary': lambda: ig(Score(answering(lambda logits: {'logits': logits})), image),
            'nothing': lambda: ig(Score(answering(lambda logits: None)), image),
            'an array of numpy': lambda: ig(Score(answering(lambda logits: logits.detach().numpy())), image),
            'one number an image': lambda: ig(Score(answering(lambda logits: logits[:, 0])), image),
            'a map of logits': lambda: ig(Score(answering(lambda logits: logits[..., None, None])), image),
            'logits for one image of two': lambda: ig(Score(answering(lambda logits: logits[:1])), pair),
            'integers for logits': lambda: ig(Score(answering(lambda logits: logits.long())), image),
            'complex logits': lambda: ig(Score(answering(lambda logits: logits.to(torch.complex64))), image),
            'no class': lambda: ig(Score(answering(lambda logits: logits[:, :0])), image),
            'one class, its probability': lambda: (
                ig(Score(answering(lambda logits: logits[:, 7:8])), image).values.abs().max().item()
            ),
            'one class, its logit': lambda: same(
                ig(Score(answering(lambda logits: logits[:, 7:8]), output='logit'), image),
                ig(Score(classifier, 7, 'logit'), image),
            ),
            'one class, its margin': lambda: ig(Score(answering(lambda logits: logits[:, :1]), output='margin'), image),
            'NaN': lambda: ig(Score(answering(lambda logits: logits * torch.nan)), image),
            'no gradient': lambda: ig(Score(answering(lambda logits: logits.detach())), image),
            'the same for every image': lambda: (
                ig(Score(answering(lambda logits: 0 * logits)), image).values.abs().max().item()
            ),
            'dropout left on': lambda: trained(nn.Dropout(0.5)),
            'batch normalisation left on': lambda: trained(nn.Conv2d(3, 4, 9, 9), nn.BatchNorm2d(4)),
            'a score that writes into its input': unharmed,
            'a plain function': lambda: ig(Score(classifier.network.forward, 7), image).values.shape[0],
            'a function as the network': lambda: Classifier(torch.relu, [0.5] * 3, [0.5] * 3, 64),
            'no network': lambda: Classifier(None, [0.5] * 3, [0.5] * 3, 64),
            'mean and deviation of bytes': lambda: Classifier(
                classifier.network, [123.7, 116.3, 103.5], [58.4, 57.1, 57.4], 64
            ),
            'a deviation of 0': lambda: Classifier(classifier.network, [0.5] * 3, [0.0] * 3, 64),
            'two deviations': lambda: Classifier(classifier.network, [0.5] * 3, [0.5] * 2, 64),
            'a size in words': lambda: Classifier(classifier.network, [0.5] * 3, [0.5] * 3, '64'),
            'fewer labels than classes': lambda: ig(
                Score(answering(lambda logits: logits, labels=['cat', 'dog'])), image
            ),
            'no score': lambda: ig(None, image),
            'no classifier': lambda: ig(Score(None), image),
            'the classifier as the score': lambda: ig(classifier, image),
            'a score of shape (N, 1)': lambda: ig(lambda points: points.mean((1, 2, 3))[:, None], image),
            'a score of shape ()': lambda: ig(lambda points: points.mean(), image),
            'a score that is a Python number': lambda: ig(lambda points: 1.0, image),
            'a score that ignores its input': lambda: ig(lambda points: torch.ones(len(points)), image),
            'a score with an infinite slope': lambda: IntegratedGradients(4, rule='left')(
                lambda points: points.sqrt().sum((1, 2, 3)), image
            ),
            'no such class': lambda: Score(classifier, 'unicorn'),
            'several such classes': lambda: Score(classifier, 'fish'),
            'class 40 of 40': lambda: ig(Score(classifier, 40), image),
            'class -1': lambda: ig(Score(classifier, -1), image),
            'class 1.0': lambda: Score(classifier, 1.0),
            'class True': lambda: Score(classifier, True),
            'three classes for two images': lambda: ig(Score(classifier, [1, 2, 3]), pair),
            'no such output': lambda: Score(classifier, output='loss'),
            'no such network': lambda: Classifier.torchvision('resnet5'),
            'no such weights': lambda: Classifier.torchvision('resnet50', 'BEST'),
            'an empty file of weights': lambda: Classifier.torchvision('resnet18', written('empty.pth', b'')),
            'a picture as weights': lambda: Classifier.torchvision('resnet18', written('cat.pth', whole)),
            'weights cut short': lambda: Classifier.torchvision(
                'resnet18', written('cut.safetensors', _EMBEDDED.read_bytes()[:99_999])
            ),
            'weights of another network': lambda: Classifier.torchvision(
                'resnet18', written('other.safetensors', _EMBEDDED.read_bytes())
            ),
        },
    )


def test_methods_and_settings():
    sevens = torch.full((3, 64, 64), 7.0)
    check(
        7,
        {
            '0 steps': lambda: IntegratedGradients(0)(score, image),
            '-5 steps': lambda: IntegratedGradients(-5)(score, image),
            'True steps': lambda: IntegratedGradients(True)(score, image),
            '2.5 steps': lambda: IntegratedGradients(2.5)(score, image),
            '1 step': lambda: (
                f'completeness error {IntegratedGradients(1)(score, image).completeness_error.item():.2f}'
            ),
            '4 steps as numpy counts': lambda: same(IntegratedGradients(np.int64(4))(score, image)),
            '2 samples as numpy counts': lambda: same(
                SmoothGrad(np.int64(2))(score, image), SmoothGrad(2)(score, image)
            ),
            'no such rule': lambda: IntegratedGradients(4, rule='simpson')(score, image),
            'a trapezium of one step': lambda: IntegratedGradients(1, rule='trapezoid')(score, image),
            'tolerance 0': lambda: IntegratedGradients(tolerance=0)(score, image),
            'a tolerance out of reach': lambda: (
                f'error {IntegratedGradients(tolerance=1e-9, limit=9)(score, image).completeness_error.item():.2f}'
            ),
            'batch size 0': lambda: IntegratedGradients(4, batch_size=0)(score, image),
            'no such baseline': lambda: IntegratedGradients(4, 'blakc')(score, image),
            'a baseline of another size': lambda: IntegratedGradients(4, torch.zeros(3, 32, 32))(score, image),
            'a baseline with NaN': lambda: IntegratedGradients(4, torch.full((3, 64, 64), torch.nan))(score, image),
            'a baseline of bytes': lambda: IntegratedGradients(4, torch.zeros(3, 64, 64, dtype=torch.uint8))(
                score, image
            ),
            'no baseline': lambda: IntegratedGradients(4, ())(score, image),
            'the image as its baseline': lambda: (
                f'{IntegratedGradients(4, image)(score, image).values.abs().max().item()} everywhere'
            ),
            'a seed as the generator': lambda: SmoothGrad(2)(score, image, generator=3),
            'negative noise': lambda: SmoothGrad(2, -1.0)(score, image),
            'infinite noise': lambda: SmoothGrad(2, torch.inf)(score, image),
            'no such reduction': lambda: SmoothGrad(2, reduce='max')(score, image),
            'noise on an adaptive path': lambda: NoisyPath(IntegratedGradients(tolerance=0.1))(score, image),
            'IDGI without a path': lambda: IDGI(SmoothGrad(2))(score, image),
            'baselines without a batch': lambda: ExpectedGradients(sevens, 2)(score, image),
            'a blur of width 0': lambda: BlurIG(4, 0)(score, image),
            'a blur of a thousand million pixels': lambda: BlurIG(4, 1e9)(score, image),
            'a derivative over no change': lambda: BlurIG(4, derivative=0.0)(score, image),
            'a blur of what is no picture': lambda: BlurIG(4)(lambda points: points.sum(1), torch.ones(1, 5)),
            'a fraction of 2': lambda: GuidedIG(4, 2.0)(score, image),
            'as many anchors as steps': lambda: GuidedIG(4, anchors=4)(score, image),
            'guided backpropagation without ReLU': lambda: GuidedBackprop()(
                lambda points: points.sum((1, 2, 3)), image
            ),
            'no such mask': lambda: Suppression(2, 'holes')(score, image),
            'no such reference': lambda: Suppression(2, 'bernoulli', 'white')(score, image),
            'a method misspelt': lambda: make_method('guided-gi'),
            'a setting misspelt': lambda: make_method('ig', step=4),
            'DDPath on a plain function': lambda: DDPathIG(steps=2)(lambda points: points.sum((1, 2, 3)), image),
            'DDPath in 5000 steps': lambda: DDPathIG(steps=5000)(score, image),
            'DDPath, no such guidance': lambda: DDPathIG(steps=2, guidance='class')(score, image),
            'DDPath, a scale of NaN': lambda: DDPathIG(steps=2, scale=torch.nan)(score, image),
            'DDPath on a picture of another size': lambda: tuple(
                DDPathIG(steps=2)(score, image[..., :30, :50]).values.shape
            ),
            'a path of no knots': lambda: PosteriorMeanIG(steps=2, knots=0)(score, image),
            'a prior without files': lambda: Prior.from_pretrained(empty),
            'a prior that lacks its network': lambda: Prior.from_pretrained(
                written(
                    'lacking/model_index.json',
                    json.dumps(dict(unet=['diffusers', 'UNet2DModel'], scheduler=['diffusers', 'DDPMScheduler'])),
                ).parent
            ),
            'a prior of latents': lambda: Prior.from_pretrained(
                written('latent/model_index.json', json.dumps(dict(vae=['diffusers', 'AutoencoderKL']))).parent
            ),
            'a prior of another size': lambda: Prior.embedded().denoise(image[..., :32, :32], 100),
            'a step that the prior has not': lambda: Prior.embedded().denoise(image, 1000),
            'a file that is no ADM': lambda: Prior.adm(written('64x64_diffusion.pt', 'hello'), 64),
        },
    )


def test_measures():
    maps = torch.rand(2, 64, 64, generator=torch.Generator().manual_seed(0))
    check(
        1,
        {
            'maps of another size': lambda: insertion_deletion(classifier, pair, None, maps[:, ::2, ::2]),
            'one map for two images': lambda: insertion_deletion(classifier, pair, None, maps[:1]),
            'a map without images dimension': lambda: insertion_deletion(classifier, pair, None, maps[0]),
            'values in place of a map': lambda: insertion_deletion(classifier, image, None, plain.values),
            'maps with NaN': lambda: insertion_deletion(classifier, pair, None, maps / 0 * 0),
            'a list of maps': lambda: insertion_deletion(classifier, pair, None, [maps]),
            'no methods': lambda: insertion_deletion(classifier, pair, None, {}),
            'images of bytes': lambda: insertion_deletion(classifier, (pair * 255).byte(), None, maps),
            'three classes for two images': lambda: insertion_deletion(classifier, pair, [1, 2, 3], maps),
            'no such protocol': lambda: insertion_deletion(classifier, pair, None, maps, 'lei'),
            'information without orders': lambda: information_curves(classifier, pair, None, maps, orders=0),
            'one box for two images': lambda: pointing_game(maps, [[0, 0, 9, 9]]),
            'no box': lambda: f'{pointing_game(maps, [None, []]).skipped} images skipped',
            'a box beyond the image': lambda: pointing_game(maps[:1], [[0, 0, 90, 90]]),
            'a box that is x, y, width, height': lambda: pointing_game(maps[:1], [[40, 40, 20, 20]]),
            'a box in shares of the sides': lambda: pointing_game(maps[:1], [[0.1, 0.2, 0.5, 0.6]]),
            'a box with NaN': lambda: pointing_game(maps[:1], [[0, 0, torch.nan, 9]]),
            'a mask of bytes': lambda: pointing_game(maps[:1], torch.ones(1, 64, 64, dtype=torch.uint8)),
            'tolerance -1': lambda: pointing_game(maps[:1], [[0, 0, 9, 9]], -1),
            'certainty of two images': lambda: certainty(pair, maps),
            'gradients of nothing': lambda: value_and_gradient(score, image[:0]),
        },
    )


def benchmarked(photographs, name, methods=('gradient',), metrics=('pointing',), **options):
    "What a benchmark says: the reason where there is one, else the number of measurements"
    frame = benchmark.run(methods, classifier, photographs, metrics, folder / name, **options)
    refusals = frame[frame.metric == '']
    return f'{(frame.metric != "").sum()} rows with a measure' + ''.join(
        f'; {row.image}: {row.reason}' for row in refusals.itertuples()
    )


good = Photograph('good', photos['cat'], 'tabby', ((120, 40, 360, 290),))


def coco(**annotation):
    "The path of a COCO file of one picture, one class and that annotation of the picture"
    content = dict(
        images=[dict(id=1, file_name='cat.jpg')],
        categories=[dict(id=1, name='tabby')],
        annotations=[dict(image_id=1, **annotation)],
    )
    return written('coco.json', json.dumps(content))


def test_benchmark_and_folders():
    check(
        6,
        {
            'a good photograph and half a file': lambda: benchmarked([good, Photograph('half', whole[:9000])], 'mixed'),
            'a good photograph and an unknown class': lambda: benchmarked(
                [good, Photograph('horse', photos['rocket'], 'zebra')], 'unknown'
            ),
            'a good photograph and bytes': lambda: benchmarked(
                [good, Photograph('bytes', (photos['rocket'] * 255).byte())], 'bytes'
            ),
            'a box of a larger copy of the file': lambda: benchmarked(
                [good, Photograph('box', photos['rocket'], 'projectile', ((900, 300, 1200, 800),))], 'larger'
            ),
            'nothing but half a file': lambda: benchmarked([Photograph('half', whole[:9000])], 'halves'),
            'two photographs of one name': lambda: benchmarked([good, good], 'twice'),
            'no photographs': lambda: benchmarked([], 'none'),
            'two labels for one image': lambda: benchmarked(([photos['cat']], [1, 2]), 'labels'),
            'no methods': lambda: benchmarked([good], 'none', {}),
            'a method misspelt': lambda: benchmarked([good], 'none', ['igg']),
            'a class in place of a method': lambda: benchmarked([good], 'none', dict(ig=IntegratedGradients)),
            'no measures': lambda: benchmarked([good], 'none', metrics={}),
            'no such engine': lambda: benchmarked([good], 'none', engine='dask'),
            'the same folder, other settings': lambda: [
                benchmarked([good], 'settled', dict(ig=IntegratedGradients(steps))) for steps in (2, 3)
            ],
            'the same folder, damaged settings': lambda: benchmarked(
                [good], written('spoilt/settings.json', '{"seed":').parent.name
            ),
            'the same folder, half a file of rows': lambda: benchmarked(
                [good], written('torn/rows.parquet', b'PAR1 half').parent.name
            ),
            'a folder that is a file': lambda: benchmarked([good], 'cat.jpg'),
            'a folder that cannot be made': lambda: benchmarked([good], '/proc/benchmark'),
            'a CSV with half a box': lambda: read_dataset(
                written('list.csv', 'file,label,x0,y0,x1,y1\ncat.jpg,7,1,2,,\n')
            ),
            'a CSV with a box in words': lambda: read_dataset(
                written('list.csv', 'file,label,x0,y0,x1,y1\ncat.jpg,7,1,2,3,four\n')
            ),
            'a CSV with two classes for one file': lambda: read_dataset(
                written('list.csv', 'file,label\ncat.jpg,7\ncat.jpg,8\n')
            ),
            'boxes of other pictures': lambda: read_dataset(
                written('list.csv', 'file,label\ncat.jpg,7\n'),
                boxes=written('boxes.csv', 'file,x0,y0,x1,y1\ndog.jpg,1,2,3,4\n'),
            ),
            'COCO cut short': lambda: read_dataset(written('coco.json', '{"images":')),
            'COCO without boxes': lambda: read_dataset(coco(category_id=1)),
            'COCO, category not listed': lambda: read_dataset(
                coco(category_id=5, bbox=[0, 0, 9, 9])
            ),
            'no such data set': lambda: read_dataset(folder, 'voc'),
        },
    )


@contextlib.contextmanager
def at(place):
    "Another working directory inside the block"
    before = Path.cwd()
    os.chdir(place)
    try:
        yield
    finally:
        os.chdir(before)


def typed(command, stdout=None):
    "Exit code, and what stands on stderr or last on stdout"
    printed, complaint = io.StringIO(), io.StringIO()
    with at(folder), contextlib.redirect_stdout(stdout or printed), contextlib.redirect_stderr(complaint):
        code = main(command if isinstance(command, list) else command.split())
    said = [line for line in complaint.getvalue().splitlines() if not line.startswith('benchmark: ')] # but progress
    assert code in (0, 2) and len(said) == (code == 2), said
    return (
        code,
        said[0]
        if code
        else f"*works*: {(printed.getvalue().strip().splitlines() or ['nothing more is printed'])[-1]}",
    )


def refused(*lines):
    "Each command must end in one line and exit code 2"
    for line in lines:
        assert typed(line)[0] == 2, line


def test_explain_refuses():
    refused(
        '',
        'explian',
        'explain --nope',
        'explain gone.jpg',
        'explain half.jpg',
        'explain text.jpg',
        'explain red.png',
        'explain empty',
        'explain --methods ig cat.jpg',
        'explain cat.jpg --methods igg',
        'explain cat.jpg --methods ,',
        'explain cat.jpg --methods ig --steps 0',
        'explain cat.jpg --methods ig --steps many',
        'explain cat.jpg --methods gradient --steps 9',
        'explain cat.jpg --methods gradient --target unicorn',
        'explain cat.jpg --methods gradient --target 4000',
        'explain cat.jpg --methods gradient --output loss',
        'explain cat.jpg --methods gradient --seed -1',
        'explain cat.jpg --methods gradient --device abacus',
        'explain cat.jpg --methods gradient --classifier resnet5',
        'explain cat.jpg --methods gradient --classifier resnet18 --weights empty.pth',
        'explain cat.jpg --methods gradient --prior no/such/prior',
        'explain cat.jpg --methods ddpath-ig --steps 2 --prior empty',
        'explain cat.jpg --methods gradient --out cat.jpg',
        'explain cat.jpg --methods gradient --out /proc/report',
    )


def test_benchmark_and_weights_refuse():
    refused(
        'benchmark',
        'benchmark --data gone',
        'benchmark --data empty',
        'benchmark --data cat.jpg',
        'benchmark --data photos --images 0',
        'benchmark --data photos --metrics roar',
        'benchmark --data photos --methods igg',
        'benchmark --data photos --engine dask',
        'benchmark --data photos --label name',
        'benchmark photos --data photos',
        'benchmark photos --boxes photos',
        'benchmark photos --boxes gone.csv',
        'benchmark photos --methods gradient --metrics pointing',
        'benchmark --data photos --methods gradient --out cat.jpg',
        'weights resnet5',
    )


def test_what_works_twice_into_one_folder():
    for name in 'ab':
        (folder / 'twins' / name).mkdir(parents=True)
        saved(f'twins/{name}/cat.png', cat.resize((64, 64)))
    for line in (
        'explain twins --methods gradient --out report',
        'explain twins --methods gradient --out report',
        ['explain', 'my cat\n☕.png', '--methods', 'gradient', '--out', 'my report'],
        'benchmark --data photos --methods gradient --metrics texture --out table',
        'benchmark --data photos --methods gradient --metrics texture --out table',
    ):
        assert typed(line)[0] == 0, line


@contextlib.contextmanager
def largest_file(size):
    "No file may grow beyond so many bytes"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def into(stream, command):
    "A command that prints into a stream which does not take it"
    try:
        return typed(command, stream)
    finally:
        with contextlib.suppress(OSError):
            stream.close()


def closed_pipe():
    "A pipe whose other end is closed"
    reader, writer = os.pipe()
    os.close(reader)
    return os.fdopen(writer, 'w')


def test_a_full_disk():
    with largest_file(20_000):
        explained = typed('explain cat.jpg --methods gradient --out full')
    with largest_file(2_000):
        measured = typed('benchmark --data photos --methods gradient --metrics texture --out full-table')
    left = [path.name for name in ('full', 'full-table') for path in (folder / name).rglob('*') if path.is_file()]
    again = typed('benchmark --data photos --methods gradient --metrics texture --out full-table')
    assert (
        left == ['settings.json'] and not any(path.name.startswith('.') for path in folder.iterdir()) and again[0] == 0
    )
    assert explained[0] == measured[0] == 2
    assert into(open('/dev/full', 'w'), 'weights')[0] == 2
    assert into(closed_pipe(), 'weights')[0] in (0, 2)


def started(*arguments):
    "The command in a process of its own, which hears interrupts, and says when it is imported"
    code = (
        'import sys, signal; signal.signal(signal.SIGINT, signal.default_int_handler); from ddpath.cli import main; '
        'print("ready", flush=True); raise SystemExit(main())'
    )
    return subprocess.Popen(
        [sys.executable, '-c', code, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder
    )


def stopped(process):
    "The last line on stderr, and the exit code, after an interrupt"
    process.send_signal(signal.SIGINT)
    return process.communicate(timeout=60)[1].strip().splitlines()[-1], process.returncode


def test_interrupts():
    for number in range(14):
        saved(f'photos/tabby/more {number}.png', cat.resize((64 + number, 64)))
    many = (
        'benchmark --data photos --methods gradient ig --steps 400 --metrics insertion-deletion --out stopped'.split()
    )
    processes = (
        started('explain', 'cat.jpg', '--methods', 'ig', 'samp', '--steps', '2000', '--out', 'never'),
        started(*many),
    )
    for process in processes:
        process.stdout.readline()
    while not list((folder / 'stopped').glob('parts/*.parquet')) and processes[1].poll() is None:
        time.sleep(0.02)
    ends = [stopped(process) for process in reversed(processes)][::-1]
    done = len(list((folder / 'stopped' / 'parts').glob('*.parquet')))
    assert ends == [('ddpath: stopped', 130)] * 2 and not (folder / 'never').exists() and 0 < done < 16
    assert not any(path.name.startswith('.') for path in [*folder.iterdir(), *(folder / 'stopped').rglob('*')])
    seen = []

    def counted(evaluation, jobs):
        seen.extend(jobs)
        return local(evaluation, jobs)

    local = benchmark.ENGINES['local']
    with patch.dict(benchmark.ENGINES, local=counted):
        code, line = typed(many)
    assert code == 0 and len(seen) == 16 - done
