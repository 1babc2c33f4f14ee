"""The collector of notebook cells in conftest.py, on small notebooks of its own."""
import json, sys
from pathlib import Path
from types import SimpleNamespace

import pytest
# pytester forgets what is first imported inside a test; these modules do not bear a second import
import IPython.core.magics, matplotlib.pyplot, matplotlib_inline.backend_inline

pytest_plugins = 'pytester'
TOP = Path(__file__).parents[1]


@pytest.fixture
def project(pytester, monkeypatch):
    "An empty project with the real collector and configuration, and with no other plugin than xdist"
    monkeypatch.setenv('PYTEST_DISABLE_PLUGIN_AUTOLOAD', '1')
    monkeypatch.setenv('PYTEST_ADDOPTS', '-p xdist')
    for name in 'conftest.py', 'pytest.ini', 'settings.ini': (pytester.path/name).write_text((TOP/name).read_text())
    pytester.mkdir('nbs')
    return pytester


def write(project, *cells, name='20_ig.ipynb'):
    "A notebook of `cells`: what begins with `# ` or `## ` is markdown, with `---` raw, the rest code"
    def cell(source):
        kind = 'markdown' if source.startswith(('# ', '## ')) else 'raw' if source.startswith('---') else 'code'
        tags = ['raises-exception'] if 'must raise' in source else []
        return {'cell_type': kind, 'metadata': {'tags': tags}, 'source': source.splitlines(True)}
    notebook = {'cells': [cell(source) for source in cells], 'metadata': {}, 'nbformat': 4, 'nbformat_minor': 5}
    path = project.path/'nbs'/name
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(notebook, indent=1))


def names(project):
    "What is collected, as test names"
    items, _ = project.inline_genitems()
    return [item.name for item in items]


PAGE = ('# Integrated gradients', 'import math', '#| export\ndef double(x): return 2*x',
        '## Completeness', 'total = double(2)\nassert total == 4', 'total', '## A limit', 'assert total < math.inf')


def test_lessons_are_named_after_headings(project):
    write(project, *PAGE)
    assert names(project) == ['Completeness [1]', 'Completeness [2]', 'A limit [1]']


def test_headings_lose_marks_and_code_is_no_heading(project):
    write(project, '# The `score` [0, 1] {#sec-score}\n```\n# comment\n```', '1', '2')
    assert names(project) == ['The score [0, 1] [1]', 'The score [0, 1] [2]']
    project.runpytest('nbs/20_ig.ipynb::The score [0, 1] [2]').assert_outcomes(passed=1)


def test_lessons_pass_and_share_a_namespace(project):
    write(project, *PAGE)
    project.runpytest().assert_outcomes(passed=3)


def test_broken_lesson_is_red_and_located(project):
    write(project, *PAGE, '## Broken', 'value = 1\nvalue = 2\nassert value == 3', '## After', 'assert True')
    result = project.runpytest()
    result.assert_outcomes(passed=4, failed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(['*_ nbs/20_ig.ipynb:cell 10, Broken ?1? _*', '    value = 1', '>   assert value == 3',
                                 'E   AssertionError', 'nbs/20_ig.ipynb:cell 10:3: AssertionError',
                                 'FAILED nbs/20_ig.ipynb::Broken ?1? - AssertionError*'])
    result.stdout.no_fnmatch_line('*interactiveshell.py*')


def test_failure_inside_the_library_shows_its_code(project):
    project.makepyfile(library='def halve(x):\n    return x/0')
    write(project, '# Page', 'import library', 'library.halve(1)')
    result = project.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(['>   library.halve(1)', '>       return x/0', 'library.py:2: ZeroDivisionError'])


@pytest.mark.parametrize('definition', ['#| export\nbase = missing', 'import missing', 'def f(x=missing): pass'])
def test_broken_definition_stops_what_follows(project, definition):
    write(project, '# Page', 'one = 1', '## Definition', definition, '## Lessons', 'two = 2', 'three = 3', 'four = 4')
    result = project.runpytest()
    result.assert_outcomes(passed=1, failed=1, skipped=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(['nbs/20_ig.ipynb:cell 4, Definition: this definition',
                                 'SKIPPED ?2? *20_ig.ipynb: not run: the definition in cell 4 failed'])


def test_failing_lesson_is_named_in_later_failures(project):
    write(project, '# Page', 'value = 1/0', 'print("fine")', 'value')
    result = project.runpytest()
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(['*NameError*', '*failed before*', 'nbs/20_ig.ipynb:cell 2, Page: this lesson'])


def test_keyword_selects_by_heading_and_catches_up(project):
    write(project, *PAGE)
    project.runpytest('-k', 'limit').assert_outcomes(passed=1, deselected=2)


def test_failure_while_catching_up_is_told(project):
    write(project, '# Page', 'value = 1/0', '## Selected', 'assert True')
    result = project.runpytest('-k', 'selected')
    result.assert_outcomes(passed=1, deselected=1, warnings=1)
    result.stdout.fnmatch_lines(['*cell 2, Page: this lesson, run only because a later one was selected, failed'])


def test_node_id_selects_one_lesson(project):
    write(project, *PAGE)
    project.runpytest('nbs/20_ig.ipynb::Completeness [2]').assert_outcomes(passed=1)


SLOW = ('# Page', 'ran = []', '#| slow\nran.append("slow")', '## Other', '#| slow\nran.append("other")', '## Last',
        'assert not ran')


def test_slow_is_skipped_and_says_how_to_run_it(project):
    write(project, *SLOW)
    result = project.runpytest()
    result.assert_outcomes(passed=2, skipped=2)
    result.stdout.fnmatch_lines(['SKIPPED ?2? *slow: run it with `pytest -m slow`'])


def test_marker_runs_only_slow(project):
    write(project, *SLOW)
    project.runpytest('-m', 'slow').assert_outcomes(passed=2, deselected=2)


def test_slow_runs_on_pages_that_guard_it(project):
    write(project, '# Page', '%load_ext ddpath.directives', *SLOW[1:-1])
    project.runpytest('-m', 'slow').assert_outcomes(passed=2, deselected=1)
    write(project, '# Page', '%load_ext ddpath.directives', '#| slow\n1/0')
    project.runpytest('-m', 'slow').assert_outcomes(failed=1)


def test_slow_does_not_run_unselected(project):
    write(project, *SLOW[:-1], '#| slow\nassert ran == ["other"]')
    project.runpytest('-m', 'slow', '-k', 'other or last').assert_outcomes(passed=2, deselected=2)


def test_shared_is_skipped_where_the_folder_is_missing(project):
    write(project, '# Page', '#| shared\n1/0')
    result = project.runpytest()
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(['SKIPPED ?1? *shared: needs the folder ../shared beside the checkout'])


def test_shared_runs_where_the_folder_is(project):
    write(project, '# Page', '#| shared\nfrom pathlib import Path\nassert Path("../../shared").is_dir()')
    (project.path.parent/'shared').mkdir()
    project.runpytest().assert_outcomes(passed=1)


@pytest.mark.parametrize('available', [True, False])
def test_gpu_asks_torch(project, monkeypatch, available):
    torch = SimpleNamespace(cuda=SimpleNamespace(is_available=lambda: available))
    monkeypatch.setitem(sys.modules, 'torch', torch)
    write(project, '# Page', '#| gpu\nassert True')
    project.runpytest().assert_outcomes(passed=int(available), skipped=int(not available))


@pytest.mark.parametrize('cell', ['#| eval: false\n1/0', '#|eval:false\n1/0',
                                  '#| hide\nimport nbdev; nbdev.nbdev_export()'])
def test_cells_that_never_run(project, cell):
    write(project, '# Page', cell, 'assert True')
    project.runpytest().assert_outcomes(passed=1)


@pytest.mark.parametrize('matter', ['---\nskip_exec: true\n---', '# Page\n> A page\n\n- skip_exec: true'])
def test_front_matter_turns_a_page_off(project, matter):
    write(project, matter, '1/0')
    assert names(project) == []


def test_drafts_and_hidden_folders_are_left_alone(project):
    for name in '_draft.ipynb', '_proc/page.ipynb', '.ipynb_checkpoints/page.ipynb': write(project, '1/0', name=name)
    assert names(project) == []


def test_trailing_definitions_run(project):
    write(project, '# Page', 'assert True', '#| export\ndef f(): pass', '#| export\nbase = missing')
    assert names(project) == ['Page [1]', 'definitions after the last lesson']
    project.runpytest().assert_outcomes(passed=1, failed=1)


def test_not_json_is_an_error_that_names_the_file(project):
    (project.path/'nbs'/'bad.ipynb').write_text('not a notebook')
    result = project.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(['*bad.ipynb is not a notebook: *'])


@pytest.mark.parametrize('cell', ['Shown()', 'from IPython.display import display\ndisplay(Shown())'])
def test_failing_representation_is_red(project, cell):
    write(project, '# Page', 'class Shown:\n    def _repr_html_(self): return 1/0', cell)
    result = project.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(['>   *return 1/0', 'nbs/20_ig.ipynb:cell 2:2: ZeroDivisionError'])


def test_failing_figure_is_red(project):
    for name in '10_models.ipynb', '20_ig.ipynb':
        write(project, '# Page', 'import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title("$\\\\nonsense$");',
              name=name)
    project.runpytest().assert_outcomes(failed=2)


@pytest.mark.parametrize('cell', ['x = (', '%nonsense'])
def test_what_is_not_python_is_red(project, cell):
    write(project, '# Page', cell)
    project.runpytest().assert_outcomes(failed=1)


def test_magics_and_await_work(project):
    write(project, '# Page', '%matplotlib inline\nimport asyncio', '%time x = 1\nassert x == 1',
          'await asyncio.sleep(0)')
    project.runpytest().assert_outcomes(passed=2)


def test_tag_raises_exception(project):
    write(project, '# Page', '1/0  # must raise', '1/1  # must raise')
    project.runpytest().assert_outcomes(passed=1, failed=1)


def test_cells_run_in_the_folder_of_the_notebook(project):
    write(project, '# Page', 'import os, pickle', 'class Point: pass', 'assert os.path.isfile("page.ipynb")',
          'assert __name__ == "__main__"\npickle.dumps(Point())', name='deeper/page.ipynb')
    project.runpytest().assert_outcomes(passed=2)
    assert Path.cwd() == project.path


@pytest.mark.parametrize('distribution', ['loadfile', 'load'])
def test_workers(project, distribution):
    write(project, *PAGE)
    write(project, '# Page', '#| export\nbase = missing', 'base', 'base + 1', name='10_models.ipynb')
    outcomes = project.runpytest('-n2', '--dist', distribution).parseoutcomes()
    assert outcomes['passed'] == 3 and outcomes['failed'] + outcomes.get('skipped', 0) == 2
