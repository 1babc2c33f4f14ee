"""What the site makes of a page: the filter that pandoc runs, and what is mended in the rendered page."""
import importlib.util, json, re, shutil, subprocess
from pathlib import Path

import pytest
from PIL import Image

TOP = Path(__file__).parents[1]
PICTURE = '::: {.cell}\n::: {.cell-output-display}\n![](one.png)\n:::\n:::\n'
TABLE = '::: {.cell}\n```{=html}\n<table><thead><tr><th>a</th></tr></thead><tr><td>NaN</td></tr></table>\n```\n:::\n'


def pandoc():
    "The program, as a command or in a package of Python; None where there is none"
    if shutil.which('pandoc'): return 'pandoc'
    try: return importlib.import_module('pypandoc').get_pandoc_path()
    except (ImportError, OSError): return None


@pytest.fixture(scope='module')
def filtered():
    "A function from markdown to the HTML that the filter makes of it"
    program = pandoc()
    if not program: pytest.skip('needs pandoc: `pip install pypandoc_binary`, or from the system')
    def run(markdown, script=TOP/'nbs/pages.lua'):
        command = [program, '--from=markdown', '--to=html', '--wrap=none', f'--lua-filter={script}']
        done = subprocess.run(command, input=markdown, capture_output=True, text=True, encoding='utf-8')
        assert done.returncode == 0 and not done.stderr, done.stderr
        return done.stdout
    return run


def test_a_finding_becomes_caption_number_and_alternative(filtered):
    second = f'{PICTURE}\n*The second is as good.*\n\nThird.'
    found = filtered(f'{PICTURE}\n*Half, 50 %, is $x$ seen.* And more.\n\n{second}')
    assert found.count('<figure') == 2 and 'id="fig-1"' in found and 'id="fig-2"' in found
    assert 'fig-alt="Half, 50 percent, is x seen."' in found
    assert '<p>And more.</p>' in found and '<p><em>' not in found and '<p>Third.</p>' in found


def test_of_several_pictures_the_last_has_the_caption(filtered):
    two = PICTURE.replace('![](one.png)\n', '![](one.png)\n\n![](two.png)\n')
    found = filtered(f'{two}\n*Both are what they are.*')
    assert found.count('<figure') == 1 and found.count('fig-alt="Both are what they are."') == 2
    assert found.index('one.png') < found.index('<figure') < found.index('two.png')


def test_a_finding_below_a_table_becomes_its_caption(filtered):
    assert re.search(r'(?s)<div id="tbl-1"[^>]*bottom">.*<table.*</table>.*<p>What it says is so\.</p>\s*</div>',
                     filtered(f'{TABLE}\n*What it says is so.*'))
    assert 'id="tbl-2"' in filtered(f'{TABLE}\n*One is less than two.*\n\n{TABLE}\n*Two is more than one.*')


@pytest.mark.parametrize('words', ['*Its Integrated Gradients* average', '*How to read it.* Rows are',
                                   '*A name of six words here* is'])
def test_italics_that_are_no_sentence_are_no_caption(filtered, words):
    for cell in (PICTURE, TABLE): assert '<p><em>' in filtered(f'{cell}\n{words}')


def test_a_finding_stays_where_it_has_nothing_to_stand_below(filtered):
    both = TABLE.replace('::: {.cell}\n', '::: {.cell}\n```{=html}\n<table></table>\n```\n')
    for above in ('', 'Text.\n\n', '::: {.cell}\n```\nnumbers\n```\n:::\n', both):
        assert '<em>It is said with emphasis.</em>' in filtered(f'{above}\n*It is said with emphasis.*')


def has_finding(cell):
    "Whether a cell begins with the finding of what stands above it"
    said = ''.join(cell['source']).strip() if cell['cell_type'] == 'markdown' else ''
    return re.match(r'(?s)\*[^*].{20,}?[.?!:]\*(\s|$)', said)


def uncaptioned(page):
    "The cells of the lessons of a page that show one table with no finding below it"
    cells, tests = json.loads(page.read_text(encoding='utf-8'))['cells'], False
    for cell, below in zip(cells, [*cells[1:], {'cell_type': 'none', 'source': []}]):
        source = ''.join(cell['source'])
        if cell['cell_type'] == 'markdown':
            headings = re.findall(r'(?m)^## .*', source)
            if headings: tests = headings[-1].strip() == '## Tests'
            continue
        shown = ''.join(''.join(output.get('data', {}).get('text/html', '')) for output in cell.get('outputs', ()))
        if tests or shown.count('<table') != 1 or re.search(r'(?m)^#\| (hide|include: false)', source): continue
        if not has_finding(below): yield cell['id']


def pages():
    "The book and its folders, no drafts"
    found = sorted([*(TOP/'nbs').glob('[!_.]*.ipynb'), *(TOP/'nbs').glob('[!_.]*/[!_.]*.ipynb')])
    assert len(found) > 100
    return found


def test_the_tables_of_all_pages_say_what_they_show():
    assert not {str(page.relative_to(TOP)): cells for page in pages() if (cells := list(uncaptioned(page)))}


def of_nothing(page):
    "The cells of a page that show nothing and have a finding below"
    cells = json.loads(page.read_text(encoding='utf-8'))['cells']
    for cell, below in zip(cells, cells[1:]):
        if cell['cell_type'] == 'code' and not cell['outputs'] and has_finding(below): yield cell['id']


def test_no_caption_stands_below_a_cell_without_output():
    assert not {str(page.relative_to(TOP)): cells for page in pages() if (cells := list(of_nothing(page)))}


def test_plain_words_below_a_picture_stay_words(filtered):
    found = filtered(f'{PICTURE}\nWords.')
    assert '<figure' not in found and '<p>Words.</p>' in found


def test_numbers_that_are_none_are_dashes(filtered):
    found = filtered(TABLE)
    assert '<td>–</td>' in found and 'NaN' not in found


def test_what_stands_below_tests_is_folded(filtered):
    found = filtered('# Page\n\n## Tests\n\nrefusals\n\n### More\n\nof them\n\n## After\n\nwords')
    fold = re.search(r'(?s)<details class="tests">\s*<summary>Tests</summary>(.*)</details>', found)[1]
    assert 'refusals' in fold and 'of them' in fold and 'words' not in fold and 'Page' not in fold


@pytest.mark.parametrize('block', ['```{.python code-fold="show"}\nf()\n```',
                                   '::: {.cell code-fold="show"}\nwords\n:::'])
def test_exported_source_is_folded(filtered, block):
    found = filtered(block)
    assert 'code-fold="true"' in found and 'show' not in found


def test_where_all_code_is_folded_cells_of_code_alone_join_the_next(filtered, tmp_path):
    script = tmp_path/'folding.lua'
    ours = (TOP/'nbs/pages.lua').as_posix()
    script.write_text(f"function param(name) return name == 'code-fold' end\ndofile('{ours}')")
    code = '::: {{.cell}}\n```{{.python .cell-code}}\n{}\n```\n:::\n'
    result = '::: {.cell}\n```{.python .cell-code}\nc\n```\n\nresult\n:::\n'
    page = f'{code.format("a")}\n{code.format("b")}\n{result}\n{code.format("d")}\nwords\n\n{code.format("e")}'
    blocks = re.findall(r'(?s)<pre[^>]*>(.*?)</pre>', filtered(page, script))
    assert [re.sub('<[^>]*>', '', block).split() for block in blocks] == [['a', 'b', 'c'], ['d'], ['e']]
    assert filtered(page).count('<pre') == 5
    own = page.replace('.cell-code}', '.cell-code code-fold="true"}')
    assert filtered(own).count('<pre') == 3
    assert filtered(own.replace('code-fold', 'code-summary="Exported source" code-fold')).count('<pre') == 5


def test_names_in_tables_of_symbols_are_no_links(filtered):
    table = '| symbol | {} |\n|---|---|\n| e | [`edges`](benchmark.html#edges), [words](a.html) |\n'
    assert 'benchmark.html' not in filtered(table.format('in code')) and 'a.html' in filtered(table.format('in code'))
    assert 'benchmark.html#edges' in filtered(table.format('meaning'))


# ---- after rendering ----

@pytest.fixture(scope='module')
def rendered():
    "The script that mends rendered pages"
    spec = importlib.util.spec_from_file_location('rendered', TOP/'.ci/rendered.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPTS = '''<script src="https://cdn.jsdelivr.net/npm/requirejs@2.3.6/require.min.js" crossorigin="anonymous"></script>
<script src="https://cdn.jsdelivr.net/npm/jquery@3.5.1/dist/jquery.min.js" data-relocate-top="true"></script>
<script type="application/javascript">define('jquery', [],function() {return window.jQuery;})</script>
<script src="https://cdnjs.cloudflare.com/polyfill/v3/polyfill.min.js?features=es6"></script>
'''
KEPT = '''<script src="https://cdn.jsdelivr.net/npm/mathjax@3/es5/tex-chtml-full.js" type="text/javascript"></script>
<script src="site_libs/quarto-nav/quarto-nav.js"></script>
<script>define_nothing();</script>
'''


def page(body):
    "A page as Quarto lays it out"
    text = f'<main class="content" id="quarto-document-content">{body}</main>'
    return f'<html><head>{SCRIPTS}{KEPT}</head><body class="x">\n<nav><a href="x">x</a></nav>{text}</body></html>'


def test_nothing_is_loaded_that_no_page_needs(rendered):
    assert SCRIPTS not in rendered.mended(page('')) and f'<head>{KEPT}</head>' in rendered.mended(page(''))
    other = f'<html><head>{SCRIPTS}</head><body><table></table></body></html>' # the explorer's, for example
    assert rendered.mended(other) == other
    widget = page('<script type=application/vnd.jupyter.widget-state+json>{}</script>')
    assert SCRIPTS in rendered.mended(widget)


def test_the_first_link_leads_to_the_text(rendered):
    found = rendered.mended(page('text'))
    assert re.search(r'<a [^>]*href="([^"]*)', found)[1] == '#quarto-document-content'
    assert '<main tabindex="-1" class="content"' in found
    assert rendered.mended(found) == found # once is enough


def test_tables_have_names_and_headers_a_scope(rendered):
    table = ('<table class="t"><thead><tr><th></th><th colspan="2">a</th></tr></thead>'
             '<tr><th>r</th><td>1</td></tr></table>')
    found = rendered.mended(page(f'<h2 data-number="1">The <em>numbers</em></h2>{table}'))
    assert '<caption class="visually-hidden">The numbers</caption>' in found
    assert '<th scope="col"></th><th scope="colgroup" colspan="2">' in found and '<th scope="row">r</th>' in found
    script = "<script>write('<table><tr><th>a</th></tr></table>')</script>"
    assert script in rendered.mended(page(f'<h2>Heading</h2>{script}'))
    floated = f'<figure class="quarto-float quarto-float-tbl">{table}<figcaption>c</figcaption></figure>'
    found = rendered.mended(page(f'<h2>Above</h2>{floated}<p>words</p>{table}'))
    assert found.count('visually-hidden') == 1 and found.index('visually-hidden') > found.index('figcaption')
    assert rendered.mended(found) == found


def test_the_card_has_the_size_that_cards_ask_for():
    assert Image.open(TOP/'nbs/social.jpg').size == (1200, 630)
    assert (TOP/'nbs/social.jpg').stat().st_size < 150_000
