"""Tables laid for the feasts."""

import math

from paintbox import (
    BRICK,
    CLAY,
    CREAM,
    DUSK,
    FLAME,
    GARRIGUE,
    GLOW,
    HEIGHT,
    INK,
    LAMP,
    OCHRE,
    PAPER,
    PINE,
    SAGE,
    STONE,
    TERRACOTTA,
    WIDTH,
    WINE,
    Sheet,
    box,
    mix,
    oval,
    smooth,
)
from room import cloth, fork, glass, knife, plate, sprig, wall, window


def diner_truffe() -> Sheet:
    s = Sheet(83)
    wall(s, "#4b5a5b", "#232f3a")
    window(s, 800, 90, 1040, 360, frame="#5b4a40")
    cloth(s, 470, "#efe0c6", "#b5977a")
    s.light(360, 330, 520, GLOW, 0.55)
    s.light(360, 560, 420, "#f7cf8e", 0.35)
    s.candle(360, 560, 190, wide=26, reach=330)
    s.cut(oval(360, 566, 62, 16), OCHRE, shade=BRICK, side="right")
    plate(s, 690, 640, 250, 86)
    bowl = smooth([(560, 590), (590, 660), (650, 684), (730, 684), (790, 660), (820, 590)])
    s.cut(bowl, TERRACOTTA, shade=WINE, side="right", depth=0.9)
    s.cut(oval(690, 590, 131, 34), "#d5855a", shade=BRICK, side="right")
    s.cut(oval(690, 590, 112, 26), "#5d332b", rough=0.6)
    for x, y, r in ((630, 566, 52), (742, 568, 56), (686, 528, 60)):
        knob = [
            (
                x + r * (1 + s.dice.uniform(-0.08, 0.08)) * math.cos(a),
                y + r * 0.86 * (1 + s.dice.uniform(-0.08, 0.08)) * math.sin(a),
            )
            for a in (i * 2 * math.pi / 14 for i in range(14))
        ]
        truffle = s.cut(smooth(knob, closed=True), "#3a2c2b", rough=1.6)
        s.shade(truffle, "#8a6348", side="left", depth=0.7)
        s.dabs(truffle, ["#241b1d", "#5c463d", "#1d1719", "#49382f"], 170, (3.6, 3))
    fork(s, 430, 720)
    knife(s, 975, 730)
    glass(s, 985, 560, WINE)
    glass(s, 180, 600, WINE)
    for x, y, turn in ((1060, 700, 20), (1096, 716, -30), (1040, 728, 60)):
        s.cut(oval(x, y, 30, 22, turn), "#4a3a34", shade=INK)
        s.cut(oval(x - 4, y - 3, 22, 15, turn), "#8a705c", rough=1)
        s.line([(x - 14, y - 4), (x + 10, y + 2)], CREAM, 1.5)
    return s


def treize_desserts() -> Sheet:
    s = Sheet(101)
    wall(s, "#8c4d38", "#43282b")
    cloth(s, 500, PAPER, "#c9ad8c")
    s.light(250, 330, 460, GLOW, 0.5)
    for x, tall in ((180, 190), (270, 240), (358, 165)):
        s.candle(x, 560, tall, wide=24, reach=260)
        s.cut(oval(x, 564, 40, 11), OCHRE, shade=BRICK, side="right")
    x, y = 720, 660
    s.veil(oval(x + 60, y + 46, 330, 34), CLAY, 0.6, 8)
    s.line(
        smooth(
            [(x - 250, y - 150), (x - 200, y - 400), (x, y - 480), (x + 200, y - 400), (x + 250, y - 150)],
            steps=20,
        ),
        "#8a5f3c",
        22,
    )
    s.line(
        smooth(
            [(x - 250, y - 150), (x - 200, y - 404), (x, y - 486), (x + 200, y - 404), (x + 250, y - 150)],
            steps=20,
        ),
        "#bd8a56",
        7,
    )
    for bx, by, turn, tone in (
        (560, 452, -64, "#e6cf9f"),
        (612, 428, -74, "#7b4a35"),
        (668, 446, -86, "#f2e2c0"),
    ):
        _bar(s, bx, by, turn, tone)
    pompe = s.cut(oval(840, 440, 120, 84, -14), "#d79a4c", shade="#8f5530", side="right", rough=2)
    s.shade(pompe, "#f0c67e", side="left", depth=0.5)
    for dx in (-56, -8, 42):
        s.cut(oval(840 + dx, 436 - dx * 0.2, 9, 36, 12), "#7d4a2d", rough=0.8)
    for mx, my, r in (
        (530, 520, 54),
        (638, 508, 58),
        (752, 520, 56),
        (586, 474, 48),
        (704, 462, 50),
        (866, 516, 52),
    ):
        fruit = s.cut(oval(mx, my, r, r * 0.9), "#e58a35", shade="#a8502a", side="right", rough=1.2)
        s.shade(fruit, "#f8bd6b", side="left", depth=0.45)
        s.dab(mx - 2, my - r * 0.76, 5, 3.4, "#6b5a32")
    for lx, ly, turn in ((556, 440, -40), (742, 426, 30), (888, 470, -20)):
        s.cut(oval(lx, ly, 38, 13, turn), GARRIGUE, shade=PINE, side="right")
        s.line([(lx - 26, ly), (lx + 26, ly)], SAGE, 1.6)
    for _ in range(26):
        s.cut(
            oval(s.dice.uniform(480, 960), s.dice.uniform(524, 556), 19, 16, s.dice.uniform(0, 90)),
            s.dice.choice(("#b98a5b", "#a3744a", "#8f5f42", "#6b4632")),
            shade="#55392d",
            side="right",
            rough=1,
        )
    basket = s.cut(
        smooth(
            [
                (x - 264, y - 128),
                (x - 236, y),
                (x - 190, y + 44),
                (x + 190, y + 44),
                (x + 236, y),
                (x + 264, y - 128),
            ]
        ),
        "#b3814f",
        shade="#5f412f",
        side="right",
    )
    for row in range(7):
        for i in range(23):
            wx, wy = x - 264 + i * 24 + (row % 2) * 12, y - 116 + row * 25
            if 0 <= wx < WIDTH and basket.getpixel((int(wx * 2), int(min(wy, 799) * 2))):
                tone = mix("#cf9f68", "#77512f", max(0, (wx - x + 180) / 520))
                s.dab(wx, wy, 13, 7, tone, 8 if row % 2 else -8)
    s.line(smooth([(x - 270, y - 130), (x, y - 108), (x + 270, y - 130)]), "#93673f", 20)
    for i in range(34):
        t = i / 33
        s.dab(
            x - 262 + 524 * t,
            y - 129 + 22 * math.sin(t * math.pi),
            11,
            7,
            "#cf9f68" if i % 2 else "#7f5736",
            -30,
        )
    for nx, ny, tone in (
        (1040, 690, "#a3744a"),
        (1100, 716, "#8f5f42"),
        (1074, 652, "#b98a5b"),
        (420, 716, "#b98a5b"),
        (366, 742, "#8f5f42"),
    ):
        s.veil(oval(nx + 10, ny + 20, 28, 8), CLAY, 0.6, 3)
        s.cut(oval(nx, ny, 29, 25, 20), tone, shade="#4d352c", side="right", rough=1.4)
        s.line(smooth([(nx - 24, ny - 6), (nx, ny + 4), (nx + 25, ny - 4)]), "#6b4a36", 2)
    sprig(s, [(60, 744), (170, 716), (290, 738)], 40)
    return s


def _bar(s: Sheet, x: float, y: float, turn: float, tone: str) -> None:
    a = math.radians(turn)
    dx, dy = math.cos(a), math.sin(a)
    points = [
        (x + dx * u * 110 - dy * v * 30, y + dy * u * 110 + dx * v * 30)
        for u, v in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    mask = s.cut(points, tone, shade=mix(tone, CLAY, 0.6), side="right", rough=1.4)
    s.dabs(mask, [mix(tone, BRICK, 0.6), mix(tone, PAPER, 0.5), "#a5774a"], 60, (7, 5), 30)


def gros_souper() -> Sheet:
    s = Sheet(103)
    wall(s, "#a26f4c", "#4a3330", 480)
    window(s, 490, 90, 710, 330, frame="#6b4d3b")
    s.light(552, 148, 80, FLAME, 0.7)
    s.dab(552, 148, 4.5, 4.5, FLAME)
    for x in (110, 960):
        s.cut(box(x, 130, x + 140, 270), "#6b4a39", shade="#3a2a28", side="right")
        s.cut(box(x + 14, 144, x + 126, 256), "#7d7f6e" if x < 500 else "#8f7f8c", shade=DUSK)
        s.cut([(x + 14, 256), (x + 14, 220), (x + 60, 190), (x + 126, 226), (x + 126, 256)], "#57604a", rough=1)
    s.cut(box(-20, 470, WIDTH + 20, HEIGHT + 20), "#7b5440", shade="#37282a", depth=0.9)
    # three cloths, one over the other, each a little shorter
    s.cut([(410, 400), (790, 400), (1120, 810), (80, 810)], "#d8c5a4", shade="#9d8064", rough=1)
    s.cut([(418, 400), (782, 400), (1050, 810), (150, 810)], "#e8d9bd", shade="#b89b7b", rough=1)
    s.cut([(428, 398), (772, 398), (985, 810), (215, 810)], PAPER, shade="#d3ba97", rough=1)
    s.light(600, 380, 460, GLOW, 0.5)
    for y, half, size in ((450, 150, 0.45), (530, 190, 0.62), (640, 246, 0.86), (770, 310, 1.12)):
        for side in (-1, 1):
            x = 600 + side * half
            _chair(s, 600 + side * (half * 1.36 + 60 * size), y + 22 * size, size, side)
            plate(s, x, y, 66 * size, 23 * size)
            s.line([(x - 84 * size, y + 4), (x - 80 * size, y - 16 * size)], "#b9aa98", 4 * size)
            s.line([(x + 84 * size, y + 4), (x + 80 * size, y - 16 * size)], "#b9aa98", 4 * size)
    for x, y, tall, wide in ((520, 560, 118, 17), (600, 574, 150, 18), (680, 560, 110, 17)):
        s.candle(x, y, tall, wide=wide, reach=tall * 1.7)
        s.cut(oval(x, y + 2, wide * 1.6, wide * 0.45), OCHRE, shade=BRICK, side="right")
    for x, y, size in (
        (556, 456, 0.5),
        (664, 462, 0.5),
        (500, 664, 0.95),
        (704, 672, 0.95),
        (600, 760, 1.25),
    ):
        s.cut(oval(x, y, 40 * size, 13 * size), TERRACOTTA, shade=WINE, side="right", rough=0.8)
        for _ in range(64):
            dx = s.dice.uniform(-32, 32) * size
            s.line(
                [(x + dx, y - 2), (x + dx * 1.15, y - s.dice.uniform(26, 46) * size)],
                s.dice.choice(("#7f9450", "#9db062", "#64793f")),
                2.6 * size,
                1,
            )
        s.line([(x - 30 * size, y - 16 * size), (x + 30 * size, y - 16 * size)], BRICK, 3.4 * size)
    return s


def _chair(s: Sheet, x: float, y: float, size: float, side: int) -> None:
    wood, dark = "#8b5f40", "#4b342c"
    for dx in (-34, 34):
        s.line(
            [(x + dx * size, y + 70 * size), (x + dx * size, y - 120 * size)],
            wood if dx * side < 0 else dark,
            11 * size,
        )
    for up in (-104, -66, -28):
        s.line([(x - 34 * size, y + up * size), (x + 34 * size, y + up * size)], mix(wood, dark, 0.4), 13 * size)
    s.cut(
        [
            (x - 42 * size, y + 8 * size),
            (x + 42 * size, y + 8 * size),
            (x + 50 * size, y + 30 * size),
            (x - 50 * size, y + 30 * size),
        ],
        "#c9a468",
        shade=CLAY,
        side="right",
    )


def reveillon_chai() -> Sheet:
    s = Sheet(137)
    wall(s, "#6f4a3c", "#2c2129", 500)
    s.cut(box(-20, 490, WIDTH + 20, HEIGHT + 20), "#6a4a3c", shade="#2a2026", depth=0.9)
    for x, y, r in ((130, 350, 190), (470, 340, 150), (740, 340, 150), (1080, 350, 190)):
        s.cut(oval(x + 16, y + 8, r, r), "#33252a", rough=1)
        head = s.cut(oval(x, y, r, r), "#a06d45", rough=1.2)
        s.shade(head, "#54382f", side="below", depth=0.9)
        for i in range(-4, 5):
            half = math.sqrt(max(0, 1 - (i / 5) ** 2)) * r * 0.92
            s.line([(x + i * r * 0.2, y - half), (x + i * r * 0.2, y + half)], "#744d35", 3)
        s.line([*oval(x, y, r * 0.97, r * 0.97, count=60), (x + r * 0.97, y)], "#3f3a40", 12)
        s.line([*oval(x, y, r * 0.86, r * 0.86, count=60), (x + r * 0.86, y)], "#5b3c2e", 5)
        s.line([(x - r * 0.82, y + r * 0.2), (x + r * 0.82, y + r * 0.2)], "#5f3f2f", 22)
        s.cut(
            box(x - r * 0.16, y + r * 0.5, x + r * 0.16, y + r * 0.86),
            "#7e5238",
            shade="#40292a",
            side="right",
        )
        s.cut(oval(x, y + r * 0.44, 12, 12), OCHRE, shade=BRICK)
    for y0, dip in ((60, 90), (30, 150)):
        cord = smooth([(-20, y0), (300, y0 + dip), (600, y0 + 14), (900, y0 + dip), (1220, y0)], steps=16)
        s.line(cord, "#241b21", 3)
        for i in range(3, len(cord) - 2, 7):
            x, y = cord[i]
            s.light(x, y + 26, 120, GLOW, 0.5)
            s.cut(
                oval(x, y + 26, 20, 23),
                (LAMP, "#ee9f58", "#f5dcaa", "#e0805a")[i % 4],
                shade=TERRACOTTA,
                depth=0.5,
                rough=0.5,
            )
    s.light(600, 560, 560, GLOW, 0.4)
    s.cut([(180, 560), (1020, 560), (1240, 760), (-40, 760)], PAPER, shade="#c2a27c", rough=1)
    s.cut([(-40, 760), (1240, 760), (1240, 830), (-40, 830)], "#d6bd99", shade="#7d6350", rough=1)
    s.line(smooth([(230, 640), (420, 624), (600, 640), (780, 622), (980, 640)]), GARRIGUE, 9, 7)
    sprig(s, [(200, 648), (400, 626), (600, 644), (800, 624), (1000, 648)], 24)
    for x, y, size in (
        (300, 594, 0.8),
        (480, 590, 0.8),
        (720, 590, 0.8),
        (900, 594, 0.8),
        (190, 704, 1.3),
        (470, 706, 1.3),
        (740, 706, 1.3),
        (1010, 704, 1.3),
    ):
        plate(s, x, y, 62 * size, 19 * size)
    for x, y in ((390, 640), (600, 650), (812, 640)):
        s.candle(x, y, 88, wide=17, reach=190)
    for x, y in ((330, 720), (620, 724), (880, 716)):
        glass(s, x, y, WINE)
    for x, tone in ((258, "#3e4a3a"), (948, "#3e4a3a")):
        s.cut(
            smooth(
                [
                    (x - 24, 640),
                    (x - 26, 560),
                    (x - 10, 520),
                    (x - 9, 470),
                    (x + 9, 470),
                    (x + 10, 520),
                    (x + 26, 560),
                    (x + 24, 640),
                ]
            ),
            tone,
            shade=INK,
            side="right",
        )
        s.cut(box(x - 22, 574, x + 22, 616), CREAM, shade=STONE, side="right", rough=0.6)
    return s


SCENES = {
    "diner-truffe": diner_truffe,
    "treize-desserts": treize_desserts,
    "gros-souper": gros_souper,
    "reveillon-chai": reveillon_chai,
}
