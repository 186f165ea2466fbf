"""What comes out of the oven."""

import math

from paintbox import CLAY, CREAM, DUSK, HEIGHT, LAMP, PAPER, SAND, SLATE, STONE, WIDTH, Sheet, box, mix, oval, smooth
from room import cloth, plate, sprig, steam, wall, window


def brioche_des_rois() -> Sheet:
    s = Sheet(131)
    wall(s, "#7f8a86", "#3d4750")
    window(s, 120, 60, 330, 330, snow=True, frame="#8f7460")
    cloth(s, 430, "#e9d3b4", "#a98866")
    for x in range(-60, WIDTH + 200, 120):
        s.line([(600 + (x - 600) * 0.75, 434), (x, HEIGHT)], "#c47f5c", 7, 15)
    for y in (470, 540, 640, 770):
        s.line([(-10, y), (WIDTH + 10, y)], "#cf9470", 4 + (y - 430) * 0.03)
    s.light(560, 300, 500, "#f9d8a0", 0.35)
    plate(s, 560, 620, 370, 130)
    s.cut(oval(560, 590, 300, 118), "#a4602f", shade="#6d3b26", side="right", rough=2)
    crown = s.cut(oval(560, 562, 298, 118), "#d08a3e", rough=2.5)
    s.shade(crown, "#8f4f2a", side="right", depth=0.8)
    s.shade(crown, "#f3c477", side="left", depth=0.5)
    s.cut(oval(560, 552, 214, 74), "#e0a355", rough=2, shade="#c07a37", side="right")
    s.cut(oval(560, 558, 112, 38), "#7c4526", rough=1.6)
    s.cut(oval(560, 572, 96, 24), "#c9ae88", rough=1, shade="#8f6c4e")
    for i in range(260):
        a, r = s.dice.uniform(0, 2 * math.pi), s.dice.uniform(0.5, 0.92)
        s.dab(
            560 + 296 * r * math.cos(a),
            556 + 112 * r * math.sin(a),
            4.6,
            3.4,
            "#fffaf0" if i % 3 else "#f3e2c2",
            s.dice.uniform(0, 90),
        )
    for i, a in enumerate(range(10, 370, 36)):
        t = math.radians(a)
        x, y = 560 + 206 * math.cos(t), 546 + 76 * math.sin(t)
        tone, dark = (("#c2473a", "#7b2530"), ("#7f9a4a", "#4b5c34"), ("#e9a63c", "#a8642a"))[i % 3]
        if i % 3 == 2:
            s.cut(oval(x, y, 42, 20, a + 90), tone, shade=dark, side="right", rough=1)
            s.cut(oval(x, y, 28, 10, a + 90), mix(tone, LAMP, 0.5), rough=0.6)
        else:
            s.cut(oval(x, y, 25, 19), tone, shade=dark, side="right", rough=0.8)
            s.dab(x - 8, y - 7, 5, 3, PAPER, -20)
    x, y = 985, 640
    s.cut(oval(x, y + 34, 140, 40), PAPER, shade=STONE, side="right")
    s.line(smooth([(x + 84, y - 78), (x + 138, y - 80), (x + 136, y - 20), (x + 70, y + 0)]), "#d9cfc0", 15)
    s.cut(
        smooth(
            [
                (x - 96, y - 100),
                (x - 86, y - 10),
                (x - 48, y + 30),
                (x + 48, y + 30),
                (x + 86, y - 10),
                (x + 96, y - 100),
            ]
        ),
        PAPER,
        shade=SAND,
        side="right",
        depth=0.8,
    )
    s.line(smooth([(x - 92, y - 60), (x, y - 44), (x + 92, y - 60)]), SLATE, 8)
    s.cut(oval(x, y - 100, 97, 25), CREAM, shade=STONE, side="right")
    s.cut(oval(x, y - 97, 82, 19), "#6b4130", shade="#3c2623", side="right")
    steam(s, x - 24, y - 110, 200, 0.5)
    steam(s, x + 20, y - 112, 150, 0.4)
    s.veil(oval(212, 744, 40, 10), CLAY, 0.6, 4)
    s.cut(
        smooth(
            [
                (190, 740),
                (184, 712),
                (196, 690),
                (192, 672),
                (208, 660),
                (222, 672),
                (220, 690),
                (232, 712),
                (226, 740),
            ],
            closed=True,
            steps=5,
        ),
        "#e7edf0",
        shade=SLATE,
        side="right",
    )
    s.dab(208, 674, 3, 3, DUSK)
    s.line([(190, 716), (226, 716)], "#5b7397", 5)
    return s


def pompe_a_l_huile() -> Sheet:
    s = Sheet(139)
    s.cut(box(-20, -20, WIDTH + 20, HEIGHT + 20), "#b3835a", rough=0, shade="#7a5340", side="right")
    for y in range(0, HEIGHT + 60, 134):
        s.line([(-10, y), (WIDTH + 10, y + 3)], "#6b4836", 5)
        for _ in range(36):
            x, dy = s.dice.uniform(-60, WIDTH), s.dice.uniform(12, 122)
            s.line(
                smooth([(x, y + dy), (x + 70, y + dy + s.dice.uniform(-4, 4)), (x + 190, y + dy)]),
                mix("#b3835a", "#6b4836", s.dice.uniform(0.1, 0.4)),
                2.4,
                1,
            )
    for _ in range(900):
        x, y = s.dice.gauss(560, 290), s.dice.gauss(420, 190)
        r = s.dice.uniform(1, 4)
        s.dab(x, y, r * 1.4, r, mix("#b3835a", PAPER, s.dice.uniform(0.4, 0.95)))
    s.veil(oval(590, 440, 330, 280), "#4b3029", 0.55, 12)
    edge = [
        (
            560 + (322 + s.dice.uniform(-10, 10)) * math.cos(a),
            405 + (276 + s.dice.uniform(-9, 9)) * math.sin(a),
        )
        for a in (i * 2 * math.pi / 26 for i in range(26))
    ]
    crust = s.cut(smooth(edge, closed=True), "#d2934a", rough=1.5)
    s.shade(crust, "#8a4f2c", side="right", depth=0.85)
    s.shade(crust, "#f4cc86", side="left", depth=0.55)
    heart = s.mask(oval(560, 405, 280, 236))
    s.dabs(heart, ["#d99f56", "#cb8c46", "#dfaa63"], 150, (15, 7), 20)
    for a in range(0, 360, 45):
        t = math.radians(a + 20)
        x, y = 560 + 186 * math.cos(t), 405 + 160 * math.sin(t)
        s.cut(oval(x, y, 82, 25, a + 20), "#f0cf94", rough=2)
        s.cut(oval(x + 3, y + 2, 70, 18, a + 20), "#7e5236", rough=1.6, shade="#a8764b")
    s.cut(oval(560, 405, 26, 23), "#c07f3e", rough=1.2, shade="#8a4f2c", side="right")
    sprig(s, [(820, 150), (940, 120), (1060, 160), (1170, 130)], 56)
    sprig(s, [(930, 120), (1000, 70), (1090, 50)], 46)
    s.veil(oval(1050, 650, 130, 110), "#4b3029", 0.5, 9)
    s.cut(oval(1035, 630, 128, 118), CREAM, rough=1.2, shade=STONE, side="right")
    s.cut(oval(1035, 630, 104, 95), "#9a9436", rough=1, shade="#6a6c2a", side="right")
    s.cut(oval(1008, 600, 40, 24, -30), "#d3cb68", rough=1)
    s.line([(96, 140), (330, 60)], "#7d553b", 30)
    s.line([(150, 122), (276, 78)], "#c89a6c", 62)
    s.line([(150, 112), (276, 68)], "#dfb788", 18)
    for x, y, turn in ((150, 640, 30), (108, 700, -20), (190, 726, 80)):
        s.veil(oval(x + 6, y + 8, 30, 18, turn), "#4b3029", 0.5, 3)
        s.cut(oval(x, y, 32, 19, turn), "#c08a55", shade="#7d5136", side="right", rough=1)
        s.line([(x - 16, y - 2), (x + 16, y + 2)], "#93633f", 2)
    return s


SCENES = {
    "brioche-des-rois": brioche_des_rois,
    "pompe-a-l-huile": pompe_a_l_huile,
}
