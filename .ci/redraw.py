"""Draw all figures anew: `python .ci/redraw.py [PAGE...]` runs pages top to bottom and stores what they show.

Cells that record stay as they are: those marked slow or shared that write a file, and slow ones that show nothing,
unless a slow drawing needs what they compute. A page whose run fails is not changed. A run of all pages that was
stopped, or in which a page failed, goes on where it was when called again; one that was finished begins anew.
"""
import ast, json, os, re, subprocess, sys, time, warnings
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

TOP = Path(__file__).parents[1]
sys.path.insert(0, str(TOP))
from conftest import directives, read_cells  # noqa: E402
from notebooks import pages, read  # noqa: E402

DONE = TOP/'nbs/_redrawn.json'  # page -> seconds, of a run that is not finished
WRITES = re.compile(r'\.(write_\w+|to_(json|csv|parquet)|save\w*|html)\(|\b(write|save|record|train|kept?)\w*\(')
TEMPORARY = re.compile(r'\S*/ipykernel_\d+/\d+\.py')  # a cell, in warnings


def names(source, kind):
    "The names that a cell reads (ast.Load) or sets (ast.Store)"
    try: tree = ast.parse(re.sub(r'(?m)^[%!].*', '', source))
    except SyntaxError: return set()
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, kind)}


def left_out(cells):
    "The numbers of the code cells that are not run"
    shared, out, needed = (TOP.parent/'shared').is_dir(), set(), set()
    for number in reversed(range(len(cells))):  # from below: what a drawing needs stands above it
        source, marks = cells[number].source, directives(cells[number].source)
        records = marks.keys() & {'slow', 'shared'} and WRITES.search(source)
        shows = cells[number].outputs or names(source, ast.Store) & needed
        if 'gpu' in marks or 'shared' in marks and not shared or records or 'slow' in marks and not shows:
            out.add(number)
        elif 'slow' in marks: needed |= names(source, ast.Load)
    return out


def drawn(path):
    "The notebook at `path` as JSON, with what its cells show now, and the seconds of each of them"
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # cells with the same id stay as they are
        notebook, seconds = nbformat.read(path, as_version=4), {}
    code = [cell for cell in notebook.cells if cell.cell_type == 'code']
    out = {id(code[number]) for number in left_out(code)}
    runs = {cell.number - 1 for cell in read_cells(path) if cell.runs}
    client = NotebookClient(notebook, timeout=None, store_widget_state=False,
                            resources={'metadata': {'path': str(path.parent)}})
    with client.setup_kernel():
        for number, cell in enumerate(notebook.cells):
            if number not in runs or id(cell) in out: continue
            begun = time.time()
            client.execute_cell(cell, number)
            seconds[number + 1] = time.time() - begun
    made, stored = json.loads(nbformat.writes(notebook)), read(path)
    for number in seconds: stored['cells'][number - 1]['outputs'] = made['cells'][number - 1]['outputs']
    return stored, seconds


def redraw(path):
    "Run a page and store it; the seconds that it took"
    begun = time.time()
    notebook, seconds = drawn(path)
    text = json.dumps(notebook, ensure_ascii=False, indent=1) + '\n'
    path.write_text(TEMPORARY.sub('cell', text).replace(f'{TOP}/', ''), encoding='utf-8')
    subprocess.run([str(Path(sys.executable).with_name('nbdev_clean')), '--fname', str(path)], check=True, cwd=TOP)
    slowest = ', '.join(f'{seconds[number]:.0f} s in cell {number}'
                        for number in sorted(seconds, key=seconds.get, reverse=True)[:2] if seconds[number] >= 1)
    print(f'{path.relative_to(TOP)}: {time.time() - begun:.0f} s' + (f', {slowest}' if slowest else ''), flush=True)
    return time.time() - begun


def main(asked):
    every = not asked
    chosen = [Path(page).resolve() for page in asked] or pages(TOP/'nbs')
    missing = [str(path) for path in chosen if not path.is_file()]
    if missing: sys.exit(f'{missing[0]} is no page: give a notebook, such as nbs/20_ig.ipynb')
    done, failed = json.loads(DONE.read_text()) if every and DONE.exists() else {}, []
    os.environ['DDPATH_SLOW'], os.environ['PYTHONPATH'] = '1', str(TOP)
    for path in chosen:
        page = str(path.relative_to(TOP))
        if page in done: continue
        try: done[page] = redraw(path)
        except CellExecutionError as error:
            failed.append(page)
            print(f'{page}: not changed, it failed:\n{str(error)[-1500:]}', flush=True)
        if every: DONE.write_text(json.dumps(done))
    slowest = sorted(done, key=done.get, reverse=True)[:5]
    print(f'{len(done)} pages, {sum(done.values())/60:.1f} minutes; slowest: '
          + ', '.join(f'{page} ({done[page]:.0f} s)' for page in slowest))
    if failed: sys.exit(f'failed: {", ".join(failed)}; `make figures` goes on with them')
    if every: DONE.unlink(missing_ok=True)


if __name__ == '__main__': main(sys.argv[1:])
