"""Fail where a generated file is not what the notebooks give: modules, clean notebooks, README.

The generators run in a copy: neither the working tree nor a notebook that is open elsewhere changes.
"""
import subprocess, sys
from pathlib import Path
from tempfile import TemporaryDirectory

TOOLS = 'settings.ini', 'Makefile', '.ci/*.py'
MADE = {'export': ['ddpath/**/*.py'], 'clean': ['nbs/**/*.ipynb'],
        'readme': ['README.md', 'README_files/*']}


def contents(folder, patterns):
    "The files under `folder` that match `patterns`, as a dict from path to bytes"
    paths = {path for pattern in patterns for path in folder.glob(pattern) if '.ipynb_checkpoints' not in path.parts}
    return {path.relative_to(folder): path.read_bytes() for path in paths}


def copy_sources(top, copy):
    "Copy what the generators read; of the modules only __init__.py, so that a module without a notebook is found"
    for path, data in contents(top, [*TOOLS, *MADE['clean'], 'ddpath/**/__init__.py']).items():
        (copy/path).parent.mkdir(parents=True, exist_ok=True)
        (copy/path).write_bytes(data)


def outdated(top, copy, target):
    "The files that differ once `make target` has run in the copy"
    subprocess.run(['make', '-s', '-C', copy, target, f'PYTHON={sys.executable}'], check=True)
    here, made = contents(top, MADE[target]), contents(copy, MADE[target])
    return sorted(path for path in here.keys() | made.keys() if here.get(path) != made.get(path))


def faults(top):
    "One line for each outdated file, with the remedy"
    with TemporaryDirectory() as folder:
        copy_sources(top, Path(folder))
        for target in MADE:
            for path in outdated(top, Path(folder), target):
                remedy = f'`make {target}`' if (Path(folder)/path).exists() else 'delete it, no notebook makes it'
                yield f'{path} is not current: {remedy}'


if __name__ == '__main__':
    found = list(faults(Path(__file__).parents[1]))
    if found: sys.exit('\n'.join(found))
