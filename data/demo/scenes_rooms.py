"""Mills, workshops, baths and hearths, when it is dark outside."""

import math

from paintbox import (
    APRICOT,
    BRICK,
    CREAM,
    DUSK,
    GLOW,
    HEIGHT,
    INK,
    LAVENDER,
    OCHRE,
    OLIVE,
    PAPER,
    SLATE,
    STONE,
    TERRACOTTA,
    WIDTH,
    Point,
    Sheet,
    box,
    flames,
    mix,
    oval,
    smooth,
)
from room import board, sprig, steam, wall, window


def huile_nouvelle() -> Sheet:
    s = Sheet(71)
    wall(s, "#b08e6b", "#54453e")
    _arch(s, 905, 110, 200, 330)
    # the stone stands in its basin
    s.cut(box(60, 610, 790, 740), "#8a8079", shade="#4d4747", depth=0.8, rough=2.5)
    s.cut(oval(425, 612, 366, 62), "#a1968c", rough=2, shade="#6c625e", side="right")
    s.cut(oval(425, 608, 318, 46), "#62683d", rough=2, shade="#3e4530", side="right")
    for _ in range(240):
        a, r = s.dice.uniform(0, 2 * math.pi), s.dice.random() ** 0.5
        s.dab(
            425 + 305 * r * math.cos(a),
            608 + 40 * r * math.sin(a),
            9,
            6,
            s.dice.choice((OLIVE, "#4a4a3e", "#57444f", "#8a8f4a")),
            20,
        )
    s.cut(oval(402, 392, 232, 240), "#6f6a6c", rough=2.5, shade="#3f3d45", side="right")
    stone = s.cut(oval(372, 388, 226, 238), "#b1a9a3", rough=2.5)
    s.shade(stone, "#6f6868", side="right", depth=0.8)
    s.dabs(stone, ["#c9c1b8", "#8d8583", "#9c9490", "#7a7473"], 520, (4, 2.6), 30)
    s.cut(oval(372, 388, 52, 54), "#6b4c37", rough=1.5, shade="#3c2d28", side="right")
    s.line([(372, 388), (700, 372)], "#6b4c37", 40, 34)
    s.line([(372, 378), (700, 363)], "#94704f", 8, 6)
    s.cut(box(686, 40, 730, 650), "#5f4534", shade="#37292a", side="right")
    # the oil
    s.cut([(770, 560), (905, 560), (925, 586), (770, 600)], "#8c8580", shade="#57514f", rough=1)
    s.line(smooth([(905, 570), (932, 582), (938, 640), (938, 700)]), "#a3a13c", 13, 10)
    s.line(smooth([(908, 569), (931, 584), (935, 640), (935, 700)]), "#d8cf6a", 4, 3)
    jar = smooth([(868, 668), (842, 720), (862, 800), (880, 830), (1000, 830), (1016, 800), (1036, 720), (1008, 668)])
    body = s.cut(jar, OCHRE, rough=1.2, shade=BRICK, side="right", depth=0.9)
    s.shade(body, "#f0c877", side="left", depth=0.5)
    s.cut(oval(938, 668, 74, 20), "#e2ae58", shade=BRICK, side="right", rough=0.8)
    s.cut(oval(938, 669, 56, 13), "#7d7e30", rough=0.6, shade="#b7b04a", side="left")
    # a case of olives, and bread
    s.cut([(1040, 700), (1230, 688), (1230, 830), (1052, 830)], "#a07a52", shade="#5e4534", side="right")
    for _ in range(120):
        s.dab(
            s.dice.uniform(1048, 1200),
            s.dice.uniform(672, 702),
            13,
            9,
            s.dice.choice((OLIVE, "#52454e", "#6f7445", "#3f3844")),
            s.dice.uniform(0, 90),
        )
    for y in (720, 762):
        s.line([(1046, y), (1230, y - 8)], "#7b5b40", 5)
    s.lantern(620, 120, 24, 330)
    sprig(s, [(60, 770), (180, 752), (300, 772)], 40)
    return s


def _arch(s: Sheet, x: float, top: float, wide: float, tall: float) -> None:
    """A niche in the wall with the evening in it."""

    def outline(grow: float) -> list[Point]:
        return [
            (x - grow, top + tall),
            *smooth(
                [(x - grow, top + wide / 2), (x + wide / 2, top - grow), (x + wide + grow, top + wide / 2)], steps=16
            ),
            (x + wide + grow, top + tall),
        ]

    s.cut(outline(20), "#c6ab88", rough=2, shade="#7c6653", side="right")
    sky = s.cut(outline(0), DUSK, rough=1)
    s.shade(sky, APRICOT, side="below", depth=1.0)
    s.cut(
        [
            *smooth(
                [
                    (x, top + tall * 0.72),
                    (x + wide * 0.3, top + tall * 0.58),
                    (x + wide * 0.55, top + tall * 0.66),
                    (x + wide * 0.8, top + tall * 0.55),
                    (x + wide, top + tall * 0.64),
                ]
            ),
            (x + wide, top + tall),
            (x, top + tall),
        ],
        "#7b7796",
        shade="#a78f9b",
        rough=1,
    )
    s.cut(
        [(x, top + tall * 0.84), (x + wide, top + tall * 0.8), (x + wide, top + tall), (x, top + tall)],
        "#59603f",
        rough=1,
    )
    s.olive(x + wide * 0.62, top + tall * 0.94, wide * 0.5, dark="#4d5440", lit="#8f9474", bark="#4f4239")


def bains_romarin() -> Sheet:
    s = Sheet(107)
    wall(s, "#b89f86", "#4e4a50")
    for left, right, top, tone in (
        (90, 1110, 60, "#a8937f"),
        (190, 1010, 130, "#94867b"),
        (290, 910, 190, "#7d7778"),
    ):
        arch = [
            (left, 620),
            *smooth(
                [
                    (left, 330),
                    (left + (right - left) * 0.18, top + 60),
                    ((left + right) / 2, top),
                    (right - (right - left) * 0.18, top + 60),
                    (right, 330),
                ],
                steps=14,
            ),
            (right, 620),
        ]
        mask = s.cut(arch, tone, rough=1.5)
        for y in range(top + 40, 620, 58):
            for x in range(left + (y // 58 % 2) * 45, right, 104):
                corners = [(x + dx, y + dy) for dx in (0, 100) for dy in (-28, 28)]
                if all(0 <= cx < WIDTH and mask.getpixel((cx * 2, cy * 2)) for cx, cy in corners):
                    stone = mix(tone, CREAM if s.dice.random() < 0.5 else INK, s.dice.uniform(0.03, 0.1))
                    s.cut(box(x + 4, y - 24, x + 96, y + 24), stone, rough=2)
        s.shade(mask, mix(tone, INK, 0.45), side="above", depth=0.8)
    s.cut(oval(600, 300, 66, 72), "#5a6a8e", rough=1, shade=LAVENDER)
    for dx, dy in ((-24, -22), (10, -34), (28, 4), (-8, 12)):
        s.dab(600 + dx, 300 + dy, 2, 2, PAPER)
    pool = s.cut(
        smooth([(180, 580), (600, 540), (1020, 580), (1130, 700), (1220, 830), (-20, 830), (70, 700)]),
        "#6f9a97",
        shade="#2f5560",
        depth=0.9,
        rough=1,
    )
    s.shade(pool, "#b9d0c0", side="above", depth=0.6)
    s.line(
        smooth([(1225, 826), (1130, 700), (1020, 580), (600, 540), (180, 580), (70, 700), (-25, 826)]),
        "#d3bfa2",
        22,
    )
    s.line(
        smooth([(1225, 836), (1136, 706), (1020, 590), (600, 551), (180, 590), (64, 706), (-25, 836)]),
        "#8b7866",
        6,
    )
    for _ in range(70):
        x, y = s.dice.uniform(140, 1060), s.dice.uniform(590, 790)
        s.dab(
            x,
            y,
            s.dice.uniform(16, 56),
            2.2,
            s.dice.choice(("#a9c7ba", "#8bb0a8", "#54807f", "#cfdccb")),
            s.dice.uniform(-3, 3),
        )
    for x in (250, 950):
        s.lantern(x, 330, 26, 280)
        for i in range(9):
            s.dab(x + s.dice.uniform(-24, 24), 600 + i * 20, s.dice.uniform(12, 34), 3, "#f0cf8e", 0)
    for x, h in ((380, 230), (520, 300), (660, 260), (800, 310)):
        steam(s, x, 640, h, 0.34)
    for x, y, lean in ((1080, 800, -40), (1140, 780, -10), (1030, 810, -70), (60, 800, 50), (130, 812, 80)):
        _rosemary(s, x, y, 190, lean)
    s.cut(
        smooth([(800, 560), (930, 552), (944, 586), (806, 598)], closed=True, steps=5),
        PAPER,
        shade=STONE,
        side="right",
    )
    s.cut(
        smooth([(806, 536), (924, 530), (934, 558), (812, 566)], closed=True, steps=5),
        "#d98d6b",
        shade=BRICK,
        side="right",
    )
    return s


def _rosemary(s: Sheet, x: float, y: float, long: float, lean: float) -> None:
    a = math.radians(lean - 90)
    stem = smooth(
        [
            (x, y),
            (x + math.cos(a) * long * 0.5 + 6, y + math.sin(a) * long * 0.5),
            (x + math.cos(a) * long, y + math.sin(a) * long),
        ],
        steps=18,
    )
    s.line(stem, "#6e5d4a", 6, 2)
    for i, (px, py) in enumerate(stem[3:]):
        for side in (-1, 1):
            turn = lean - 90 + side * s.dice.uniform(36, 62)
            r = 19 * (1 - i / 60) * s.dice.uniform(0.75, 1.1)
            s.dab(
                px + math.cos(math.radians(turn)) * r,
                py + math.sin(math.radians(turn)) * r,
                r,
                2.1,
                s.dice.choice(("#5b6f56", "#7f917a", "#46584a")),
                turn,
            )
        if i % 5 == 3:
            s.dab(px + 7, py, 6, 5, "#a7a3cf")


def lumignons() -> Sheet:
    s = Sheet(109)
    wall(s, "#c08a55", "#5e4035")
    window(s, 330, 70, 870, 520, frame="#7d5a44")
    s.line([(120, 92), (1080, 84)], "#5b4032", 17)
    s.line([(120, 88), (1080, 80)], "#8f6a4d", 5)
    for i, x in enumerate(range(190, 1060, 96)):
        tall = (210, 250, 190, 270, 230, 205, 262, 222, 244, 200)[i]
        tone = ("#e9c178", "#f2d79b", "#e3b566", "#f6e2b3", "#ecca86")[i % 5]
        s.line([(x - 17, 134), (x - 14, 76), (x + 14, 76), (x + 17, 134)], CREAM, 3)
        for dx in (-17, 17):
            body = smooth(
                [
                    (x + dx - 4, 132),
                    (x + dx - 8, 190),
                    (x + dx - 11, 92 + tall),
                    (x + dx - 7, 104 + tall),
                    (x + dx, 118 + tall),
                    (x + dx + 7, 104 + tall),
                    (x + dx + 11, 92 + tall),
                    (x + dx + 8, 190),
                    (x + dx + 4, 132),
                ],
                steps=5,
            )
            wax = s.cut(body, tone, rough=0.6)
            s.shade(wax, "#b77a3a", side="right", depth=0.8)
            s.line([(x + dx - 3, 170), (x + dx - 5, 80 + tall)], "#fdf0cc", 2.5, 3.5)
    board(s, 590, "#a3714a", "#573a2e")
    s.veil(oval(640, 716, 210, 26), INK, 0.6, 6)
    s.cut(
        smooth([(450, 560), (462, 690), (500, 722), (740, 722), (778, 690), (790, 560)]),
        "#7a6f70",
        shade="#383640",
        side="right",
        depth=0.9,
    )
    s.cut(oval(620, 560, 171, 38), "#9a8f8c", shade="#57525a", side="right")
    s.cut(oval(620, 562, 152, 30), "#e2a643", shade="#f6d389", side="left", rough=0.6)
    steam(s, 580, 546, 150, 0.25)
    for x, tall in ((250, 70), (320, 52)):
        s.candle(x, 670, tall, wide=58, reach=220)
        s.cut(oval(x, 670, 34, 11), "#d9a552", rough=0.6)
    comb = s.cut(
        smooth([(880, 660), (1120, 640), (1160, 720), (900, 744)], closed=True, steps=4),
        "#d99a3c",
        shade=BRICK,
        side="right",
        rough=2,
    )
    for row in range(5):
        for col in range(11):
            x, y = 886 + col * 26 + (row % 2) * 13, 658 + row * 19 - col * 1.6
            if comb.getpixel((int(min(x, 1190) * 2), int(y * 2))):
                s.dab(x, y, 10, 7.4, "#a8672c" if (row + col) % 3 else "#f3c868")
    return s


def coin_du_feu() -> Sheet:
    s = Sheet(127)
    wall(s, "#c7ad8d", "#6d5b55", 620)
    s.cut(box(-20, 610, WIDTH + 20, HEIGHT + 20), "#a5664a", shade="#4f3331", depth=0.9)
    for y in (640, 690, 752):
        s.line([(-10, y), (WIDTH + 10, y)], "#7f4c3c", 3)
    for x in range(-200, 1500, 130):
        s.line([(600 + (x - 600) * 0.7, 612), (x, 800)], "#7f4c3c", 2, 4)
    window(s, 830, 120, 1080, 430, snow=True, frame="#8a6c55")
    s.cut(box(180, 150, 640, 250), "#b3977a", shade="#6f5b50", side="right", rough=2)
    s.cut([(230, -10), (590, -10), (640, 160), (180, 160)], "#d2ba99", shade="#8a7464", side="right", rough=1.5)
    s.cut(box(150, 226, 670, 268), "#7a563f", shade="#46322c")
    s.cut(box(196, 262, 280, 640), "#bba184", shade="#78655a", side="right", rough=2)
    s.cut(box(540, 262, 624, 640), "#a58c73", shade="#66564f", side="right", rough=2)
    s.cut(box(280, 266, 540, 640), "#2e2628", shade="#5c3a30", rough=1)
    s.light(410, 560, 420, GLOW, 0.75)
    for dx, turn in ((-76, 10), (-10, -12), (70, 8)):
        s.line([(410 + dx - 70, 622 - turn), (410 + dx + 70, 622 + turn)], "#5d4032", 30, 27)
        s.dab(410 + dx + 71, 622 + turn, 12, 14, "#b58a62")
    flames(s, 410, 616, ((-84, 130), (-48, 190), (-8, 250), (34, 200), (74, 150)))
    for x, h in ((222, 60), (300, 46), (560, 56)):
        s.cut(
            smooth(
                [
                    (x - 16, 226),
                    (x - 22, 226 - h * 0.6),
                    (x - 8, 226 - h),
                    (x + 8, 226 - h),
                    (x + 22, 226 - h * 0.6),
                    (x + 16, 226),
                ]
            ),
            (TERRACOTTA, OLIVE, SLATE)[h % 3],
            shade=INK,
            side="right",
        )
    s.candle(440, 226, 46, wide=16, reach=110)
    s.cut(
        smooth([(110, 720), (400, 676), (860, 690), (1090, 740), (900, 812), (180, 812)], closed=True),
        "#8c5a4a",
        shade="#4a3034",
        rough=2,
    )
    s.line(smooth([(160, 726), (410, 694), (850, 704), (1040, 744)]), "#d3a87e", 6)
    _armchair(s, 150, 730, 1, "#7f8a62")
    _armchair(s, 780, 750, -1, "#b4694a")
    s.cut(oval(560, 668, 62, 17), "#7a563f", shade="#3c2c29")
    s.line([(560, 672), (560, 740)], "#5b4032", 12)
    s.cut(box(536, 628, 572, 662), PAPER, shade=STONE, side="right")
    steam(s, 548, 624, 80, 0.4)
    s.cut([(584, 658), (616, 652), (622, 662), (590, 668)], BRICK)
    return s


def _armchair(s: Sheet, x: float, foot: float, facing: int, cloth: str) -> None:
    def at(points: list[Point]) -> list[Point]:
        return [(x + 130 + facing * (px - 130), foot + py) for px, py in points]

    dark, side = mix(cloth, INK, 0.55), "left" if facing > 0 else "right"
    for px in (30, 230):
        s.line(at([(px, -20), (px, 24)]), "#4d382f", 15, 11)
    # the back, its wing, the seat and the arm that is nearer to us
    s.cut(
        smooth(
            at([(14, -20), (-10, -170), (-4, -286), (30, -312), (84, -304), (112, -272), (100, -140), (104, -20)]),
            closed=True,
            steps=6,
        ),
        mix(cloth, INK, 0.2),
        shade=dark,
        side=side,
        depth=0.9,
    )
    s.cut(
        smooth(at([(60, -284), (108, -276), (132, -238), (124, -150), (84, -130), (64, -180)]), closed=True, steps=6),
        mix(cloth, CREAM, 0.12),
        shade=dark,
        depth=0.8,
    )
    s.cut(
        smooth(at([(84, -134), (236, -140), (256, -112), (250, -84), (90, -80)]), closed=True, steps=6),
        mix(cloth, CREAM, 0.3),
        shade=cloth,
        depth=0.9,
    )
    s.cut(
        smooth(at([(60, -96), (250, -98), (254, -20), (60, -14)]), closed=True, steps=6),
        cloth,
        shade=dark,
        depth=0.9,
    )
    s.cut(
        smooth(
            at([(18, -150), (56, -176), (196, -172), (226, -150), (212, -128), (206, -18), (22, -12)]),
            closed=True,
            steps=6,
        ),
        mix(cloth, CREAM, 0.08),
        shade=dark,
        depth=1.0,
    )
    # a plaid over the arm
    s.cut(at([(96, -176), (168, -176), (174, -64), (92, -60)]), CREAM, shade=STONE, rough=1.5)
    for py in (-150, -120, -90):
        s.line(at([(94, py), (171, py)]), BRICK, 4)
    for px in (112, 134, 154):
        s.line(at([(px, -175), (px, -62)]), TERRACOTTA, 3)


SCENES = {
    "huile-nouvelle": huile_nouvelle,
    "bains-romarin": bains_romarin,
    "lumignons": lumignons,
    "coin-du-feu": coin_du_feu,
}
