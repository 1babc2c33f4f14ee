"""Fail where a page would not run in Colab: below its title stands a hidden cell that gets there what a clone has.

`python .ci/colab.py --mend` inserts or renews the cell on all pages, and changes nothing else.
"""
import sys
from configparser import ConfigParser
from hashlib import sha256
from pathlib import Path

from notebooks import pages, read, write

SETTINGS = ConfigParser()
SETTINGS.read('settings.ini')
REPOSITORY = SETTINGS['DEFAULT']['git_url']
MARK = "if 'google.colab' in str(get_ipython()):"
CELL = """#| hide
#| eval: false
{mark} # the package, what pages read, and what they compare with
    ![ -d /content/{name} ] || git clone -q --depth 1 {repository} /content/{name}
    %pip install -q /content/{name} captum
    %cd -q /content/{name}/{folder}"""


def cell_for(path):
    "The cell of the page at `path`"
    name = REPOSITORY.rsplit('/', 1)[1]
    source = CELL.format(mark=MARK, repository=REPOSITORY, name=name, folder=path.parent.as_posix())
    identity = sha256(f'colab {path.as_posix()}'.encode()).hexdigest()[:8]
    return dict(cell_type='code', execution_count=None, id=identity, metadata={}, outputs=[],
                source=source.splitlines(True))


def mended(cells, cell):
    "The cells of a page with that one below the title, and no other such"
    others = [other for other in cells if MARK not in ''.join(other['source'])]
    return [*others[:1], cell, *others[1:]]


def main(mending, folder=Path('nbs')):
    found = []
    for path in pages(folder):
        notebook = read(path)
        cells = mended(notebook['cells'], cell_for(path))
        if cells == notebook['cells']: continue
        found.append(f'{path}: does not install what it needs in Colab: `python .ci/colab.py --mend`')
        notebook['cells'] = cells
        if mending: write(path, notebook)
    if found and not mending: sys.exit('\n'.join(found))


if __name__ == '__main__': main('--mend' in sys.argv)
