"""Drive the report in a real browser: `python tests/report_browser.py REPORT.html [FOLDER FOR SCREENSHOTS]`.

Slides along a path by keyboard, changes the method, plays, opens maps and looks at the page at two widths, light
and dark, printed, without scripts and with reduced motion. Needs `pip install selenium` and Chromium with its driver
(Debian: `apt-get install chromium-driver`). Exit code 0 when all is seen, 1 when something is not, 2 when something
is missing.
Where `pip install axe-core-python` is done, its accessibility rules are tried too.
"""
import base64, json, sys, time
from pathlib import Path

try:
    from browser import chromium, ended, installed, no_complaints
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait
except ImportError as error:
    print(f'{error}: pip install selenium', file=sys.stderr)
    sys.exit(2)

PATIENCE = 15 # seconds for each thing to be seen


class Page:
    "A report in the window"
    def __init__(self, window, report, shots):
        self.window, self.address, self.shots = window, report.resolve().as_uri(), shots

    def open(self, width=1400, height=900, scripts=True, **features):
        "Load the report at a width, with media features as named"
        self.window.execute_cdp_cmd('Emulation.setDeviceMetricsOverride',
                                    dict(width=width, height=height, deviceScaleFactor=1, mobile=width < 500))
        self.window.execute_cdp_cmd('Emulation.setEmulatedMedia',
                                    dict(features=[dict(name=name.replace('_', '-'), value=value)
                                                   for name, value in features.items()]))
        self.window.execute_cdp_cmd('Emulation.setScriptExecutionDisabled', dict(value=not scripts))
        self.window.get(self.address)
        time.sleep(.5)
        if scripts: self.window.execute_script("document.documentElement.style.scrollBehavior = 'auto'")

    def all(self, selector): return self.window.find_elements(By.CSS_SELECTOR, selector)
    def one(self, selector): return self.window.find_element(By.CSS_SELECTOR, selector)
    def text(self, selector): return self.one(selector).text
    def run(self, script, *arguments): return self.window.execute_script(f'return {script}', *arguments)

    def wait(self, seen, what):
        return WebDriverWait(self.window, PATIENCE, .1).until(lambda _: seen(), f'not seen within {PATIENCE} s: {what}')

    def shoot(self, name, height=None):
        "The window, or the page down to a height"
        clip = {}
        if height is not None:
            height = min(height, self.run('document.documentElement.scrollHeight'))
            box = dict(x=0, y=0, width=self.run('innerWidth'), height=height, scale=1)
            clip = dict(clip=box, captureBeyondViewport=True)
        time.sleep(.5)
        if self.shots:
            shot = self.window.execute_cdp_cmd('Page.captureScreenshot', dict(format='png') | clip)
            (self.shots/f'{name}.png').write_bytes(base64.b64decode(shot['data']))

    def frame(self):
        "Which frame of the strip is shown, and of which method"
        return self.run("(image => [image.alt.split(':')[0], image.style.objectPosition])"
                        "(document.querySelector('.walk .lane.first .point'))")

    def numbers(self): return self.text('.walk .now')


def slide(page):
    "The slider by keyboard: another frame, another text, spoken text, the dot over the thumb"
    slider = page.one('.walk .position')
    last = int(slider.get_attribute('max'))
    slider.send_keys(Keys.HOME)
    seen = [(page.frame()[1], page.numbers(), slider.get_attribute('aria-valuetext'))]
    for _ in range(last):
        slider.send_keys(Keys.ARROW_RIGHT)
        seen.append((page.frame()[1], page.numbers(), slider.get_attribute('aria-valuetext')))
    frames, texts = {frame for frame, _, _ in seen}, {text for _, text, _ in seen}
    assert len(frames) == len(texts) == last + 1, 'a step of the slider shows nothing new'
    assert seen[0][0].startswith('0%') and seen[-1][0].startswith('100%'), seen
    assert all(f': point {k} of {last + 1},' in spoken for k, (_, _, spoken) in enumerate(seen, 1))
    slider.send_keys(Keys.HOME)
    assert page.frame()[1] == seen[0][0] and slider.get_attribute('value') == '0'
    slider.send_keys(Keys.END)
    assert slider.get_attribute('value') == str(last)
    dot = page.run("document.querySelector('.walk .slide .one circle:last-child').getBoundingClientRect().right - "
                   "document.querySelector('.walk .position').getBoundingClientRect().right")
    assert abs(dot + 12 - 5.5) < 1.5, f'the dot is not over the thumb: {dot}'
    print('slider:', seen[-1][2])


def compare(page, number):
    "Choose the second method: a number from 1, 0 for none"
    page.run("(select => { select.selectedIndex = arguments[0]; "
             "select.dispatchEvent(new Event('change', {bubbles: true})) })"
             "(document.querySelector('#photo-1 .other'))", number)


def choose(page):
    "Another method: its strip, its numbers, the same place"
    choices = page.all('#photo-1 .choice :is([type=radio], select)')
    if len(page.all('#photo-1 .path')) < 2: return print('one method: nothing to choose')
    place, before = page.one('.walk .position').get_attribute('value'), page.frame()
    choices[0].send_keys(Keys.ARROW_DOWN)
    page.wait(lambda: page.frame() != before, 'another method')
    assert page.one('.walk .position').get_attribute('value') == place
    print('method:', page.frame()[0])
    compare(page, 1)
    assert page.one('#photo-1 .lane.second').is_displayed() and page.one('#photo-1 .wipe').is_displayed()
    page.shoot('two')
    compare(page, 0)
    assert not page.one('#photo-1 .wipe').is_displayed()
    print('two methods side by side, and a wipe')


def play(page):
    "Play runs to the end and says where it ended; a second press pauses"
    slider, button = page.one('.walk .position'), page.one('.walk .play')
    slider.send_keys(Keys.HOME)
    button.click()
    assert button.get_attribute('aria-label') == 'Pause'
    page.wait(lambda: int(slider.get_attribute('value')) >= 2, 'a slider that moves')
    button.click()
    stood = slider.get_attribute('value')
    time.sleep(1.3)
    assert slider.get_attribute('value') == stood and button.get_attribute('aria-label') == 'Play'
    button.click()
    page.wait(lambda: slider.get_attribute('value') == slider.get_attribute('max')
              and button.get_attribute('aria-label') == 'Play', 'the end of the path')
    said = lambda: page.run("document.querySelector('.walk [role=status]').textContent")
    page.wait(lambda: said() == slider.get_attribute('aria-valuetext'), 'the live region')
    print('play: to the end, with a pause')


def enlarge(page):
    "A map opens, arrows go on and around, Escape closes, the focus is where one looked last"
    buttons = page.all('#photo-1 .open')
    buttons[0].send_keys(Keys.ENTER)
    dialog = page.one('dialog')
    page.wait(lambda: dialog.get_attribute('open') is not None, 'the dialog')
    source = lambda: (page.text('dialog .bar p'), page.text('dialog figcaption'),
                      page.one('dialog .pair img:last-child').get_attribute('src'))
    first, active = source(), lambda: page.window.switch_to.active_element
    assert first[2] == page.one('#photo-1 .open img').get_attribute('src')
    page.shoot('dialog')
    active().send_keys(Keys.ARROW_RIGHT)
    assert (source() != first) == (len(buttons) > 1)
    active().send_keys(Keys.ARROW_LEFT)
    assert source() == first
    active().send_keys(Keys.ARROW_LEFT)
    assert page.text('dialog .bar p') == f'Map {len(buttons)} of {len(buttons)}'
    page.one('dialog [value="1"]').click()
    assert source() == first and page.one('dialog .pair img:last-child').get_attribute('alt')
    active().send_keys(Keys.ARROW_RIGHT)
    active().send_keys(Keys.ESCAPE)
    page.wait(lambda: dialog.get_attribute('open') is None, 'a closed dialog')
    page.wait(lambda: active() == buttons[1 % len(buttons)], 'the focus on the map seen last')
    buttons[0].click()
    page.one('dialog [value="0"]').click()
    assert dialog.get_attribute('open') is None
    print('dialog: opens, goes around', len(buttons), 'maps, closes, gives the focus back')


def table(page):
    "The numbers: folded, with a caption and scopes, scrolled by keyboard"
    page.one('#photo-1 summary').send_keys(Keys.ENTER)
    assert page.text('#photo-1 .scroll caption') and page.all('#photo-1 .scroll th[scope=row]')
    assert page.one('#photo-1 .scroll').get_attribute('tabindex') == '0'
    cells = [cell.text for cell in page.all('#photo-1 .scroll td')]
    assert not {'nan', 'None', 'none', ''} & set(cells), cells


def collisions(page):
    "Pairs of labels in the plots that overlap or leave the page"
    return page.run("""[...document.querySelectorAll('.curves svg')].flatMap(svg => {
        const texts = [...svg.querySelectorAll('text')], edge = document.documentElement.clientWidth
        const boxes = texts.map(text => [text.textContent, text.getBoundingClientRect()])
        const wide = (a, b) => a.left < b.right && b.left < a.right
        const meet = (a, b) => wide(a, b) && a.top + 2 < b.bottom - 2 && b.top + 2 < a.bottom - 2
        return boxes.flatMap(([name, a], k) => [
            ...boxes.slice(k + 1).filter(([_, b]) => meet(a, b)).map(([other]) => [name, other]),
            ...a.right > edge + 1 ? [[name, 'edge']] : []])
    })""")


def widths(page):
    "No sideways scrolling and no colliding labels, light and dark, from a small phone to a wide screen"
    for scheme in ('light', 'dark'):
        for width in (320, 390, 640, 800, 1024, 1400, 2000):
            page.open(width, prefers_color_scheme=scheme)
            wide, room = page.run('[document.documentElement.scrollWidth, document.documentElement.clientWidth]')
            assert wide <= room, f'{wide} px in a window of {width} px'
            assert not collisions(page), f'labels collide at {width} px: {collisions(page)}'
            if width in (390, 1400):
                page.shoot(f'{width}-{scheme}', 3400)
                page.shoot(f'{width}-{scheme}-fold')
    assert page.run('getComputedStyle(document.documentElement).backgroundColor') == 'rgb(21, 23, 27)', 'not dark'
    print('widths: nothing overflows, no labels collide')


def calm(page):
    "With reduced motion the button goes one point on"
    page.open(prefers_reduced_motion='reduce')
    slider, button = page.one('.walk .position'), page.one('.walk .play')
    assert button.get_attribute('aria-label') == 'Next point'
    slider.send_keys(Keys.HOME)
    button.click()
    time.sleep(1.3)
    assert slider.get_attribute('value') == '1'
    print('reduced motion: one point a press')


def accessible(page):
    "The rules of axe, where it is installed"
    try: import axe_core_python
    except ImportError: return print('axe: not installed')
    script = next(Path(axe_core_python.__file__).parent.rglob('axe.min.js')).read_text()
    for scheme in ('light', 'dark'):
        page.open(prefers_color_scheme=scheme)
        page.run('document.querySelectorAll("details").forEach(fold => { fold.open = true })')
        page.window.execute_script(script)
        found = page.window.execute_async_script('axe.run().then(arguments[0])')['violations']
        assert not found, json.dumps([(rule['id'], [(node['html'][:160], node['failureSummary'][:200])
                                                    for node in rule['nodes'][:3]]) for rule in found], indent=1)
    print('axe: no violations, light or dark')


def printed(page):
    "On paper: the strips in place of the slider, the tables unfolded"
    page.open()
    if page.shots: (page.shots/'printed.pdf').write_bytes(base64.b64decode(page.window.print_page()))


def without_scripts(page):
    "Maps, strips and tables are there; nothing that needs a script is"
    page.open(scripts=False)
    page.shoot('no-script', 3000)
    page.window.execute_cdp_cmd('Emulation.setScriptExecutionDisabled', dict(value=False))
    assert page.all('.original') and len(page.all('.scroll table')) == len(page.all('.families'))
    assert not any(part.is_displayed() for part in page.all('.live'))
    assert all(image.is_displayed() for image in page.all('.path img'))
    print('without scripts: maps, strips and tables')


def main(report=None, shots=None):
    if report is None: return 'name the report, such as ddpath-report/report.html, which `ddpath explain` writes'
    browser, driver = installed()
    if not browser or not driver:
        return 'Chromium or chromedriver is missing; on Debian: apt-get install chromium-driver'
    shots = shots and Path(shots)
    if shots: shots.mkdir(parents=True, exist_ok=True)
    with chromium(browser, driver, '--hide-scrollbars') as window:
        page = Page(window, Path(report), shots)
        page.open()
        followed = bool(page.all('.walk'))
        if followed: slide(page), choose(page), play(page)
        if page.all('.open'): enlarge(page), table(page)
        widths(page)
        if followed: calm(page)
        accessible(page)
        printed(page)
        without_scripts(page)
        no_complaints(window)


if __name__ == '__main__': ended(main, sys.argv[1:3])
