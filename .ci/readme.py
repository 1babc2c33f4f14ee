"""Write README.md and its figures from nbs/index.ipynb: `python .ci/readme.py`."""
import re, shutil
from pathlib import Path

from nbconvert import MarkdownExporter
from nbconvert.preprocessors import Preprocessor
from traitlets.config import Config

FIGURES = Path('README_files')
CONFIG = Config(
    # cells that are empty, hidden, or the settings of the page
    RegexRemovePreprocessor={'enabled': True, 'patterns': [r'\s*\Z', r'\s*#\|\s*(hide\b|include: *false)', r'---\n']},
    # a picture before the HTML around it, which a code host would not show
    NbConvertBase={'display_data_priority': ['image/svg+xml', 'image/jpeg', 'image/png',
                                             'text/html', 'text/markdown', 'text/plain']},
)


def local_links(markdown):
    "`markdown` with links that are relative to nbs/ made relative to the top"
    return re.sub(r'(\]\(|(?:src|href)=")(?![a-z]+:|[#/])', r'\1nbs/', markdown)


def without_boxes(markdown):
    "`markdown` without the boxes, frames and buttons of the site; buttons become a line of links"
    markdown = re.sub(r'(?<=\))\{\.btn[^}]*\}\n(?=\[)', ' · ', markdown)
    return re.sub(r'(?m)^:::.*\n?|^<iframe.*</iframe>\n+|(?<=\))\{\.btn[^}]*\}', '', markdown)


class ForCodeHost(Preprocessor):
    "Drop what a code host does not show: directives, settings in the title cell, progress bars, style sheets of tables"

    def preprocess(self, notebook, resources):
        notebook.metadata.language_info = {'name': 'python'}  # colours the code
        return super().preprocess(notebook, resources)

    def preprocess_cell(self, cell, resources, index):
        if cell.cell_type == 'markdown':
            if cell.source.startswith('# '): cell.source = re.sub(r'(?m)^- [\w-]+:.*\n?', '', cell.source)
            cell.source = local_links(without_boxes(cell.source))
        if cell.cell_type == 'code':
            if re.search(r'(?m)^#\|\s*echo: *false', cell.source): cell.metadata.transient = {'remove_source': True}
            cell.source = re.sub(r'(?m)^\s*#\|.*\n?', '', cell.source)
            cell.outputs = [output for output in cell.outputs if output.get('name') != 'stderr']
            for output in cell.outputs:
                table = output.get('data', {}).get('text/html')
                if table: output.data['text/html'] = re.sub(r'(?s)<style.*?</style>\s*', '', table)
        return cell, resources


def main():
    exporter = MarkdownExporter(config=CONFIG)
    exporter.register_preprocessor(ForCodeHost, enabled=True)
    text, resources = exporter.from_filename('nbs/index.ipynb',
                                             {'unique_key': 'README', 'output_files_dir': str(FIGURES)})
    shutil.rmtree(FIGURES, ignore_errors=True)
    for name, data in resources['outputs'].items():
        FIGURES.mkdir(exist_ok=True)
        Path(name).write_bytes(data)
    text = re.sub(r'\n\s*\n(?=\S)', '\n\n', text).strip()
    Path('README.md').write_text(f'<!-- made from nbs/index.ipynb by `make readme` -->\n\n{text}\n', encoding='utf-8')


if __name__ == '__main__': main()
