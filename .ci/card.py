"""Draw the picture of social cards from the first figure of nbs/index.ipynb: `python .ci/card.py`."""
import json
from base64 import b64decode
from io import BytesIO
from pathlib import Path

from matplotlib import get_data_path
from PIL import Image, ImageDraw, ImageFont

SIZE, PANEL = (1200, 630), 330  # pixels: what cards ask for, and the width of the dark part
NIGHT, VIOLET, ORANGE = '#2b1b4d', '#d9cdf0', '#fca636'
WORDS = 'Which pixels\nmade an image\nclassifier\ndecide?'
BELOW = 'Path methods,\nfrom Integrated\nGradients to DDPath'


def first_figure(path=Path('nbs/index.ipynb')):
    "The first picture of the notebook at `path`"
    cells = json.loads(path.read_text(encoding='utf-8'))['cells']
    outputs = [output.get('data', {}) for cell in cells for output in cell.get('outputs', [])]
    return Image.open(BytesIO(b64decode(next(data['image/jpeg'] for data in outputs if 'image/jpeg' in data))))


def font(size, bold=False):
    "A font that comes with matplotlib"
    return ImageFont.truetype(f'{get_data_path()}/fonts/ttf/DejaVuSans{"-Bold" if bold else ""}.ttf', size)


def card(figure):
    "Name and question beside the figure"
    drawn = Image.new('RGB', SIZE, 'white')
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((0, 0, PANEL, SIZE[1]), fill=NIGHT)
    curve = [(40 + 5*x, 105 - 50/(1 + 2.7**(8 - x))) for x in range(17)]
    pen.line(curve, fill=ORANGE, width=9, joint='curve')
    pen.text((36, 135), 'ddpath', font=font(52, bold=True), fill='white')
    pen.multiline_text((36, 240), WORDS, font=font(30), fill='white', spacing=10)
    pen.multiline_text((36, 480), BELOW, font=font(22), fill=VIOLET, spacing=8)
    room = SIZE[0] - PANEL - 40, SIZE[1] - 40
    figure = figure.convert('RGB')
    figure = figure.resize([round(side*min(room[0]/figure.width, room[1]/figure.height)) for side in figure.size],
                           Image.Resampling.LANCZOS)
    drawn.paste(figure, (PANEL + 20 + (room[0] - figure.width)//2, (SIZE[1] - figure.height)//2))
    return drawn


if __name__ == '__main__': card(first_figure()).save('nbs/social.jpg', quality=85, optimize=True)
