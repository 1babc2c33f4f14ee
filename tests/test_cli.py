"""What the command line refuses, and what it does not import: every mistake is one line and exit code 2"""
import subprocess
import sys

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torchvision.models import efficientnet_b0, squeezenet1_1
from torchvision.transforms.v2 import functional as transform

import ddpath
from ddpath.cli import main
from ddpath.images import bundled_photos

HEAVY = 'torch', 'numpy', 'pandas', 'matplotlib'


@pytest.fixture
def complaint(capsys, tmp_path):
    "Runs `ddpath explain`; the one line that a user reads on standard error, with nothing written"
    def run(*arguments, out=tmp_path/'never'):
        code = main(['explain', *map(str, arguments), '--out', str(out)])
        output, errors = capsys.readouterr()
        assert code == 2 and not output and errors.count('\n') == 1
        assert not (tmp_path/'never').exists() and not list(tmp_path.glob('.ddpath-*'))
        return errors.strip()
    return run


@pytest.mark.parametrize('line, word', [
    (['--methods', 'igg'], 'did you mean ig'), (['missing.jpg'], 'no such file'), (['--steps', '0'], 'steps is 0'),
    (['--output', 'loss'], 'invalid choice'),
    (['--weights', 'gone.pth', '--classifier', 'resnet50'], 'no such file of weights')])
def test_a_mistake_is_answered_without_torch(line, word):
    asked = ('import sys; from ddpath.cli import main; code = main(sys.argv[1:]); '
             f'print([name for name in {HEAVY} if name in sys.modules], code)')
    done = subprocess.run([sys.executable, '-c', asked, 'explain', *line], capture_output=True, text=True)
    assert done.stdout == '[] 2\n' and word in done.stderr, done


@pytest.mark.parametrize('line, names', [
    ('import ddpath', HEAVY),
    ('from ddpath import IntegratedGradients', ('diffusers', 'pandas', 'matplotlib', 'timm'))])
def test_what_a_line_does_not_import(line, names):
    code = f'{line}; import sys; print([name for name in {names} if name in sys.modules])'
    assert subprocess.run([sys.executable, '-c', code], capture_output=True, text=True).stdout == '[]\n'


def test_every_public_name_is_there():
    assert all(getattr(ddpath, name) is not None for name in ddpath.__all__)


@pytest.mark.parametrize('line, word', [
    (['--target', 'unicorn'], 'did you mean'), (['--target', '4000'], '0 to 999'), (['--target', '9'*30], 'too large'),
    (['--steps', '9'*30], 'from 1 to 1000000'), (['--classifier', 'resnet5'], 'did you mean resnet50'),
    (['--device', 'abacus'], 'not available'), (['--device', 'meta'], 'not available'),
    (['--seed', '-1'], 'no integer'), ([''], "no such file: ''"),
    (['--methods', 'gradient', '--steps', '9'], 'do nothing')])
def test_a_value_is_refused(complaint, line, word): assert word in complaint(*line)


def test_a_file_is_refused(complaint, tmp_path):
    text, flat = tmp_path/'text.jpg', tmp_path/'flat.png'
    text.write_text('not a picture')
    Image.new('RGB', (64, 64), 'grey').save(flat)
    assert 'not a picture in a known format' in complaint(text)
    assert 'one colour throughout' in complaint(flat)
    assert 'is a file, not a method' in complaint('--methods', 'ig', flat)


def test_a_folder_that_cannot_be_written(complaint, tmp_path):
    (tmp_path/'text.jpg').write_text('a file')
    assert 'there is a file of that name' in complaint(out=tmp_path/'text.jpg')
    assert 'cannot write' in complaint(out='/proc/report')
    assert 'empty' in complaint(out='')


def test_weights_with_nan(complaint, tmp_path):
    "NaN in a file of weights gives NaN gradients: the report is not begun"
    broken = squeezenet1_1().state_dict()
    broken['classifier.1.bias'][0] = torch.nan
    save_file(broken, tmp_path/'broken.safetensors')
    assert 'NaN or infinite' in complaint('--classifier', 'squeezenet1_1', '--weights', tmp_path/'broken.safetensors')


def test_a_method_that_does_not_apply(complaint, capsys, tmp_path):
    "Guided backpropagation needs ReLUs: asked for by name it is refused, among all methods it is left out"
    swish, cat = tmp_path/'efficientnet.safetensors', tmp_path/'cat.png'
    save_file(efficientnet_b0().state_dict(), swish)
    transform.to_pil_image(bundled_photos()['cat']).save(cat)
    network = ['--classifier', 'efficientnet_b0', '--weights', swish]
    assert 'needs ReLU layers' in complaint(*network, '--methods', 'guided-backprop')
    code = main([*map(str, ['explain', cat, *network, '--steps', 2, '--methods', 'all', '--out', tmp_path/'report'])])
    output, errors = capsys.readouterr()
    assert code == 0 and 'left out' in errors and 'Guided IG' in output


def test_measures_that_are_asked_for(capsys, tmp_path):
    (tmp_path/'photos'/'tabby').mkdir(parents=True)
    transform.to_pil_image(bundled_photos()['cat']).save(tmp_path/'photos'/'tabby'/'cat.png')
    asked = 'mas,road,diffid,rank,infidelity,max-sensitivity'
    line = ['benchmark', '--data', str(tmp_path/'photos'), '--methods', 'gradient,noise', '--metrics', asked]
    assert main([*line, '--out', str(tmp_path/'out')]) == 0
    output = capsys.readouterr().out
    assert all(name in output for name in asked.split(',') if name != 'rank')
    assert main([*line[:-1], 'mass,sensitivity', '--out', str(tmp_path/'other')]) == 2
    assert "no measures 'sensitivity'" in capsys.readouterr().err
