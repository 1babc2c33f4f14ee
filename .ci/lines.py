"""Fail where a line of code in a notebook, a module or a script is longer than a page is wide."""
import sys
from pathlib import Path

from notebooks import pages, read

WIDTH = 120  # characters


def sources(path):
    "The pieces of code in a file, each as its place and its text"
    if path.suffix != '.ipynb': return [(str(path), path.read_text(encoding='utf-8'))]
    cells = read(path)['cells']
    return [(f'{path}: cell {number}', ''.join(cell['source']))
            for number, cell in enumerate(cells, 1) if cell['cell_type'] == 'code']


def faults(top):
    "One line for each line of code that is too long"
    scripts = [top/'conftest.py', top/'setup.py', *top.glob('tests/*.py'), *top.glob('.ci/*.py')]
    for path in pages(top/'nbs') + sorted(scripts):
        for place, text in sources(path):
            for number, line in enumerate(text.splitlines(), 1):
                if len(line) > WIDTH:
                    yield f'{place}, line {number}: {len(line)} characters, more than {WIDTH}: break it'


if __name__ == '__main__':
    found = list(faults(Path(__file__).parents[1]))
    if found: sys.exit('\n'.join(found))
