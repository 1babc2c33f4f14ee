"What the scripts that drive a real browser share; needs `pip install selenium` and Chromium with its driver."
import shutil, sys
from contextlib import contextmanager

from selenium import webdriver

USUAL = '--headless=new', '--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'


def installed():
    "Where Chromium and its driver are; None for what is missing"
    return [next(filter(None, map(shutil.which, names)), None)
            for names in (('chromium', 'chromium-browser', 'google-chrome'), ('chromedriver',))]


@contextmanager
def chromium(browser, driver, *arguments):
    "A headless Chromium that keeps what the page logs"
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for argument in (*USUAL, *arguments): options.add_argument(argument)
    options.set_capability('goog:loggingPrefs', {'browser': 'ALL'})
    window = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try: yield window
    finally: window.quit()


def no_complaints(window):
    "The page has logged neither errors nor warnings"
    logged = [entry for entry in window.get_log('browser') if entry['level'] in ('SEVERE', 'WARNING')]
    assert not logged, logged
    print('no errors in the console')


def ended(main, arguments):
    "Run a script; exit code 2 with a line where something is missing"
    missing = main(*arguments)
    if missing:
        print(missing, file=sys.stderr)
        sys.exit(2)
