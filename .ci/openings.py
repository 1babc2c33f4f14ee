"""Fail where a page's first cell holds more than title, description and settings: the site shows nothing else of it.

`python .ci/openings.py --mend` moves the rest into a cell of its own.
"""
import re, sys
from hashlib import sha256
from pathlib import Path

from notebooks import pages, read, write

OPENING = re.compile(r'\A# .+\n(?:\s*>.*\n?)*(?:\s*- [\w-]+:.*\n?)*')


def divided(cell):
    "What the site reads of the first cell of a page, and what it drops"
    source = ''.join(cell['source']) + '\n'
    match = OPENING.match(source) if cell['cell_type'] == 'markdown' else None
    if not match: return source.strip('\n'), ''
    return match[0].strip('\n'), source[match.end():].strip('\n')


def mend(path, notebook, kept, dropped):
    "Write the page with what the site dropped in a cell of its own"
    name = sha256(path.as_posix().encode()).hexdigest()[:8]
    notebook['cells'][0]['source'] = kept.splitlines(True)
    words = dict(cell_type='markdown', id=name, metadata={}, source=dropped.splitlines(True))
    notebook['cells'].insert(1, words)
    write(path, notebook)


def main(mending, folder=Path('nbs')):
    found = []
    for path in pages(folder):
        notebook = read(path)
        kept, dropped = divided(notebook['cells'][0])
        if dropped and mending: mend(path, notebook, kept, dropped)
        elif dropped: found.append(f'{path}: the site would drop "{dropped[:50]}…": `python .ci/openings.py --mend`')
    if found: sys.exit('\n'.join(found))


if __name__ == '__main__': main('--mend' in sys.argv)
