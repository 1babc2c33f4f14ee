"""What the rendered site still needs: `python .ci/rendered.py FOLDER` (Quarto runs it after rendering).

Nothing is loaded that no page needs: Quarto adds requirejs and jQuery to each page that shows HTML, and a polyfill for
browsers of 2016 to each page with a formula. A link skips what stands before the text, headers of tables say what they
head, and a table without a caption is named after its heading.
"""
import os, re, sys
from pathlib import Path

NEEDLESS = re.compile(r'''(?sx)[ \t]*<script\b
    (?: [^>]*\bsrc="https?://[^"]*(?: /require(?:\.min)?\.js | /jquery(?:\.slim)?(?:\.min)?\.js | polyfill )[^"]*"[^>]*>
    |   [^>]*> \s* define\('jquery' [^<]* ) \s* </script>[ \t]*\n?''')
SKIP = '<a class="skip-link" href="#quarto-document-content">Skip to the text</a>'
HEADING_OR_TABLE = re.compile(r'(?s)<script\b.*?</script>|<h[1-6]\b[^>]*>(?P<heading>.*?)</h[1-6]>|<table\b.*?</table>')


def without_needless_scripts(page):
    "The page without libraries from elsewhere, unless it shows a widget that needs them"
    return page if 'application/vnd.jupyter.widget-state+json' in page else NEEDLESS.sub('', page)


def with_skip_link(page):
    "The page with a link to its text, the first thing that the keyboard reaches"
    if SKIP in page or 'id="quarto-document-content"' not in page: return page
    page = re.sub(r'<body\b[^>]*>', lambda body: f'{body[0]}\n{SKIP}', page, count=1)
    main = r'<main\b(?![^>]*tabindex)([^>]*id="quarto-document-content")'
    return re.sub(main, r'<main tabindex="-1"\1', page, count=1)


def scoped(part, scope):
    "A part of a table whose headers say what they head"
    def header(cell):
        several = 'group' if re.search(r'(col|row)span="?[2-9]', cell[0]) else ''
        return f'<th scope="{scope}{several}"{cell[1]}>'
    return re.sub(r'<th\b(?![^>]*\bscope=)([^>]*)>', header, part)


def named(table, heading, captioned):
    "A table with headers that have a scope, and with a caption; the heading above it where it has none"
    head, end, body = table.partition('</thead>')
    table = scoped(head, 'col') + end + scoped(body, 'row') if end else scoped(table, 'row')
    if captioned or '<caption' in table or not heading: return table
    caption = f'<caption class="visually-hidden">{heading}</caption>'
    return re.sub(r'(?s)^<table\b[^>]*>', lambda start: start[0] + caption, table)


def with_named_tables(page):
    "The page with a name for each of its tables"
    heading = ''
    def found(match):
        nonlocal heading
        if match['heading'] is not None:
            heading = re.sub(r'(?s)<[^>]+>', '', match['heading']).strip()
            return match[0]
        if match[0].startswith('<script'): return match[0]
        return named(match[0], heading, captioned=in_float(page, match.start()))
    return HEADING_OR_TABLE.sub(found, page)


def in_float(page, place):
    "Whether the table at `place` stands in a figure that has a caption"
    before = page[:place]
    return before.rfind('quarto-float-tbl') > max(before.rfind('</figure>'), before.rfind('</table>'))


def mended(page):
    "A page as it should be; what is no page of Quarto, such as the explorer, stays as it is"
    if 'id="quarto-document-content"' not in page: return page
    return with_named_tables(with_skip_link(without_needless_scripts(page)))


def main(folder):
    for path in Path(folder).rglob('*.html'):
        if 'site_libs' in path.parts: continue
        page = path.read_text(encoding='utf-8')
        path.write_text(mended(page), encoding='utf-8')


if __name__ == '__main__': main(sys.argv[1] if len(sys.argv) > 1 else os.environ['QUARTO_PROJECT_OUTPUT_DIR'])
