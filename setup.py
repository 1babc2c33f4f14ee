from configparser import ConfigParser
from pathlib import Path

from setuptools import find_packages, setup

top = Path(__file__).parent
config = ConfigParser()
config.read(top/'settings.ini', encoding='utf-8')
settings = config['DEFAULT']
pythons = ['3.10', '3.11', '3.12', '3.13']

setup(
    name=settings['lib_name'],
    version=settings['version'],
    description=settings['description'],
    long_description=(top/'README.md').read_text(encoding='utf-8'),
    long_description_content_type='text/markdown',
    author=settings['author'],
    author_email=settings['author_email'],
    url=settings['git_url'],
    license='Apache-2.0',
    keywords=settings['keywords'],
    classifiers=['Development Status :: 3 - Alpha', 'Intended Audience :: Science/Research',
                 'Programming Language :: Python :: 3',
                 *(f'Programming Language :: Python :: {python}' for python in pythons)],
    packages=find_packages(include=['ddpath', 'ddpath.*']),
    package_data={'ddpath': ['__init__.pyi', 'py.typed', 'weights/*.safetensors', 'pages/*.html']},
    python_requires=f'>={settings["min_python"]}',
    install_requires=settings['requirements'].split(),
    extras_require={extra: settings[f'{extra}_requirements'].split() for extra in ('dev', 'ray', 'transformers')},
    entry_points={'console_scripts': settings['console_scripts'].split(),
                  'nbdev': ['ddpath=ddpath._modidx:d']},  # links names on the site
    zip_safe=False,
)
