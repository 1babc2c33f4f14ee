"""Drive a page of `PathExplorer.html` in a real browser: `python tests/explorer_page_browser.py [PAGE [SCREENSHOTS]]`.

Opens the page from its file, slides by keyboard and by finger, plays and pauses, changes photograph and methods,
wipes, and looks at it at several widths, light and dark. Not collected by pytest: it needs `pip install selenium` and
Chromium with its driver (Debian: `apt-get install chromium-driver`). Exit code 0 when all is seen, 1 when something
is not, 2 when something is missing. Where `pip install axe-core-python` is done, its accessibility rules are tried too.
"""
import json, sys, time
from pathlib import Path

try:
    from browser import chromium, ended, installed, no_complaints
    from report_browser import Page
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
except ImportError as error:
    print(f'{error}: pip install selenium', file=sys.stderr)
    sys.exit(2)

SITE = Path(__file__).resolve().parents[1]/'nbs'/'path_explorer.html'


class Explorer(Page):
    "The page in the window"
    @property
    def at(self): return int(self.one('.position').get_attribute('value'))

    @property
    def last(self): return int(self.one('.position').get_attribute('max'))

    def seen(self):
        "What is shown: frames, texts for those who cannot see, numbers"
        found = ("[...document.querySelectorAll('.lane.first img')]"
                 ".map(image => [image.style.objectPosition, image.alt])")
        return json.dumps(self.run(found)), self.text('.now')

    def press(self, *keys): self.one('body').send_keys(*keys)

    def compare(self, number):
        "Choose the second method: a number from 1, 0 for none"
        self.run("(select => { select.selectedIndex = arguments[0]; "
                 "select.dispatchEvent(new Event('change', {bubbles: true})) })"
                 "(document.querySelector('.other'))", number)


def slide(page):
    "Each stop another picture, other texts, other numbers; Home and End, on the slider and anywhere"
    assert 0 < page.at < page.last, 'it opens at an end'
    page.press(Keys.HOME)
    seen = [page.seen()]
    for _ in range(page.last):
        page.press(Keys.ARROW_RIGHT)
        seen.append(page.seen())
    assert page.at == page.last and len({frames for frames, _ in seen}) == page.last + 1, 'a stop shows nothing new'
    page.press(Keys.HOME)
    assert page.seen() == seen[0] and page.at == 0
    page.one('.position').send_keys(Keys.END)
    assert page.seen() == seen[-1]
    page.one('.position').send_keys(Keys.ARROW_LEFT)
    assert page.seen() == seen[-2] and page.one('.position').get_attribute('aria-valuetext')
    page.wait(lambda: 'point' in page.run("document.querySelector('[role=status]').textContent"), 'the live region')
    print('slider:', page.last + 1, 'stops, all different')


def over_thumb(page):
    "The dot of the score stands over the thumb, at every stop"
    for key in (Keys.HOME, *[Keys.ARROW_RIGHT]*5, Keys.END):
        page.press(key)
        far = page.run("""(() => { const box = part => document.querySelector(part).getBoundingClientRect()
            const thumb = document.querySelector('.position'), slider = box('.position'), share = thumb.value/thumb.max
            const dot = box('.slide .one circle:last-child')
            return Math.abs((dot.left + dot.right)/2 - slider.left - 12 - share*(slider.width - 24)) })()""")
        assert far < 1.5, f'the dot is {far:.1f} pixels from the thumb'
    print('the dot stands over the thumb')


def play(page):
    "The space bar plays to the end; a second press pauses"
    button = page.one('.play')
    page.press(Keys.HOME, Keys.SPACE)
    assert button.get_attribute('aria-label') == 'Pause'
    page.wait(lambda: page.at >= 2, 'a slider that moves')
    page.press(Keys.SPACE)
    stood = page.at
    time.sleep(1)
    assert page.at == stood and button.get_attribute('aria-label') == 'Play'
    button.click()
    page.wait(lambda: page.at == page.last and button.get_attribute('aria-label') == 'Play', 'the end of the path')
    print('play: by key and by button, with a pause')


def choose(page):
    "Another photograph, another method, two methods, and the cut between their maps"
    page.press(Keys.HOME, *[Keys.ARROW_RIGHT]*9)
    before = page.run("document.querySelector('.lane.first .point').src")
    page.all('.photos input')[0].send_keys(Keys.ARROW_RIGHT)
    page.wait(lambda: page.run("document.querySelector('.lane.first .point').src") != before, 'another photograph')
    name, before = page.run("document.querySelector('.photos :checked + img').alt"), page.seen()
    assert name in page.seen()[0] and name in page.text('.ends')
    page.all('.choice input')[0].send_keys(Keys.ARROW_RIGHT)
    page.wait(lambda: page.seen() != before, 'another method')
    assert not page.one('.lane.second').is_displayed() and not page.one('.wipe').is_displayed()
    page.compare(1)
    assert page.one('.lane.second').is_displayed() and page.one('.wipe').is_displayed()
    assert len([cell for cell in page.all('.now .value td') if cell.text]) == 2
    cut = page.one('.wipe input')
    before = page.run("getComputedStyle(document.querySelector('.wipe .over')).clipPath")
    cut.send_keys(*[Keys.ARROW_RIGHT]*5)
    assert page.run("getComputedStyle(document.querySelector('.wipe .over')).clipPath") != before
    at = page.at
    cut.send_keys(Keys.HOME)
    assert page.at == at, 'the keys of the cut move along the path'
    page.compare(0)
    assert not page.one('.wipe').is_displayed()
    print('photograph, method, second method, cut')


def touch(page):
    "A finger on the curve goes there"
    page.open(390)
    box = page.run("(box => [box.left, box.top, box.width, box.height])"
                   "(document.querySelector('.slide svg').getBoundingClientRect())")
    page.run("document.querySelector('.slide svg').scrollIntoView({block: 'center'})")
    top = page.run("document.querySelector('.slide svg').getBoundingClientRect().top")
    points = [dict(x=box[0] + .9*box[2], y=top + box[3]/2)]
    page.window.execute_cdp_cmd('Input.dispatchTouchEvent', dict(type='touchStart', touchPoints=points))
    page.window.execute_cdp_cmd('Input.dispatchTouchEvent', dict(type='touchEnd', touchPoints=[]))
    page.wait(lambda: page.at >= .8*page.last, 'the stop under the finger')
    print('touch: the slider follows')


def calm(page):
    "With reduced motion the button goes one point on"
    page.open(prefers_reduced_motion='reduce')
    page.press(Keys.HOME)
    page.one('.play').click()
    time.sleep(1)
    assert page.at == 1 and page.one('.play').get_attribute('aria-label') == 'Next point'
    print('reduced motion: one point a press')


def widths(page):
    "No sideways scrolling, one method and two, light and dark; on a phone pictures and slider on one screen"
    for scheme in ('light', 'dark'):
        for width in (320, 390, 640, 720, 850, 1024, 1400, 2000):
            for second in (0, 4):
                page.open(width, prefers_color_scheme=scheme)
                page.compare(second)
                wide, room = page.run('[document.documentElement.scrollWidth, document.documentElement.clientWidth]')
                assert wide <= room, f'{wide} px in a window of {width} px'
                if width in (390, 1400): page.shoot(f'{width}-{scheme}-{"two" if second else "one"}', 2400)
            assert all(image.size['width'] > 100 for image in page.all('.lane.first img'))
        page.open(390, prefers_color_scheme=scheme)
        high = page.run("(box => document.querySelector('.slide').getBoundingClientRect().bottom - box.top)"
                        "(document.querySelector('.lane.first .point').getBoundingClientRect())")
        assert high < 600, f'on a phone pictures and slider take {high:.0f} px'
    print('widths: nothing overflows')


def accessible(page):
    "The rules of axe, where it is installed; without it, that all pictures and controls have names"
    for second in (0, 2):
        page.open()
        page.compare(second)
        nameless = page.run("""[...document.querySelectorAll('img, input, select, button')].filter(part => {
            const label = part.labels?.[0], named = label?.textContent.trim() || label?.querySelector('img')?.alt
            return part.offsetParent && !(part.alt || part.ariaLabel || named)
        }).map(part => part.outerHTML.slice(0, 200))""")
        assert not nameless, nameless
    try: import axe_core_python
    except ImportError: return print('names: all there; axe: not installed')
    script = next(Path(axe_core_python.__file__).parent.rglob('axe.min.js')).read_text()
    for scheme in ('light', 'dark'):
        page.open(prefers_color_scheme=scheme)
        page.compare(2)
        page.window.execute_script(script)
        found = page.window.execute_async_script('axe.run().then(arguments[0])')['violations']
        assert not found, [(rule['id'], [node['html'][:160] for node in rule['nodes'][:3]]) for rule in found]
    print('axe: no violations, light or dark')


def main(file=SITE, shots=None):
    browser, driver = installed()
    if not browser or not driver:
        return 'Chromium or chromedriver is missing; on Debian: apt-get install chromium-driver'
    shots = shots and Path(shots)
    if shots: shots.mkdir(parents=True, exist_ok=True)
    with chromium(browser, driver, '--hide-scrollbars', '--touch-events=enabled') as window:
        page = Explorer(window, Path(file), shots)
        page.open()
        slide(page), over_thumb(page), play(page), choose(page), touch(page), calm(page), widths(page), accessible(page)
        no_complaints(window)


if __name__ == '__main__': ended(main, sys.argv[1:3])
