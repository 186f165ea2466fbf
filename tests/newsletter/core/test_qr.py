"""The code of a member's page, as a drawing and as a picture."""

import io
import xml.etree.ElementTree as ET

import segno
from PIL import Image

from newsletter.core import qr

URL = "https://lettre.alpilles.example/membres/moulin-du-calanquet/"


def modules() -> list[list[bool]]:
    """The code as it must be drawn, with its quiet margin."""
    return [[bool(one) for one in row] for row in segno.make(URL, error="m", micro=False).matrix_iter(border=4)]


def test_the_picture_holds_every_square_and_prints_well() -> None:
    picture = Image.open(io.BytesIO(qr.png(URL))).convert("L")
    wanted = modules()
    step = picture.width // len(wanted)
    seen = [
        [picture.getpixel((x * step + step // 2, y * step + step // 2)) < 128 for x in range(len(wanted))]
        for y in range(len(wanted))
    ]

    assert picture.width >= 1000
    assert seen == wanted


def test_the_drawing_is_svg_without_anything_that_runs() -> None:
    drawing = qr.svg(URL)
    root = ET.fromstring(drawing)

    assert root.tag.endswith("svg")
    assert {one.tag.rpartition("}")[2] for one in root.iter()} <= {"svg", "path", "title", "g"}
    assert URL in drawing.decode()
