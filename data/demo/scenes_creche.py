"""Santons and the pastorale."""

import math

from paintbox import (
    BRICK,
    CREAM,
    CYPRESS,
    FLAME,
    GLOW,
    INK,
    LAMP,
    MIST,
    NIGHT,
    OCHRE,
    OLIVE,
    PAPER,
    SAND,
    SLATE,
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
from room import board, wall


def santons() -> Sheet:
    s = Sheet(97)
    s.wash((0, INK), (250, NIGHT), (480, "#59648c"))
    s.stars(60, 320)
    # the village is of cork, plaster and moss
    for x, foot, w, h, plaster in (
        (60, 420, 130, 130, "#cdae86"),
        (200, 400, 110, 190, "#bf9a78"),
        (330, 430, 150, 130, "#d6bc95"),
        (760, 420, 140, 150, "#c9a981"),
        (915, 400, 100, 200, "#b89474"),
        (1030, 430, 140, 130, "#d3b48c"),
    ):
        s.cut(box(x, foot - h, x + w, foot + 60), plaster, shade="#6f5c60", side="right", rough=2)
        s.cut(
            [(x - 12, foot - h + 4), (x + w * 0.5, foot - h - 42), (x + w + 12, foot - h + 4)],
            TERRACOTTA,
            shade=BRICK,
            side="right",
            rough=2,
        )
        for dx in (0.22, 0.62):
            s.light(x + w * dx + 9, foot - h * 0.58, 56, GLOW, 0.7)
            s.cut(box(x + w * dx, foot - h * 0.66, x + w * dx + 20, foot - h * 0.66 + 28), LAMP, rough=0.8)
    s.hill(
        [(-20, 400), (200, 380), (430, 440), (600, 452), (800, 430), (1010, 384), (1220, 410)],
        OLIVE,
        CYPRESS,
        0.9,
    )
    moss = s.mask([(-10, 400), (1210, 400), (1210, 560), (-10, 560)])
    s.dabs(moss, ["#7d8450", "#98a063", "#5f6a40", "#6d7547"], 900, (7, 4), 10)
    # the stable, with nobody in it yet but straw and light
    s.light(600, 400, 240, GLOW, 0.8)
    s.cut(
        [(490, 330), (600, 250), (710, 330), (690, 332), (690, 470), (510, 470), (510, 332)],
        "#7b5640",
        shade="#43312c",
        side="right",
    )
    s.cut([(534, 350), (600, 306), (666, 350), (666, 470), (534, 470)], "#f3c271", rough=1.5, shade=TERRACOTTA)
    for _ in range(60):
        x = s.dice.uniform(540, 660)
        s.line(
            [(x, 470), (x + s.dice.uniform(-22, 22), 470 - s.dice.uniform(4, 22))],
            s.dice.choice((LAMP, OCHRE)),
            3,
            1,
        )
    s.light(600, 150, 150, FLAME, 0.8)
    star = [
        (
            600 + (46 if i % 2 == 0 else 17) * math.sin(i * math.pi / 5),
            150 - (46 if i % 2 == 0 else 17) * math.cos(i * math.pi / 5),
        )
        for i in range(10)
    ]
    s.cut(star, LAMP, rough=0.8, shade=OCHRE, side="right", depth=0.5)
    board(s, 640, "#b07d52", "#5f4030")
    _shepherd(s, 200, 700)
    _fishwife(s, 470, 716)
    _arlesienne(s, 740, 710)
    _ravi(s, 1010, 700)
    return s


def _foot(s: Sheet, x: float, y: float, wide: float) -> None:
    s.veil(oval(x + 24, y + 4, wide, 14), INK, 0.6, 5)
    s.cut(oval(x, y, wide, 17), "#7d8a55", shade=CYPRESS, rough=1.2)


def _face(s: Sheet, x: float, y: float, r: float = 34) -> None:
    s.cut(oval(x, y, r * 0.9, r), "#e6b991", rough=0.6, shade="#b97e5e", side="right", depth=0.7)
    for side in (-1, 1):
        s.dab(x + side * r * 0.32, y - r * 0.06, 3, 3.6, INK)
        s.dab(x + side * r * 0.48, y + r * 0.28, 6.5, 4.5, "#d98b6c")
    s.line(smooth([(x - 8, y + r * 0.46), (x, y + r * 0.56), (x + 8, y + r * 0.46)]), BRICK, 2.4)


def _shepherd(s: Sheet, x: float, y: float) -> None:
    _foot(s, x, y, 110)
    s.cut(
        smooth(
            [
                (x - 46, y - 260),
                (x + 46, y - 260),
                (x + 84, y - 120),
                (x + 98, y - 6),
                (x - 98, y - 6),
                (x - 84, y - 120),
            ],
            closed=True,
            steps=6,
        ),
        "#7a5840",
        shade="#432f2b",
        side="right",
        depth=0.9,
    )
    s.cut(
        [(x - 18, y - 252), (x + 18, y - 252), (x + 30, y - 8), (x - 30, y - 8)],
        "#d9c39c",
        shade=SAND,
        side="right",
    )
    _face(s, x, y - 292)
    s.line([(x + 104, y - 320), (x + 118, y - 2)], "#8f6a46", 9)
    s.line(
        smooth([(x + 104, y - 318), (x + 96, y - 352), (x + 124, y - 364), (x + 136, y - 338)]),
        "#8f6a46",
        9,
        7,
    )
    # the lamb lies round his neck
    lamb = s.cut(
        smooth(
            [
                (x - 92, y - 262),
                (x - 60, y - 290),
                (x, y - 252),
                (x + 56, y - 284),
                (x + 84, y - 256),
                (x + 60, y - 226),
                (x, y - 214),
                (x - 62, y - 226),
            ],
            closed=True,
        ),
        PAPER,
        shade=STONE,
        rough=2.5,
    )
    s.dabs(lamb, [CREAM, "#ffffff", MIST], 110, (7, 6))
    s.cut(oval(x - 96, y - 268, 22, 16, 24), CREAM, shade=SAND)
    s.dab(x - 104, y - 270, 2.6, 2.6, INK)
    s.cut(oval(x, y - 320, 66, 14), "#4a3d3a", rough=1)
    s.cut(
        smooth([(x - 36, y - 320), (x - 30, y - 358), (x + 30, y - 358), (x + 36, y - 320)]),
        "#57473f",
        shade=INK,
        side="right",
    )


def _fishwife(s: Sheet, x: float, y: float) -> None:
    _foot(s, x, y, 112)
    _skirt(s, x, y, "#4d6a8c", "#2e3e5f", stripes="#7d9ab5")
    s.cut(
        smooth([(x - 44, y - 240), (x + 44, y - 240), (x + 40, y - 170), (x - 40, y - 170)], closed=True),
        BRICK,
        shade=WINE,
        side="right",
    )
    s.cut(
        smooth(
            [(x - 46, y - 236), (x, y - 216), (x + 46, y - 236), (x + 20, y - 160), (x - 20, y - 160)],
            closed=True,
        ),
        CREAM,
        shade=STONE,
        side="right",
    )
    _face(s, x, y - 278)
    s.cut(
        smooth(
            [
                (x - 36, y - 280),
                (x - 34, y - 314),
                (x, y - 324),
                (x + 34, y - 314),
                (x + 36, y - 280),
                (x, y - 300),
            ],
            closed=True,
        ),
        PAPER,
        shade=STONE,
        side="right",
    )
    s.line(smooth([(x + 42, y - 226), (x + 84, y - 190), (x + 74, y - 150)]), BRICK, 22, 16)
    s.cut(
        smooth([(x + 34, y - 150), (x + 136, y - 150), (x + 118, y - 96), (x + 52, y - 96)]),
        "#b08450",
        shade="#6b4a34",
        side="right",
    )
    for dx, lean in ((52, -16), (78, 6), (104, -8)):
        s.cut(oval(x + dx, y - 160, 30, 10, lean), "#aab7c4", shade=SLATE, rough=0.6)
        s.dab(x + dx - 20, y - 162 - lean * 0.3, 2, 2, INK)
    s.line(smooth([(x - 42, y - 226), (x - 76, y - 186), (x - 50, y - 150)]), BRICK, 22, 16)


def _skirt(s: Sheet, x: float, y: float, colour: str, shade: str, stripes: str | None = None) -> None:
    s.cut(
        smooth(
            [
                (x - 40, y - 180),
                (x + 40, y - 180),
                (x + 84, y - 70),
                (x + 104, y - 6),
                (x - 104, y - 6),
                (x - 84, y - 70),
            ],
            closed=True,
            steps=6,
        ),
        colour,
        shade=shade,
        side="right",
        depth=0.9,
    )
    if stripes:
        for dx in (-0.8, -0.45, -0.1, 0.25, 0.6):
            s.line(
                smooth([(x + dx * 40, y - 170), (x + dx * 78, y - 80), (x + dx * 100, y - 14)]),
                mix(colour, stripes, 0.6),
                3,
                5,
            )
    s.cut(
        [(x - 26, y - 176), (x + 26, y - 176), (x + 42, y - 40), (x - 42, y - 40)],
        CREAM,
        shade=STONE,
        side="right",
        rough=1.5,
    )


def _arlesienne(s: Sheet, x: float, y: float) -> None:
    _foot(s, x, y, 112)
    s.cut(
        smooth(
            [
                (x - 34, y - 190),
                (x + 34, y - 190),
                (x + 92, y - 70),
                (x + 112, y - 6),
                (x - 112, y - 6),
                (x - 92, y - 70),
            ],
            closed=True,
            steps=6,
        ),
        "#5e3a4c",
        shade="#2f2335",
        side="right",
        depth=0.9,
    )
    for row in range(3):
        for i in range(7):
            s.dab(x - 66 + i * 22 + (row % 2) * 8, y - 40 - row * 44 + abs(i - 3), 4, 4, "#c48a72")
    shawl = smooth(
        [
            (x - 50, y - 236),
            (x, y - 250),
            (x + 50, y - 236),
            (x + 62, y - 180),
            (x + 14, y - 128),
            (x, y - 112),
            (x - 14, y - 128),
            (x - 62, y - 180),
        ],
        closed=True,
    )
    cloth = s.cut(shawl, OCHRE, shade=BRICK, side="right", depth=0.8)
    s.dabs(cloth, [BRICK, CREAM, "#8a8f4a"], 46, (4, 3))
    s.cut([(x - 20, y - 250), (x + 20, y - 250), (x, y - 176)], PAPER, rough=1)
    _face(s, x, y - 286)
    s.cut(
        smooth(
            [
                (x - 36, y - 282),
                (x - 40, y - 314),
                (x, y - 332),
                (x + 40, y - 314),
                (x + 36, y - 282),
                (x + 18, y - 306),
                (x - 18, y - 306),
            ],
            closed=True,
        ),
        "#3b2a28",
        rough=1,
    )
    s.cut(
        smooth([(x - 18, y - 322), (x - 14, y - 354), (x + 14, y - 354), (x + 18, y - 322)]),
        PAPER,
        shade=STONE,
        side="right",
    )
    # she carries a pompe and a sprig
    s.cut(oval(x + 2, y - 140, 46, 30), "#d9a256", shade=BRICK, side="right")
    for dx in (-20, 0, 20):
        s.line([(x + dx, y - 152), (x + dx * 1.1, y - 130)], "#8f5c34", 5)


def _ravi(s: Sheet, x: float, y: float) -> None:
    _foot(s, x, y, 104)
    for dx in (-26, 26):
        s.line([(x + dx, y - 130), (x + dx * 1.2, y - 14)], "#6d6a83", 44, 36)
        s.dab(x + dx * 1.4, y - 10, 26, 11, "#3d302e")
    s.cut(
        smooth([(x - 56, y - 236), (x + 56, y - 236), (x + 66, y - 120), (x - 66, y - 120)], closed=True, steps=6),
        TERRACOTTA,
        shade=WINE,
        side="right",
        depth=0.9,
    )
    s.line([(x - 62, y - 146), (x + 62, y - 146)], CREAM, 12)
    for side in (-1, 1):
        s.line(
            smooth([(x + side * 48, y - 224), (x + side * 96, y - 262), (x + side * 112, y - 338)]),
            TERRACOTTA,
            34,
            24,
        )
        s.cut(oval(x + side * 113, y - 352, 16, 20), "#e6b991", shade="#b97e5e", side="right", rough=0.6)
    _face(s, x, y - 272, 38)
    s.dab(x, y - 252, 8, 8, BRICK)
    s.cut(
        smooth(
            [
                (x - 38, y - 284),
                (x - 30, y - 326),
                (x + 10, y - 356),
                (x + 46, y - 330),
                (x + 38, y - 286),
                (x, y - 300),
            ],
            closed=True,
        ),
        "#d8d0c0",
        shade=SAND,
        side="right",
    )


def pastorale() -> Sheet:
    s = Sheet(113)
    wall(s, "#6a3a35", "#2b2029")
    s.cut(box(170, 90, 1030, 660), INK, rough=0)
    stage = s.cut(box(180, 90, 1020, 650), "#3c4a74", rough=0)
    s.shade(stage, "#8a86ab", side="below", depth=0.9)
    s.light(600, 420, 420, "#f4c98a", 0.4)
    for _ in range(46):
        s.dab(s.dice.uniform(210, 990), s.dice.uniform(110, 330), 1.8, 1.8, PAPER)
    s.cut(
        [
            *smooth([(180, 470), (330, 400), (470, 450), (620, 390), (800, 450), (920, 400), (1020, 440)]),
            (1020, 650),
            (180, 650),
        ],
        "#6c7196",
        shade="#4d5473",
    )
    s.cut(
        [*smooth([(180, 540), (420, 510), (700, 540), (1020, 500)]), (1020, 650), (180, 650)],
        "#6c7450",
        shade=CYPRESS,
        depth=0.9,
    )
    for x, h in ((300, 150), (900, 180), (945, 130)):
        s.cypress(x, 560, h, "#3b4a3d", "#6f8060")
    # the star is of cardboard and hangs on a string
    s.line([(720, 90), (720, 170)], MIST, 2)
    s.light(720, 200, 170, LAMP, 0.7)
    star = [
        (
            720 + (50 if i % 2 == 0 else 21) * math.sin(i * math.pi / 5),
            205 - (50 if i % 2 == 0 else 21) * math.cos(i * math.pi / 5),
        )
        for i in range(10)
    ]
    s.cut(star, LAMP, shade=OCHRE, side="right", rough=0.8)
    _donkey(s, 640, 600)
    s.walker(440, 606, 210, "#8a6244", lantern=False)
    s.line([(486, 420), (504, 606)], "#c49a64", 7)
    s.line(smooth([(486, 420), (478, 392), (502, 382), (514, 402)]), "#c49a64", 7)
    s.cut(box(150, 640, 1050, 690), "#8b5d3d", shade="#472f29")
    for side in (-1, 1):
        for i in range(5):
            x0 = 600 + side * (470 - i * 36)
            fold = smooth(
                [
                    (x0 + side * 22, 60),
                    (x0 + side * 18, 300),
                    (x0 + side * (24 + i * 3), 480),
                    (x0 + side * 34, 690),
                    (x0 - side * 8, 690),
                    (x0 - side * (14 - i * 5), 420),
                    (x0 - side * 20, 60),
                ]
            )
            s.cut(fold, "#b5503a" if i % 2 else "#a04331", shade="#5c2630", side="right" if side > 0 else "left")
    for i in range(8):
        x = 100 + i * 143
        s.cut(
            smooth([(x - 78, 40), (x + 78, 40), (x + 60, 112), (x, 142), (x - 60, 112)], closed=True, steps=6),
            "#b5503a",
            shade="#6b2b31",
            depth=0.9,
        )
    s.cut(box(-10, -10, WIDTH + 10, 52), "#8f3d30", shade="#54252c")
    cord = smooth([(40, 60), (240, 150), (420, 112), (600, 168), (780, 112), (960, 150), (1160, 60)], steps=12)
    s.line(cord, "#3a2a2c", 3)
    for i, share in enumerate((0.1, 0.24, 0.4, 0.5, 0.6, 0.76, 0.9)):
        x, y = cord[int(share * (len(cord) - 1))]
        tone = (LAMP, "#f0a35a", "#f6d9a0")[i % 3]
        s.light(x, y + 28, 110, GLOW, 0.6)
        s.cut(oval(x, y + 28, 21, 25), tone, shade=TERRACOTTA, depth=0.6, rough=0.6)
    for row, (y, step, r) in enumerate(((740, 92, 38), (800, 118, 50))):
        x = -20 + row * 40
        while x < WIDTH + 60:
            tone = s.dice.choice(("#2c2530", "#33283a", "#3a2a2f", "#292d3f"))
            lift = s.dice.uniform(-16, 16)
            s.cut(
                smooth(
                    [
                        (x - r * 1.5, y + 90),
                        (x - r * 1.2, y + r * 0.9 + lift),
                        (x, y + r * 0.5 + lift),
                        (x + r * 1.2, y + r * 0.9 + lift),
                        (x + r * 1.5, y + 90),
                    ]
                ),
                tone,
            )
            s.cut(oval(x, y + lift, r * 0.8, r * 0.92), mix(tone, BRICK, 0.16), shade=INK)
            x += step + s.dice.uniform(-10, 14)
    return s


def _donkey(s: Sheet, x: float, foot: float) -> None:
    coat, dark = "#9a8f97", "#5c5566"
    for dx in (30, 62, 168, 198):
        s.line([(x + dx, foot - 86), (x + dx + (4 if dx % 4 else -4), foot)], mix(coat, dark, 0.5), 20, 13)
    s.cut(
        smooth(
            [
                (x + 6, foot - 168),
                (x + 110, foot - 158),
                (x + 206, foot - 164),
                (x + 224, foot - 110),
                (x + 180, foot - 72),
                (x + 60, foot - 70),
                (x + 4, foot - 110),
            ],
            closed=True,
        ),
        coat,
        shade=dark,
        side="below",
        depth=0.9,
    )
    s.cut(
        smooth(
            [(x + 14, foot - 110), (x - 30, foot - 214), (x + 2, foot - 240), (x + 62, foot - 150)],
            closed=True,
        ),
        coat,
        shade=dark,
        side="right",
    )
    s.cut(
        smooth(
            [
                (x - 4, foot - 244),
                (x - 40, foot - 240),
                (x - 94, foot - 176),
                (x - 86, foot - 154),
                (x - 58, foot - 158),
                (x + 4, foot - 206),
            ],
            closed=True,
        ),
        coat,
        shade=dark,
        side="right",
    )
    s.cut(oval(x - 82, foot - 168, 19, 17, -30), CREAM, rough=0.8)
    for dx, lean in ((-2, 14), (18, 30)):
        s.cut(oval(x + dx, foot - 276, 11, 40, lean), coat, shade=dark, side="right", rough=0.8)
    s.dab(x - 36, foot - 212, 4.5, 5, INK)
    s.dab(x - 90, foot - 168, 2.6, 2.6, INK)
    s.line(smooth([(x + 220, foot - 150), (x + 246, foot - 110), (x + 238, foot - 74)]), dark, 8, 5)
    s.cut(
        [(x + 66, foot - 166), (x + 156, foot - 164), (x + 160, foot - 112), (x + 62, foot - 112)],
        TERRACOTTA,
        shade=WINE,
        side="right",
    )
    for y in (-150, -130):
        s.line([(x + 64, foot + y), (x + 158, foot + y)], LAMP, 4)


SCENES = {
    "santons": santons,
    "pastorale": pastorale,
}
