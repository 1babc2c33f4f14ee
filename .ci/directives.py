"""Fail where Run All on a page would record anew, or read what no clone has: see nbs/reference/directives.ipynb."""
import re, sys
from pathlib import Path

from notebooks import pages, read

GUARD = '%load_ext ddpath.directives'


def is_marked(cell, mark):
    "Whether a `cell` has the directive"
    return bool(re.search(rf'(?m)^\s*#\s*\|\s*{mark}\s*$', ''.join(cell['source'])))


def faults(top):
    "One line for each page whose first cell that needs the guard comes before it"
    for path in pages(top/'nbs'):
        for number, cell in enumerate(read(path)['cells'], 1):
            if cell['cell_type'] != 'code': continue
            if GUARD in ''.join(cell['source']).splitlines(): break
            # a slow cell that shows something has its output kept; what shows nothing may record
            if is_marked(cell, 'shared') or is_marked(cell, 'slow') and not cell['outputs']:
                yield (f'{path.relative_to(top)}: Run All runs cell {number}, which is slow or needs ../shared: put '
                       f'`{GUARD}` into a hidden cell above')
                break


if __name__ == '__main__':
    found = list(faults(Path(__file__).parents[1]))
    if found: sys.exit('\n'.join(found))
