"""Fail where a figure or a notebook under the given folder is larger than its budget."""
import sys
from base64 import b64decode
from pathlib import Path

from notebooks import pages, read

FIGURE, LANDING, NOTEBOOK = 80_000, 150_000, 500_000  # bytes; the landing page may have larger figures


def figures(notebook):
    "Every image output as cell number and size in bytes"
    for number, cell in enumerate(notebook['cells'], 1):
        for output in cell.get('outputs', []):
            for kind, data in output.get('data', {}).items():
                text = ''.join(data) if kind.startswith('image/') else ''
                if text: yield number, len(text.encode() if 'svg' in kind else b64decode(text))


def faults(path):
    "What is too large in the notebook at `path`, one line each"
    size = path.stat().st_size
    if size > NOTEBOOK:
        yield (f'{path}: {size/1000:.0f} kB, more than {NOTEBOOK/1000:.0f} kB: show fewer or smaller figures, or '
               'split the page')
    for number, size in figures(read(path)):
        if size > (LANDING if path.name == 'index.ipynb' else FIGURE):
            yield (f'{path}: cell {number}: a figure of {size/1000:.0f} kB, too much: '
                   'save it as JPEG, smaller or at a lower quality')


if __name__ == '__main__':
    found = [fault for path in pages(Path(sys.argv[1])) for fault in faults(path)]
    if found: sys.exit('\n'.join(found))
