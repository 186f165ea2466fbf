"""What a room of this country is made of: a wall, a window, a table, and what lies on it."""

import math
from itertools import pairwise

from paintbox import (
    APRICOT,
    CLAY,
    CREAM,
    DUSK,
    GARRIGUE,
    HEIGHT,
    INK,
    LAVENDER,
    OLIVE,
    PAPER,
    SAGE,
    SLATE,
    STONE,
    WIDTH,
    Point,
    Sheet,
    box,
    mix,
    oval,
    smooth,
)


def window(
    s: Sheet, left: float, top: float, right: float, bottom: float, *, snow: bool = False, frame: str = CLAY
) -> None:
    """Look out on the evening: a sky, a ridge, a cypress."""
    s.cut(
        box(left - 16, top - 16, right + 16, bottom + 16),
        frame,
        shade=mix(frame, INK, 0.4),
        side="right",
        depth=0.6,
    )
    glass = s.cut(box(left, top, right, bottom), DUSK, rough=0.4)
    s.shade(glass, "#b99fae", side="below", depth=0.95)
    width, height = right - left, bottom - top
    crest = [
        (left, bottom - height * 0.36),
        (left + width * 0.2, bottom - height * 0.46),
        (left + width * 0.32, bottom - height * 0.4),
        (left + width * 0.5, bottom - height * 0.52),
        (left + width * 0.62, bottom - height * 0.44),
        (left + width * 0.85, bottom - height * 0.34),
        (right, bottom - height * 0.4),
    ]
    s.cut([*crest, (right, bottom), (left, bottom)], "#6c7193", rough=0.8, shade="#8d8aa5")
    s.cut(
        [
            (left, bottom - height * 0.2),
            (left + width * 0.5, bottom - height * 0.26),
            (right, bottom - height * 0.16),
            (right, bottom),
            (left, bottom),
        ],
        "#4a5568",
        rough=0.8,
    )
    s.cypress(left + width * 0.2, bottom - height * 0.06, height * 0.42, "#333d49", "#56625f")
    for _ in range(90 if snow else 12):
        r = s.dice.uniform(1.2, 3.2) if snow else s.dice.uniform(0.8, 1.5)
        y = s.dice.uniform(top + 4, bottom - 4 if snow else top + height * 0.4)
        s.dab(s.dice.uniform(left + 4, right - 4), y, r, r, PAPER)
    for x in (left + width / 2,):
        s.line([(x, top), (x, bottom)], frame, 9)
    s.line([(left, top + height * 0.5), (right, top + height * 0.5)], frame, 9)


def wall(s: Sheet, colour: str, shade: str, foot: float = HEIGHT) -> None:
    wall = s.cut(box(-10, -10, WIDTH + 10, foot), colour, rough=0)
    for _ in range(60):
        x, y = s.dice.uniform(0, WIDTH), s.dice.uniform(0, foot)
        tone = mix(colour, shade, s.dice.uniform(0.04, 0.14))
        s.dab(x, y, s.dice.uniform(30, 110), s.dice.uniform(5, 14), tone, s.dice.uniform(-8, 8))
    s.shade(wall, shade, side="above", depth=0.8)


def cloth(s: Sheet, top: float, colour: str = CREAM, shade: str = STONE) -> None:
    """Spread a cloth over the whole front of the sheet."""
    mask = s.cut(
        [(-20, top), (WIDTH + 20, top), (WIDTH + 20, HEIGHT + 20), (-20, HEIGHT + 20)],
        colour,
        shade=shade,
        depth=0.8,
    )
    for x in range(-100, WIDTH + 200, 150):
        s.line([(600 + (x - 600) * 0.75, top + 4), (x, HEIGHT)], mix(colour, shade, 0.35), 2, 5)
    s.shade(mask, mix(shade, INK, 0.2), side="right", depth=0.35)


def board(s: Sheet, top: float, colour: str = "#a9764c", dark: str = "#6b4632") -> None:
    """A table of old planks."""
    s.cut(box(-20, top, WIDTH + 20, HEIGHT + 20), colour, shade=dark, depth=0.8)
    y = top
    while y < HEIGHT:
        s.line([(-10, y), (WIDTH + 10, y + 2)], mix(colour, dark, 0.6), 3)
        for _ in range(26):
            x = s.dice.uniform(0, WIDTH)
            s.line(
                [(x, y + 12), (x + s.dice.uniform(40, 160), y + 13)],
                mix(colour, dark, s.dice.uniform(0.1, 0.35)),
                2,
                1,
            )
        y += 20 + (y - top) * 0.35


def plate(s: Sheet, x: float, y: float, rx: float, ry: float, colour: str = PAPER) -> None:
    s.veil(oval(x + rx * 0.12, y + ry * 0.35, rx, ry), CLAY, 0.5, 5)
    s.cut(oval(x, y, rx, ry), colour, rough=0.8, shade=STONE, side="right", depth=0.6)
    s.cut(
        oval(x, y, rx * 0.68, ry * 0.66),
        mix(colour, STONE, 0.25),
        rough=0.6,
        shade=colour,
        side="right",
        depth=0.6,
    )


def steam(s: Sheet, x: float, foot: float, height: float, strength: float = 0.45) -> None:
    w = height * 0.16
    s.veil(
        smooth(
            [
                (x - w * 0.5, foot),
                (x + w * 0.6, foot - height * 0.3),
                (x - w * 0.5, foot - height * 0.62),
                (x + w * 0.5, foot - height),
                (x + w * 1.3, foot - height),
                (x + w * 0.5, foot - height * 0.62),
                (x + w * 1.6, foot - height * 0.3),
                (x + w * 0.5, foot),
            ]
        ),
        PAPER,
        strength,
        height * 0.03,
    )


def sprig(
    s: Sheet, points: list[Point], size: float, *, dark: str = GARRIGUE, lit: str = SAGE, olives: bool = True
) -> None:
    """Lay an olive branch."""
    stem = smooth(points, steps=8)
    s.line(stem, mix(CLAY, GARRIGUE, 0.5), size * 0.12, size * 0.05)
    for i, ((x0, y0), (x1, y1)) in enumerate(pairwise(stem)):
        if i % 2:
            continue
        turn = math.degrees(math.atan2(y1 - y0, x1 - x0))
        for side in (-1, 1):
            lean = turn + side * s.dice.uniform(28, 48)
            cx = x0 + math.cos(math.radians(lean)) * size * 0.6
            cy = y0 + math.sin(math.radians(lean)) * size * 0.6
            s.dab(cx, cy, size * 0.62, size * 0.15, dark if side > 0 else lit, lean)
        if olives and i % 6 == 2:
            s.cut(
                oval(x0 + size * 0.2, y0 + size * 0.34, size * 0.2, size * 0.26),
                s.dice.choice(("#4a3f4c", OLIVE)),
                shade=INK,
                rough=0.3,
            )


def glass(s: Sheet, x: float, foot: float, drink: str) -> None:
    s.veil(oval(x + 20, foot + 4, 52, 10), CLAY, 0.5, 4)
    s.cut(oval(x, foot, 46, 11), "#cfc6c0", shade=LAVENDER, side="right")
    s.line([(x, foot - 2), (x, foot - 100)], "#d9d0c8", 7)
    bowl = smooth(
        [
            (x - 54, foot - 230),
            (x - 60, foot - 160),
            (x - 26, foot - 104),
            (x + 26, foot - 104),
            (x + 60, foot - 160),
            (x + 54, foot - 230),
        ]
    )
    mask = s.mask(bowl)
    s.image.paste("#e8ddd0", mask=mask.point(lambda v: round(v * 0.32)))
    wine = smooth(
        [
            (x - 60, foot - 172),
            (x - 52, foot - 134),
            (x - 24, foot - 106),
            (x + 24, foot - 106),
            (x + 52, foot - 134),
            (x + 60, foot - 172),
        ]
    )
    s.cut(wine, drink, rough=0.4, shade=mix(drink, INK, 0.5), side="right")
    s.cut(oval(x, foot - 172, 59, 12), mix(drink, APRICOT, 0.3), rough=0.3)
    s.line(smooth([(x - 42, foot - 214), (x - 46, foot - 178), (x - 36, foot - 144)]), PAPER, 4, 2)


def fork(s: Sheet, x: float, foot: float) -> None:
    s.line([(x, foot + 40), (x - 18, foot - 70)], "#8f857c", 9, 7)
    for dx in (-12, -4, 4, 12):
        s.line(
            smooth([(x - 18, foot - 70), (x - 20 + dx, foot - 86), (x - 26 + dx, foot - 128)]),
            "#9a9087",
            4,
            3,
        )


def knife(s: Sheet, x: float, foot: float) -> None:
    s.line([(x, foot + 34), (x - 12, foot - 30)], "#7d5a42", 13, 11)
    s.cut(
        [(x - 18, foot - 30), (x - 6, foot - 32), (x - 20, foot - 132), (x - 34, foot - 116)],
        "#e2d8ca",
        rough=0.5,
        shade=SLATE,
        side="right",
    )
