"""Collect the notebooks as tests: one test per lesson cell.

Why not a plugin: nbval makes one test per cell but compares stored outputs, needs every earlier cell selected and
knows no `#|` directives; nbmake, pytest-notebook and pytest-nb-as-test make one test of a whole notebook.

A cell is a *definition* (`#| export…`, or nothing but imports, functions and classes) or a *lesson*.
Lessons are the tests, named after the heading above them: `nbs/20_ig.ipynb::Completeness [2]`.
The cells of a notebook run in order, in one IPython shell, in the notebook's folder. A lesson first runs every earlier
cell that has not run yet, so any selection and any order of tests works.
"""
import ast, json, re, sys
from configparser import ConfigParser
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import IPython, pytest
from IPython.core.compilerop import CachingCompiler
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import select_figure_formats
from traitlets.config import Config

TOP = Path(__file__).parent
SETTINGS = ConfigParser()
SETTINGS.read(TOP/'settings.ini')
FLAGS = SETTINGS['DEFAULT']['tst_flags'].split()
DEFINITIONS = ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef


def gpu_is_missing():
    import torch  # slow to import, so only where a cell asks for it
    return not torch.cuda.is_available()

NEEDS = {'gpu': (gpu_is_missing, 'gpu: needs a CUDA device'),
         'shared': (lambda: not (TOP.parent/'shared').is_dir(),
                    'shared: needs the folder ../shared beside the checkout')}


def reason_to_skip(flags, selection):
    "Why a cell with these `flags` does not run under the `-m` expression `selection`; None where it does"
    for flag in flags:
        missing, reason = NEEDS.get(flag, (lambda: flag not in selection, f'{flag}: run it with `pytest -m {flag}`'))
        if missing(): return reason


def directives(source):
    "The `#|` lines at the top of a cell, as a dict from name to value"
    top = takewhile(lambda line: re.match(r'\s*(#\s*\||%%|$)', line), source.splitlines())
    found = (re.match(r'\s*#\s*\|\s*([^\s:]+)[\s:]*(.*)', line) for line in top)
    return {match[1]: match[2].strip() for match in found if match}


@dataclass(frozen=True)
class Cell:
    notebook: str   # path from the top of the project
    number: int     # position in the notebook, from 1
    line: int       # line of the notebook file, from 0
    heading: str    # nearest heading above
    source: str
    tags: list

    def __str__(self): return f'{self.filename}, {self.heading}'

    @property
    def filename(self): return f'{self.notebook}:cell {self.number}'

    @property
    def flags(self): return [flag for flag in FLAGS if flag in directives(self.source)]

    @property
    def runs(self):
        return directives(self.source).get('eval', '').lower() != 'false' and 'nbdev_export(' not in self.source

    @property
    def is_definition(self):
        if any(name.startswith(('export', 'default_exp')) for name in directives(self.source)): return True
        try: tree = ast.parse(re.sub(r'(?m)^%.*', '', self.source))
        except SyntaxError: return False
        return all(isinstance(node, DEFINITIONS) for node in tree.body)


def last_heading(markdown):
    "The last heading in `markdown`, without its anchor and code marks; None where there is none"
    prose = re.sub(r'(?s)```.*?```', '', markdown)
    headings = re.findall(r'(?m)^#+ +(.+?)(?: +\{[.#].*\})? *$', prose)
    return headings[-1].replace('`', '') if headings else None


def read_cells(path):
    "The code cells of the notebook at `path`; none where its front matter says `skip_exec: true`"
    text, heading, cells = path.read_text(encoding='utf-8'), path.stem, []
    lines = [text.count('\n', 0, match.start()) for match in re.finditer(r'"cell_type"\s*:', text)]
    for number, (cell, line) in enumerate(zip(json.loads(text)['cells'], lines, strict=True), 1):
        source = ''.join(cell['source'])
        if cell['cell_type'] != 'code':
            if re.search(r'(?mi)\A(---|# )(.*\n)*?(- )?skip_exec:\s*true\s*$', source): return []
            heading = last_heading(source) or heading
        elif source.strip():
            notebook, tags = path.relative_to(TOP).as_posix(), cell['metadata'].get('tags', [])
            cells.append(Cell(notebook, number, line, heading, source, tags))
    return cells


class Compiler(CachingCompiler):
    "Names the code after its cell, so that tracebacks point there"
    def get_code_name(self, *args): return self.name


class Shell(InteractiveShell):
    "An IPython shell that keeps the error it would otherwise only print, such as one in a `_repr_html_`"
    compiler_class = Compiler
    def enable_gui(self, gui=None): pass
    def showtraceback(self, exc_tuple=None, *args, **kwargs): self.shown = (exc_tuple or sys.exc_info())[1]

    def error_in(self, cell):
        "Run the `cell` and return its error, None where there is none"
        self.shown, self.compile.name = None, cell.filename
        result = self.run_cell(cell.source)
        error = result.error_before_exec or result.error_in_exec or self.shown
        if isinstance(error, KeyboardInterrupt): raise error
        if 'raises-exception' not in cell.tags: return error
        return None if error else AssertionError('the cell is tagged raises-exception and raised none')


class Notebook(pytest.File):
    "A notebook with its namespace, which lives from the first of its tests to the last"

    def collect(self):
        try: self.cells = [cell for cell in read_cells(self.path) if cell.runs]
        except json.JSONDecodeError as error: raise self.CollectError(f'{self.path} is not a notebook: {error}')
        headings = []
        for cell in self.cells:
            if cell.is_definition: continue
            headings.append(cell.heading)
            yield Lesson.from_parent(self, name=f'{cell.heading} [{headings.count(cell.heading)}]', cell=cell)
        if self.cells and self.cells[-1].is_definition:
            yield Lesson.from_parent(self, name='definitions after the last lesson', cell=self.cells[-1])

    def setup(self):
        self.main, self.errors = sys.modules['__main__'], {}
        self.shell = Shell.instance(config=Config(HistoryManager={'enabled': False}), cache_size=0)
        self.shell.enable_matplotlib('inline')
        select_figure_formats(self.shell, ['png'])
        self.tests = [item for item in self.session.items if item.parent is self]
        self.selected = [item.cell for item in self.tests]

    def teardown(self):
        self.shell.reset(new_session=False)
        Shell.clear_instance()
        sys.modules['__main__'] = self.main

    def run(self, cell):
        "Run the `cell`, unless it has run before, and return its error"
        if cell.number not in self.errors:
            with pytest.MonkeyPatch.context() as patch:
                patch.chdir(self.path.parent)
                patch.setenv('DDPATH_SLOW', '1')  # what is slow was asked for: see nbs/reference/directives.ipynb
                self.errors[cell.number] = self.shell.error_in(cell)
        return self.errors[cell.number]

    def runs_unasked(self, cell):
        "Whether a later lesson may run this `cell` first: what is slow runs only when selected"
        if reason_to_skip(cell.flags, self.config.option.markexpr): return False
        return cell.is_definition or cell in self.selected or NEEDS.keys() >= set(cell.flags)

    def catch_up(self, test):
        "Run what comes before `test`; a definition that fails stops the tests below it"
        for cell in takewhile(lambda cell: cell is not test.cell, self.cells):
            error = self.run(cell) if self.runs_unasked(cell) else None
            if error and cell.is_definition:
                skip = pytest.mark.skip(reason=f'not run: the definition in cell {cell.number} failed')
                for later in self.tests:
                    if later.cell.number > cell.number: later.add_marker(skip)
                raise error
            if error and cell not in self.selected:
                message = f'{cell}: this lesson, run only because a later one was selected, failed'
                test.warn(pytest.PytestWarning(message))


class Lesson(pytest.Item):
    def __init__(self, cell, **kwargs):
        super().__init__(**kwargs)
        self.cell = cell
        for flag in cell.flags: self.add_marker(flag)
        reason = reason_to_skip(cell.flags, self.config.option.markexpr)
        if reason: self.add_marker(pytest.mark.skip(reason=reason))

    def runtest(self):
        self.parent.catch_up(self)
        error = self.parent.run(self.cell)
        if error: raise error

    def reportinfo(self): return self.path, self.cell.line, f'{self.cell.filename}, {self.name}'

    def repr_failure(self, excinfo):
        "pytest's own report, without the frames of this file and of IPython, and with what failed before"
        machinery = __file__, str(Path(IPython.__file__).parent)
        own = excinfo.traceback.cut(path=__file__)
        excinfo.traceback = own.filter(lambda entry: not str(entry.path).startswith(machinery))
        report = super().repr_failure(excinfo)
        for cell in takewhile(lambda cell: cell is not self.cell, self.parent.cells):
            if self.parent.errors.get(cell.number):
                report.addsection('failed before', f'{cell}: this {"definition" if cell.is_definition else "lesson"}')
        return report


def pytest_addoption(parser):
    parser.addoption('--pages', action='store_true', help='say how long the tests of each page took')


def seconds_of_pages(reports):
    "Each page with the seconds and the number of its tests, the slowest first"
    pages = {}
    for report in reports:
        page = report.nodeid.partition('::')[0]
        seconds, count = pages.get(page, (0, 0))
        pages[page] = seconds + report.duration, count + (report.when == 'call')
    return sorted(pages.items(), key=lambda entry: -entry[1][0])


def pytest_terminal_summary(terminalreporter, config):
    if not config.option.pages: return
    reports = [report for kind in ('passed', 'failed', 'error', '') for report in terminalreporter.getreports(kind)]
    terminalreporter.section('seconds and tests of each page')
    for page, (seconds, count) in seconds_of_pages(reports):
        terminalreporter.write_line(f'{seconds:8.1f} {count:5}  {page}')


def pytest_configure(config):
    for flag in FLAGS: config.addinivalue_line('markers', f'{flag}: a lesson cell that begins with `#| {flag}`')


def pytest_collect_file(file_path, parent):
    in_project = (TOP/SETTINGS['DEFAULT']['nbs_path']) in file_path.parents
    if in_project and file_path.suffix == '.ipynb' and not file_path.name.startswith('_'):
        return Notebook.from_parent(parent, path=file_path)
