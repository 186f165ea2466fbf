"""The country at the end of the year: evening, night and cold mornings."""

from paintbox import (
    APRICOT,
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
    LAVENDER,
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
    flames,
    mix,
    oval,
    smooth,
)


def mas_des_oliviers() -> Sheet:
    s = Sheet(11)
    s.wash((0, DUSK), (170, "#8f86a6"), (300, "#dba59a"), (420, "#f6cf9c"), (520, CREAM))
    s.ridge(430, 200, "#8d87a6", lit="#e3b8a6", seed=5)
    s.ridge(470, 120, "#6f7389", lit="#c4a3a0", seed=9, calm=0.8)
    s.hill([(-20, 470), (300, 452), (700, 470), (1220, 450)], "#a59f76", GARRIGUE)
    for x, h in ((250, 190), (300, 240), (345, 170), (985, 200)):
        s.cypress(x, 520, h)
    _farmhouse(s, 430, 520)
    s.hill([(-20, 560), (350, 545), (800, 560), (1220, 540)], OLIVE, "#5d6340", depth=0.8)
    s.cut(
        smooth([(600, 552), (590, 600), (480, 680), (400, 810), (700, 810), (690, 680), (660, 600), (640, 552)]),
        STONE,
        shade=SAND,
        depth=0.8,
    )
    s.light(640, 520, 260, GLOW, 0.55)
    for x, foot, size in ((150, 600, 170), (860, 590, 150), (1030, 610, 190)):
        s.olive(x, foot, size)
    for x, foot, size in ((-10, 770, 330), (1120, 780, 340), (300, 720, 230), (880, 730, 240)):
        s.olive(x, foot, size)
    return s


def _farmhouse(s: Sheet, x: float, foot: float) -> None:
    """A long house with its barn; the lamps are lit."""
    for left, right, top, wall in ((x, x + 260, 130, "#c9ad8e"), (x + 240, x + 440, 95, "#b99e84")):
        s.cut(box(left, foot - top, right, foot + 30), wall, shade="#8f7768", side="right", depth=0.7)
        roof = [
            (left - 14, foot - top + 6),
            (left + 20, foot - top - 44),
            (right - 10, foot - top - 44),
            (right + 14, foot - top + 6),
        ]
        mask = s.cut(roof, "#b0603f", shade="#7d4335", depth=0.7)
        s.dabs(mask, ["#bd6f4c", "#a05640", "#b86747"], 150, (6, 2.2), 62)
    s.cut(box(x + 200, foot - 200, x + 226, foot - 160), "#a98d76", shade=CLAY, side="right")
    for wx, wy, w, h in (
        (40, 92, 26, 36),
        (110, 92, 26, 36),
        (180, 92, 26, 36),
        (40, 28, 26, 40),
        (180, 28, 26, 40),
        (290, 60, 24, 34),
        (370, 60, 24, 34),
    ):
        s.light(x + wx + w / 2, foot - wy + h / 2, 62, GLOW, 0.7)
        s.cut(box(x + wx, foot - wy, x + wx + w, foot - wy + h), LAMP, rough=0.6)
        s.line([(x + wx + w / 2, foot - wy), (x + wx + w / 2, foot - wy + h)], "#b5854f", 2)
        for side in (-10, w + 2):
            s.cut(box(x + wx + side, foot - wy - 2, x + wx + side + 9, foot - wy + h + 2), "#6f7a72", rough=0.5)
    s.light(x + 122, foot, 90, GLOW, 0.8)
    s.cut(
        smooth(
            [
                (x + 106, foot + 30),
                (x + 106, foot - 24),
                (x + 123, foot - 36),
                (x + 140, foot - 24),
                (x + 140, foot + 30),
            ]
        ),
        LAMP,
        rough=0.5,
    )
    # smoke from the hearth
    s.veil(
        smooth(
            [
                (x + 205, foot - 205),
                (x + 240, foot - 270),
                (x + 215, foot - 340),
                (x + 270, foot - 420),
                (x + 300, foot - 420),
                (x + 250, foot - 335),
                (x + 262, foot - 270),
                (x + 222, foot - 205),
            ]
        ),
        PAPER,
        0.4,
        7,
    )


def nuit_des_baux() -> Sheet:
    s = Sheet(23)
    s.wash((0, INK), (260, NIGHT), (480, DUSK), (640, "#8a86a4"))
    s.stars(170, 380)
    s.light(985, 130, 200, MIST, 0.5)
    s.cut(oval(985, 130, 38, 38), "#f3ead2", shade=MIST, side="right", depth=0.5)
    s.ridge(560, 150, "#4a5474", lit="#7b809c", seed=31)
    rock = smooth(
        [
            (300, 640),
            (352, 520),
            (372, 440),
            (430, 398),
            (470, 330),
            (560, 300),
            (640, 252),
            (760, 262),
            (830, 300),
            (900, 318),
            (950, 400),
            (1020, 430),
            (1062, 560),
            (1130, 660),
        ],
        steps=6,
    )
    mask = s.cut([*rock, (1130, 810), (250, 810)], "#6d6a83", rough=4)
    s.shade(mask, "#3c4462", side="right", depth=0.8)
    for i in range(150):
        x = 330 + s.dice.random() * 760
        y = 400 + s.dice.random() * 300
        if mask.getpixel((int(x * 2), int(y * 2))):
            tone = mix("#6d6a83", "#8f89a0" if i % 3 else "#454c69", s.dice.random() * 0.7)
            fall = s.dice.uniform(14, 44)
            s.line(
                [(x, y), (x + fall * 0.16, y + fall * 0.5), (x + fall * 0.3, y + fall)],
                tone,
                s.dice.uniform(2, 6),
                1,
            )
    _castle(s)
    for row, (y, left, right) in enumerate(((388, 470, 930), (440, 430, 985), (496, 420, 1010))):
        x = left + s.dice.uniform(0, 20)
        while x < right:
            wide, tall = s.dice.uniform(38, 66), s.dice.uniform(44, 74)
            _house(s, x, y + s.dice.uniform(-10, 10), wide, tall, lit=s.dice.random() < 0.75, far=row < 1)
            x += wide * s.dice.uniform(0.86, 1.15)
    _church(s, 700, 452)
    s.hill([(-20, 640), (200, 610), (480, 660), (800, 640), (1220, 690)], "#39425a", INK, depth=0.8)
    path = smooth(
        [(60, 800), (210, 730), (430, 720), (560, 670), (500, 610), (600, 560), (730, 540), (735, 470)],
        steps=14,
    )
    s.line(path, "#8d8494", 34, 5)
    for share in (0.13, 0.2, 0.27, 0.34, 0.405, 0.47, 0.53, 0.59, 0.64, 0.69, 0.74, 0.79, 0.84):
        x, y = path[int(share * (len(path) - 1))]
        tall = 96 * (1 - share) ** 1.15 + 8
        s.walker(x, y + 4, tall, s.dice.choice((BRICK, CLAY, SLATE, WINE, "#5b5a4a")))
    s.cypress(1090, 720, 250, "#232c3c", "#3d4a52")
    s.cypress(1145, 740, 300, "#232c3c", "#3d4a52")
    s.olive(90, 670, 150, dark="#3d4754", lit="#7d8794", bark="#3b3a45")
    return s


def _house(s: Sheet, x: float, foot: float, wide: float, tall: float, *, lit: bool, far: bool) -> None:
    wall = mix("#a5958f", NIGHT, 0.35 if far else 0.18)
    s.cut(box(x, foot - tall, x + wide, foot + 14), wall, rough=1, shade=mix(wall, INK, 0.5), side="right")
    s.cut(
        [(x - 4, foot - tall + 2), (x + wide * 0.5, foot - tall - 13), (x + wide + 4, foot - tall + 2)],
        mix(BRICK, NIGHT, 0.3),
        rough=0.8,
    )
    if lit:
        for wx in (0.25, 0.65):
            if s.dice.random() < 0.7:
                cx, cy = x + wide * wx, foot - tall * s.dice.uniform(0.4, 0.68)
                s.light(cx + 3, cy + 5, 26, GLOW, 0.7)
                s.cut(box(cx, cy, cx + 7, cy + 11), LAMP, rough=0.3)


def _castle(s: Sheet) -> None:
    for x, y, w, h in ((610, 262, 54, 96), (668, 268, 30, 62), (745, 270, 60, 54), (556, 306, 34, 40)):
        top = [
            (x, y),
            (x, y - h),
            (x + w * 0.3, y - h + 8),
            (x + w * 0.45, y - h - 7),
            (x + w * 0.8, y - h + 14),
            (x + w, y - h + 6),
            (x + w, y + 10),
        ]
        s.cut(top, "#87809a", rough=2, shade="#474e6d", side="right", depth=0.9)


def _church(s: Sheet, x: float, foot: float) -> None:
    s.light(x + 34, foot - 30, 150, GLOW, 0.6)
    s.cut(box(x, foot - 70, x + 74, foot + 26), "#c7b29a", shade="#75697a", side="right", depth=0.7)
    s.cut([(x - 6, foot - 68), (x + 37, foot - 104), (x + 80, foot - 68)], "#8a5547", rough=1)
    s.cut(box(x - 30, foot - 132, x + 2, foot + 20), "#b9a592", shade="#6b6176", side="right", depth=0.7)
    s.cut([(x - 35, foot - 130), (x - 14, foot - 166), (x + 7, foot - 130)], "#8a5547", rough=1)
    s.cut(
        smooth(
            [(x + 24, foot + 26), (x + 24, foot - 14), (x + 37, foot - 28), (x + 50, foot - 14), (x + 50, foot + 26)]
        ),
        LAMP,
        rough=0.3,
    )
    s.dab(x + 37, foot - 50, 9, 9, LAMP)
    s.dab(x - 14, foot - 108, 5, 9, LAMP)


def marche_lampions() -> Sheet:
    s = Sheet(37)
    s.wash((0, NIGHT), (220, DUSK), (400, "#9690ad"), (520, "#d8b3ac"))
    s.stars(70, 220)
    s.cut(oval(240, 120, 46, 46), "#f5ead0", rough=0.5)
    s.cut(oval(262, 108, 42, 42), mix(NIGHT, DUSK, 0.45), rough=0.3)
    s.ridge(430, 210, "#6f7598", lit="#b7aec0", seed=12)
    s.ridge(500, 150, "#525c80", lit="#8d8ba8", seed=44)
    s.hill([(-20, 560), (320, 500), (760, 548), (1220, 480)], "#414d63", NIGHT)
    for x, foot, size in (
        (110, 575, 120),
        (330, 545, 100),
        (900, 555, 120),
        (1080, 530, 130),
        (1180, 540, 110),
    ):
        s.olive(x, foot, size, dark="#38465a", lit="#6d7b8c", bark="#33384a")
    s.hill([(-20, 650), (350, 600), (760, 640), (1220, 590)], "#39435a", INK, depth=0.9)
    trail = smooth(
        [(1180, 810), (900, 760), (560, 745), (330, 700), (380, 650), (620, 632), (820, 610), (960, 560), (1010, 520)],
        steps=14,
    )
    s.line(trail, "#b1a3a4", 78, 5)
    coats = (TERRACOTTA, "#6a6f8a", OCHRE, "#5c6a58", WINE, "#7f6a80", BRICK, SLATE)
    for i, share in enumerate((0.98, 0.93, 0.86, 0.78, 0.7, 0.6, 0.5, 0.4)):
        x, y = trail[int((share - 0.06) * (len(trail) - 1))]
        s.walker(x, y + 4, 26 + 190 * (1 - share) ** 1.3, coats[i], facing=-1 if share < 0.4 else 1)
    s.walker(835, 764, 176, BRICK, facing=-1)
    s.walker(938, 772, 112, OCHRE, facing=-1, lantern=False)
    s.walker(560, 748, 160, "#5d6b8c", facing=-1)
    s.cypress(60, 810, 420, "#232d3e", "#41505a")
    s.cypress(1150, 700, 330, "#232d3e", "#41505a")
    for _ in range(60):
        x = s.dice.uniform(0, WIDTH)
        s.line([(x, 800), (x + s.dice.uniform(-10, 10), 800 - s.dice.uniform(10, 34))], "#59636b", 3, 1)
    return s


def vin_cuit() -> Sheet:
    s = Sheet(41)
    s.wash((0, "#7d7fa3"), (160, "#c79aa5"), (300, "#f0b58a"), (410, "#fbdca6"))
    s.light(880, 400, 330, "#ffd58c", 0.8)
    s.cut(oval(880, 392, 44, 44), FLAME, rough=0.4)
    s.ridge(420, 130, "#a58a9e", lit="#efbf9c", seed=17)
    s.ridge(452, 70, "#857a86", lit="#cf9f8c", seed=3, calm=0.7)
    s.cut(box(-20, 446, WIDTH + 20, HEIGHT + 20), "#b98a55", shade="#6f5a3c", depth=0.9)
    for i in range(-13, 14):
        far, near = 640 + i * 30, 640 + i * 210
        row = [(far + (near - far) * t**1.5, 452 + 360 * t**1.5) for t in (j / 26 for j in range(27))]
        s.line(row, "#5f5138", 2, 20)
        for j, (x, y) in enumerate(row[1:], 1):
            if -40 < x < WIDTH + 40:
                r = 2 + 26 * (j / 26) ** 1.6
                s.line([(x, y), (x + r * 0.15, y - r * 1.1)], "#4e3d31", r * 0.22)
                for _ in range(4):
                    s.dab(
                        x + s.dice.uniform(-r, r),
                        y - r * s.dice.uniform(0.7, 1.5),
                        r * 0.42,
                        r * 0.26,
                        s.dice.choice((BRICK, TERRACOTTA, OCHRE, "#a58a3d")),
                        s.dice.uniform(-40, 40),
                    )
    s.cypress(180, 470, 200, "#4a4a45", "#8a7650")
    s.cypress(225, 470, 150, "#4a4a45", "#8a7650")
    _cauldron(s, 420, 700)
    return s


def _cauldron(s: Sheet, x: float, foot: float) -> None:
    s.veil(oval(x, foot + 46, 270, 46), "#3a2a26", 0.75, 10)
    s.light(x, foot + 10, 320, GLOW, 0.75)
    for dx, tilt in ((-170, 30), (-100, -14), (-20, 20), (70, -20), (150, 12)):
        s.line([(x + dx - 60, foot + 50 - tilt), (x + dx + 60, foot + 50 + tilt * 0.4)], "#5a3a2c", 26, 22)
        s.dab(x + dx + 62, foot + 50 + tilt * 0.4, 10, 11, "#b3835c")
    flames(s, x, foot + 40, ((-185, 120), (-130, 170), (-70, 150), (0, 170), (70, 150), (130, 165), (190, 115)))
    pot = smooth(
        [
            (x - 190, foot - 190),
            (x - 196, foot - 110),
            (x - 140, foot - 10),
            (x, foot + 22),
            (x + 140, foot - 10),
            (x + 196, foot - 110),
            (x + 190, foot - 190),
        ]
    )
    mask = s.cut(pot, "#b9683f", rough=1)
    s.shade(mask, "#6a352b", side="right", depth=0.9)
    s.shade(mask, "#f0a767", side="left", depth=0.45)
    flames(s, x, foot + 46, ((-160, 70), (-100, 96), (-44, 76), (14, 100), (70, 80), (124, 92), (172, 62)))
    s.cut(oval(x, foot - 192, 204, 40), "#d98d5b", rough=0.8, shade="#8f4c36", side="right")
    s.cut(oval(x, foot - 190, 180, 29), "#5a2a2d", rough=0.6, shade="#8f4a40", side="left")
    for _ in range(12):
        s.dab(
            x + s.dice.uniform(-140, 140),
            foot - 190 + s.dice.uniform(-14, 14),
            s.dice.uniform(5, 12),
            3,
            "#a0625a",
        )
    s.line([(x + 60, foot - 190), (x + 180, foot - 380)], "#8b6a4c", 15, 13)
    for side in (-1, 1):
        s.line(
            smooth(
                [
                    (x + side * 190, foot - 150),
                    (x + side * 240, foot - 150),
                    (x + side * 240, foot - 100),
                    (x + side * 186, foot - 100),
                ]
            ),
            "#7c4433",
            11,
        )
    for dx, lift in ((-90, 0), (10, 30), (90, -10)):
        s.veil(
            smooth(
                [
                    (x + dx - 20, foot - 200),
                    (x + dx + 30, foot - 280),
                    (x + dx - 20, foot - 360 - lift),
                    (x + dx + 40, foot - 460 - lift),
                    (x + dx + 90, foot - 470 - lift),
                    (x + dx + 40, foot - 360 - lift),
                    (x + dx + 76, foot - 280),
                    (x + dx + 30, foot - 200),
                ]
            ),
            PAPER,
            0.5,
            9,
        )


def cavage() -> Sheet:
    s = Sheet(53)
    s.wash((0, "#b9c0cc"), (200, "#dcd3d2"), (380, "#f7e3c3"))
    s.light(250, 330, 380, "#fff0c9", 0.8)
    s.cut(oval(250, 320, 40, 40), "#fff6dd", rough=0.4)
    s.ridge(430, 130, "#b3b0c3", lit="#e8dcd6", seed=8)
    s.hill([(-20, 450), (400, 430), (800, 452), (1220, 430)], "#b7b49b", "#9b9d83")
    for x, foot, size in ((90, 480, 120), (420, 470, 105), (560, 478, 95), (1130, 470, 120)):
        s.olive(x, foot, size, dark="#8b917d", lit="#c7c9b4", bark="#8b7d72")
    s.hill([(-20, 520), (420, 500), (860, 530), (1220, 505)], "#c3b696", "#84795f", depth=0.9)
    # frost on the furrows
    for _ in range(340):
        x, y = s.dice.uniform(0, WIDTH), s.dice.uniform(530, 790)
        s.dab(
            x,
            y,
            s.dice.uniform(6, 22) * (y / 800),
            1.6,
            s.dice.choice((PAPER, MIST, "#a5977a", "#dccfae")),
            -3,
        )
    for x, foot, tall in ((900, 680, 620), (1105, 610, 420), (40, 610, 420)):
        s.veil(
            [(x - 30, foot - 6), (x + 40, foot - 6), (x + 520, foot + 110), (x + 380, foot + 120)],
            "#77748a",
            0.5,
            8,
        )
        _oak(s, x, foot, tall)
    _dog(s, 560, 690)
    for x, y, r in ((388, 722, 26), (350, 738, 17), (418, 742, 15)):
        mask = s.cut(oval(x, y, r, r * 0.86), "#3b302d", rough=2.4)
        s.dabs(mask, ["#574741", "#231d1e"], 60, (2.4, 2))
    return s


def _oak(s: Sheet, x: float, foot: float, tall: float) -> None:
    bark, dark = "#6f6054", "#4e443f"
    s.cut(
        smooth(
            [
                (x - tall * 0.1, foot + 8),
                (x - tall * 0.045, foot - tall * 0.06),
                (x, foot - tall * 0.12),
                (x + tall * 0.045, foot - tall * 0.06),
                (x + tall * 0.1, foot + 6),
                (x, foot),
            ],
            closed=True,
        ),
        bark,
    )
    s.line(
        smooth([(x, foot - tall * 0.06), (x - tall * 0.02, foot - tall * 0.2), (x + tall * 0.02, foot - tall * 0.42)]),
        bark,
        tall * 0.1,
        tall * 0.065,
    )
    for lean, up, width in (
        (-0.3, 0.78, 0.04),
        (-0.14, 0.9, 0.045),
        (0.06, 0.96, 0.05),
        (0.22, 0.84, 0.045),
        (0.36, 0.7, 0.035),
    ):
        s.line(
            smooth(
                [
                    (x + tall * 0.01, foot - tall * 0.36),
                    (x + tall * lean * 0.5, foot - tall * (0.3 + up * 0.35)),
                    (x + tall * lean, foot - tall * up),
                ]
            ),
            bark,
            tall * width,
            2,
        )
        s.line(
            smooth(
                [
                    (x + tall * lean * 0.6, foot - tall * (0.26 + up * 0.46)),
                    (x + tall * (lean * 0.6 + 0.1), foot - tall * up * 0.94),
                ]
            ),
            dark,
            tall * 0.016,
            1,
        )
    for lean, up, r in (
        (-0.32, 0.74, 0.14),
        (-0.16, 0.92, 0.15),
        (0.06, 0.98, 0.16),
        (0.25, 0.86, 0.15),
        (0.38, 0.68, 0.12),
        (0.02, 0.72, 0.13),
        (-0.12, 0.64, 0.1),
    ):
        cloud = oval(x + tall * lean, foot - tall * up, tall * r * 1.15, tall * r * 0.72)
        s.dabs(
            s.mask(cloud, tall * 0.02),
            ["#a8763f", "#8d7a45", "#b98d4b", "#76703f", "#c9a15a"],
            int(tall * 0.5),
            (9, 6),
            -20,
        )


def _dog(s: Sheet, x: float, foot: float) -> None:
    coat, dark = "#d9b98d", "#a57f58"
    s.veil(oval(x + 90, foot + 6, 190, 14), "#77748a", 0.55, 5)
    for dx, lean in ((96, 10), (128, 22), (-46, -8), (-20, 6)):
        s.line(
            smooth([(x + dx, foot - 90), (x + dx + lean, foot - 45), (x + dx + lean * 0.4, foot)]),
            mix(coat, dark, 0.5),
            25,
            15,
        )
    body = smooth(
        [
            (x - 78, foot - 118),
            (x - 20, foot - 146),
            (x + 70, foot - 150),
            (x + 136, foot - 132),
            (x + 148, foot - 86),
            (x + 100, foot - 62),
            (x + 20, foot - 66),
            (x - 50, foot - 62),
            (x - 90, foot - 84),
        ],
        closed=True,
    )
    mask = s.cut(body, coat, rough=2, shade=dark, depth=0.9)
    s.dabs(mask, [mix(coat, PAPER, 0.4), mix(coat, dark, 0.5)], 120, (10, 3), -30)
    s.line(smooth([(x + 138, foot - 126), (x + 182, foot - 160), (x + 190, foot - 206)]), coat, 19, 6)
    # the nose to the ground
    head = smooth(
        [
            (x - 60, foot - 128),
            (x - 104, foot - 104),
            (x - 142, foot - 44),
            (x - 172, foot - 8),
            (x - 158, foot + 6),
            (x - 128, foot - 2),
            (x - 86, foot - 42),
            (x - 50, foot - 72),
        ],
        closed=True,
    )
    s.cut(head, coat, rough=1.2, shade=dark, side="right", depth=0.6)
    s.cut(
        smooth(
            [(x - 96, foot - 106), (x - 72, foot - 84), (x - 74, foot - 34), (x - 94, foot - 26), (x - 108, foot - 60)],
            closed=True,
        ),
        dark,
        rough=1.2,
    )
    s.dab(x - 167, foot - 2, 10, 8, INK, 30)
    s.dab(x - 122, foot - 58, 4, 4.5, INK)
    s.line([(x - 88, foot - 116), (x - 54, foot - 70)], TERRACOTTA, 9)


def ciel_d_hiver() -> Sheet:
    s = Sheet(67)
    s.wash((0, "#141b30"), (300, INK), (520, NIGHT), (660, "#5b628a"))
    for at in range(40):
        x, y = 100 + at * 27, 560 - at * 15
        s.veil(oval(x + s.dice.uniform(-40, 40), y + s.dice.uniform(-40, 40), 90, 46, -30), LAVENDER, 0.06, 16)
    s.stars(420, 560, biggest=1.8)
    orion = {
        "a": (650, 150),
        "b": (790, 176),
        "c": (690, 280),
        "d": (722, 268),
        "e": (754, 256),
        "f": (664, 400),
        "g": (806, 384),
    }
    for one, other in ("ac", "be", "cd", "de", "cf", "eg", "ab"):
        s.line([orion[one], orion[other]], "#4d587e", 1.4)
    for name, (x, y) in orion.items():
        s.light(x, y, 34, APRICOT if name == "a" else MIST, 0.8)
        r = 4.6 if name in "ag" else 3.4
        s.dab(x, y, r, r, "#ffd9ae" if name == "a" else PAPER)
    for dx, dy in ((0, 0), (14, -9), (24, 4), (9, 13), (30, -12), (-10, 6)):
        s.light(380 + dx, 150 + dy, 12, MIST, 0.6)
        s.dab(380 + dx, 150 + dy, 2, 2, PAPER)
    s.ridge(620, 150, "#333d60", lit="#525b80", seed=21)
    s.ridge(680, 90, "#272f4b", lit="#3d4768", seed=30, calm=0.8)
    s.hill([(-20, 690), (400, 668), (800, 700), (1220, 660)], "#20283c", "#141a2b", depth=0.8)
    s.light(980, 650, 130, GLOW, 0.6)
    s.cut(box(920, 612, 1050, 690), "#3f4258", shade=INK, side="right", depth=0.8)
    s.cut([(906, 616), (936, 584), (1034, 584), (1064, 616)], "#4f3d44", rough=1)
    for wx in (946, 1004):
        s.cut(box(wx, 636, wx + 18, 662), LAMP, rough=0.4)
    s.cypress(1110, 700, 160, "#181f30", "#2f3a48")
    # the telescope and those who wait for their turn
    for foot in (250, 288, 330):
        s.line([(290, 660), (foot, 744)], "#0f1424", 6)
    s.line([(238, 690), (356, 604)], "#0f1424", 30, 38)
    s.line([(246, 680), (350, 604)], "#3a4568", 5)
    for x, tall in ((190, 140), (410, 150), (470, 104)):
        s.walker(x, 750, tall, "#222b45", lantern=False)
    s.lantern(530, 735, 14, 120, hook=False)
    return s


SCENES = {
    "mas-des-oliviers": mas_des_oliviers,
    "nuit-des-baux": nuit_des_baux,
    "marche-lampions": marche_lampions,
    "vin-cuit": vin_cuit,
    "cavage": cavage,
    "ciel-d-hiver": ciel_d_hiver,
}
