"""Fail where a line of code in a notebook, a module or a script is longer than a page is wide."""
import json, sys
from pathlib import Path

WIDTH = 120  # characters


def sources(path):
    "The pieces of code in a file, each as its place and its text"
    if path.suffix != '.ipynb': return [(str(path), path.read_text(encoding='utf-8'))]
    cells = json.loads(path.read_text(encoding='utf-8'))['cells']
    return [(f'{path}: cell {number}', ''.join(cell['source']))
            for number, cell in enumerate(cells, 1) if cell['cell_type'] == 'code']


def faults(top):
    "One line for each line of code that is too long"
    scripts = [top/'conftest.py', top/'setup.py', *top.glob('tests/*.py'), *top.glob('.ci/*.py')]
    pages = [path for path in top.glob('nbs/**/*.ipynb')
             if not any(part.startswith(('_', '.')) for part in path.relative_to(top).parts)]
    for path in sorted(pages) + sorted(scripts):
        for place, text in sources(path):
            for number, line in enumerate(text.splitlines(), 1):
                if len(line) > WIDTH:
                    yield f'{place}, line {number}: {len(line)} characters, more than {WIDTH}: break it'


if __name__ == '__main__':
    found = list(faults(Path(__file__).parents[1]))
    if found: sys.exit('\n'.join(found))
