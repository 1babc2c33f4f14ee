"The pages of the book, as the scripts beside this one read and write them."
import json


def pages(folder):
    "The notebooks under `folder`, without drafts and checkpoints"
    return [path for path in sorted(folder.rglob('*.ipynb'))
            if not any(part.startswith(('_', '.')) for part in path.relative_to(folder).parts)]


def read(path):
    "The notebook at `path`"
    return json.loads(path.read_text(encoding='utf-8'))


def write(path, notebook):
    "Store a notebook as nbdev does"
    path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + '\n', encoding='utf-8')
