"""Drive the explorer in a real browser: `python tests/explorer_browser.py [FOLDER FOR SCREENSHOTS]`.

Starts JupyterLab on a notebook with a live explorer, runs it in headless Chromium, slides, changes the methods and the
photograph, and fails unless the picture changes each time. Not collected by pytest: it needs `pip install jupyterlab
selenium` and Chromium with its driver (Debian: `apt-get install chromium-driver`). Exit code 0 when all is seen,
1 when a picture did not change, 2 when something is missing.
"""
import base64, os, subprocess, sys, time, urllib.request
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory

try:
    import jupyterlab, nbformat
    from browser import chromium, ended, installed
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import Select, WebDriverWait
except ImportError as error:
    print(f'{error}: pip install jupyterlab selenium', file=sys.stderr)
    sys.exit(2)

TOP = Path(__file__).resolve().parents[1]
PATIENCE = 180  # seconds for each thing to be seen
PAGE = """
from ddpath.blur import BlurIG
from ddpath.classifiers import Classifier
from ddpath.explorer import PathExplorer
from ddpath.guided import GuidedIG
from ddpath.ig import IntegratedGradients
from ddpath.images import bundled_photos, square
from ddpath.scores import Score
classifier = Classifier.embedded()
photos = {name: square(photo, classifier.size) for name, photo in bundled_photos().items()}
methods = {'ig': IntegratedGradients(), 'blur-ig': BlurIG(), 'guided-ig-unbounded': GuidedIG(),
           'ig-adaptive': IntegratedGradients(tolerance=.01)}
PathExplorer.live(Score(classifier), photos, methods)
"""


def free_port():
    with socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def answers(address):
    try: return urllib.request.urlopen(address, timeout=5).status == 200
    except OSError: return False


@contextmanager
def lab(folder):
    "JupyterLab in `folder`, on this interpreter and this checkout; its address"
    port = free_port()
    settings = dict(JUPYTER_CONFIG_DIR=folder/'config', JUPYTER_RUNTIME_DIR=folder/'runtime',
                    JUPYTERLAB_SETTINGS_DIR=folder/'settings', JUPYTERLAB_WORKSPACES_DIR=folder/'workspaces')
    paths = os.pathsep.join([str(TOP), *filter(None, [os.environ.get('PYTHONPATH')])])
    command = [sys.executable, '-m', 'jupyterlab', '--no-browser', '--allow-root', '--ip=127.0.0.1', f'--port={port}',
               f'--ServerApp.root_dir={folder}', '--IdentityProvider.token=']
    log = open(folder/'lab.log', 'w')
    environment = os.environ | {name: str(path) for name, path in settings.items()} | dict(PYTHONPATH=paths)
    server = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
    address = f'http://127.0.0.1:{port}'
    try:
        started = time.monotonic()
        while not answers(f'{address}/api'):
            if server.poll() is not None or time.monotonic() - started > PATIENCE:
                raise SystemExit(f'JupyterLab did not start:\n{(folder/"lab.log").read_text()[-2000:]}')
            time.sleep(.5)
        yield address
    finally:
        server.terminate()
        server.wait(30)
        log.close()


class Page:
    "The notebook in the window, and the explorer in its output"
    def __init__(self, window, shots):
        self.window, self.shots, self.count = window, shots, 0

    def wait(self, seen, what):
        waiting = WebDriverWait(self.window, PATIENCE, ignored_exceptions=[Exception])
        return waiting.until(lambda _: seen(), f'not seen within {PATIENCE} s: {what}')

    def one(self, selector): return self.window.find_element(By.CSS_SELECTOR, selector)

    @property
    def picture(self):
        "The bytes of the explorer's picture, as the browser has them"
        script = """const [source, done] = arguments; 
            const text = bytes => Array.from(new Uint8Array(bytes), byte => String.fromCharCode(byte)).join('');
            fetch(source).then(answer => answer.arrayBuffer()).then(bytes => done(btoa(text(bytes))))"""
        source = self.one('img.widget-image').get_attribute('src')
        return base64.b64decode(self.window.execute_async_script(script, source))

    def choice(self, label):
        "The dropdown that is described so"
        return Select(next(box for box in self.window.find_elements(By.CSS_SELECTOR, '.widget-dropdown')
                           if box.text.startswith(label)).find_element(By.TAG_NAME, 'select'))

    def settled(self):
        "The picture once it has stood still for half a second"
        def still():
            before = self.picture
            time.sleep(.5)
            return before == self.picture and before
        return self.wait(still, 'a picture that stands still')

    def changes(self, what, action):
        "Fail unless the picture is another one after the action"
        before = self.settled()
        action()
        started = time.monotonic()
        self.wait(lambda: self.picture != before, what)
        print(f'{what}: another picture after {time.monotonic() - started:.2f} s', flush=True)
        self.settled()
        self.shoot(what)

    def shoot(self, what):
        if self.shots: self.window.save_screenshot(str(self.shots/f'{self.count}-{what.replace(" ", "-")}.png'))
        self.count += 1


def explore(page, address):
    "What a person would do"
    page.window.get(f'{address}/doc/tree/page.ipynb')
    def run():
        page.one('.jp-CodeCell .cm-content').click()
        page.one('.jp-CodeCell .cm-content').send_keys(Keys.CONTROL, Keys.ENTER)
        time.sleep(2)
        return page.one('.jp-InputPrompt').text.strip('[ ]:')
    page.wait(run, 'a cell that runs')
    page.wait(lambda: page.one('img.widget-image').size['width'] > 300, 'the widgets')
    page.window.execute_script("arguments[0].scrollIntoView()", page.one('.widget-dropdown'))
    assert page.settled().startswith(b'\xff\xd8'), 'the picture is no JPEG'
    static = page.window.find_elements(By.CSS_SELECTOR, '.jp-RenderedImage')
    assert not static, 'the static picture is shown beside the widgets'
    page.shoot('start')
    handle, start = page.one('.widget-slider .noUi-handle'), page.settled()
    def slide(key, times):
        for _ in range(times): handle.send_keys(key)
    numbers = lambda: page.one('.jp-OutputArea').text
    before = numbers()
    assert 'gradient norm' in before, 'the numbers are no text'
    page.changes('slide back', lambda: slide(Keys.ARROW_LEFT, 3))
    assert numbers() != before
    page.changes('slide on', lambda: slide(Keys.ARROW_RIGHT, 3))
    assert page.settled() == start, 'the same position gives another picture'
    page.changes('own scale', lambda: page.choice('colours').select_by_visible_text('of each point'))
    page.changes('one scale', lambda: page.choice('colours').select_by_visible_text('on one scale'))
    slide(Keys.HOME, 1)
    page.changes('play', page.one('.jupyter-widget-play button, .widget-play button').click)
    page.changes('another method', lambda: page.choice('method').select_by_visible_text('Blur IG, even steps'))
    page.changes('a second method', lambda: page.choice('beside').select_by_visible_text('Guided IG, unbounded'))
    page.changes('more steps', lambda: page.choice('steps').select_by_visible_text('32'))
    page.changes('another photo', lambda: page.choice('photo').select_by_visible_text('rocket'))
    before = page.settled()
    page.choice('method').select_by_visible_text('Integrated Gradients')
    page.wait(lambda: 'leave out the tolerance' in page.one('.jp-OutputArea').text, 'the line that refuses')
    assert page.settled() == before, 'a method that was refused changed the picture'
    shown = page.choice('method').first_selected_option.text
    assert shown == 'Blur IG, even steps', f'the menu says {shown}, which is not shown'
    page.shoot('refused')
    print('a method that cannot be recorded is refused in one line, and the picture stays')


def main(shots=None):
    browser, driver = installed()
    if not browser or not driver:
        return 'Chromium or chromedriver is missing; on Debian: apt-get install chromium-driver'
    shots = shots and Path(shots)
    if shots: shots.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        folder = Path(folder)
        kernel = {'kernelspec': {'name': 'python3', 'display_name': 'Python 3', 'language': 'python'}}
        nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(PAGE.strip())], metadata=kernel),
                       folder/'page.ipynb')
        with lab(folder) as address, chromium(browser, driver, '--window-size=1280,1000') as window:
            page = Page(window, shots)
            try: explore(page, address)
            except BaseException:
                page.shoot('failed')
                raise


if __name__ == '__main__': ended(main, sys.argv[1:2])
