"""The cell that prepares a page in Colab: what it runs there, and that it runs nothing elsewhere."""
import importlib.util
from pathlib import Path

import pytest
from IPython.core.inputtransformer2 import TransformerManager

TOP = Path(__file__).parents[1]


@pytest.fixture(scope='module')
def colab():
    "The script that inserts the cell"
    spec = importlib.util.spec_from_file_location('colab', TOP/'.ci/colab.py')
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(TOP)
        patch.syspath_prepend(TOP/'.ci')  # as when it is run
        spec.loader.exec_module(module)
    return module


class Shell:
    "Keeps what is asked of it"
    def __init__(self, name): self.name, self.asked = name, []
    def __str__(self): return f'<{self.name}.Shell object>'
    def system(self, command): self.asked.append(command)
    def run_line_magic(self, name, arguments): self.asked.append(f'{name} {arguments}')


def asked_of(shell, cell):
    "What the cell asks of a shell"
    code = TransformerManager().transform_cell(''.join(cell['source']))
    exec(code, {'get_ipython': lambda: shell})
    return shell.asked


def test_the_package_is_installed_from_the_clone_that_has_what_the_page_reads(colab):
    clone, install, folder = asked_of(Shell('google.colab._shell'), colab.cell_for(Path('nbs/reference/images.ipynb')))
    assert clone.startswith('[ -d /content/ddpath ] || git clone') and colab.REPOSITORY in clone
    assert install == 'pip install -q /content/ddpath captum' and folder == 'cd -q /content/ddpath/nbs/reference'


def test_elsewhere_nothing_happens(colab):
    assert asked_of(Shell('ipykernel.zmqshell'), colab.cell_for(Path('nbs/20_ig.ipynb'))) == []


def test_it_stands_below_the_title_once(colab):
    cell = colab.cell_for(Path('nbs/20_ig.ipynb'))
    page = [dict(cell_type='markdown', source=['# Page']), dict(cell_type='code', source=['1'])]
    once = colab.mended(page, cell)
    assert once == [page[0], cell, page[1]] == colab.mended(once, cell)
    old = cell | dict(source=[*cell['source'], ' # as it was'])
    assert colab.mended([page[0], page[1], old], cell) == once
