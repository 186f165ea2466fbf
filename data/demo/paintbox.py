"""Gouache by numbers: paper, washes with grain, cut-out shapes, and the few things the Alpilles are made of.

Everything is drawn twice as large and reduced, so that edges are soft. Chance is seeded: the same picture each time.
"""

import math
import random
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Point = tuple[float, float]
Points = Sequence[Point]
Colour = str

WIDTH, HEIGHT, SCALE = 1200, 800, 2
SIZE = (WIDTH * SCALE, HEIGHT * SCALE)

# One box of colours for the whole series.
PAPER, CREAM, STONE, SAND, CLAY = "#f6eee0", "#ecdcc2", "#d3bd9c", "#b99c78", "#8d7358"
APRICOT, OCHRE, TERRACOTTA, BRICK, WINE = "#f0b987", "#d9963f", "#c4673f", "#93452f", "#6b2f33"
LAMP, GLOW, FLAME = "#fbd98a", "#f4b04f", "#fff1c4"
SAGE, OLIVE, GARRIGUE, CYPRESS, PINE = "#aeb08a", "#878b58", "#646b43", "#434c36", "#2c352e"
MIST, LAVENDER, SLATE, DUSK, NIGHT, INK = "#d6cfd6", "#a9a2b9", "#77799a", "#4c5a7c", "#2d3858", "#1c2439"


def rgb(colour: Colour) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return the colour between two; `share` of the other."""
    mixed = (round(a + (b - a) * share) for a, b in zip(rgb(one), rgb(other), strict=True))
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def smooth(points: Points, *, closed: bool = False, steps: int = 10) -> list[Point]:
    """Return a curve through the points (Catmull-Rom)."""
    count = len(points)
    last = count if closed else count - 1
    curve = []
    for i in range(last):
        if closed:
            a, b, c, d = (points[(i + j) % count] for j in (-1, 0, 1, 2))
        else:
            a, b, c, d = (points[min(max(i + j, 0), count - 1)] for j in (-1, 0, 1, 2))
        for step in range(steps):
            t = step / steps
            curve.append(
                tuple(
                    0.5
                    * (
                        2 * b[k]
                        + (c[k] - a[k]) * t
                        + (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * t**2
                        + (3 * b[k] - a[k] - 3 * c[k] + d[k]) * t**3
                    )
                    for k in (0, 1)
                )
            )
    if not closed:
        curve.append(points[-1])
    return curve  # type: ignore[return-value]


def oval(x: float, y: float, rx: float, ry: float, angle: float = 0, count: int = 36) -> list[Point]:
    turn = math.radians(angle)
    return [
        (
            x + rx * math.cos(a) * math.cos(turn) - ry * math.sin(a) * math.sin(turn),
            y + rx * math.cos(a) * math.sin(turn) + ry * math.sin(a) * math.cos(turn),
        )
        for a in (2 * math.pi * i / count for i in range(count))
    ]


def box(left: float, top: float, right: float, bottom: float) -> list[Point]:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


class Sheet:
    """A sheet of paper in work."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - a picture, no secret
        self.image = Image.new("RGB", SIZE, PAPER)
        small = (WIDTH, HEIGHT)
        noise = Image.frombytes("L", small, self.dice.randbytes(WIDTH * HEIGHT))
        self.noise = noise.filter(ImageFilter.GaussianBlur(0.8)).resize(SIZE, Image.Resampling.BILINEAR)
        # blurring draws the values together: spread them over the whole range again
        self.noise = self.noise.point(lambda v: max(0, min(255, round((v - 128) * 3.2 + 128))))

    # paint

    def wash(self, *stops: tuple[float, Colour]) -> None:
        """Lay the sky: colours at heights, blended."""
        strip = Image.new("RGB", (1, HEIGHT))
        for y in range(HEIGHT):
            below = next((i for i, (at, _) in enumerate(stops) if at >= y), len(stops) - 1)
            (y0, c0), (y1, c1) = stops[max(below - 1, 0)], stops[below]
            share = (y - y0) / (y1 - y0) if y1 > y0 else 0
            strip.putpixel((0, y), rgb(mix(c0, c1, min(max(share, 0), 1))))
        self.image.paste(strip.resize(SIZE, Image.Resampling.BICUBIC))

    def mask(self, points: Points, rough: float = 0) -> Image.Image:
        mask = Image.new("L", SIZE)
        edge = self.rough(points, rough) if rough else points
        ImageDraw.Draw(mask).polygon([(x * SCALE, y * SCALE) for x, y in edge], fill=255)
        return mask

    def rough(self, points: Points, much: float) -> list[Point]:
        """Return the outline as scissors cut it."""
        edge: list[Point] = []
        wander = 0.0
        for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
            length = math.hypot(x1 - x0, y1 - y0)
            steps = max(1, int(length / 9))
            nx, ny = ((y1 - y0) / length, (x0 - x1) / length) if length else (0.0, 0.0)
            for i in range(steps):
                wander = wander * 0.7 + self.dice.uniform(-much, much) * 0.6
                edge.append((x0 + (x1 - x0) * i / steps + nx * wander, y0 + (y1 - y0) * i / steps + ny * wander))
        return edge

    def cut(
        self,
        points: Points,
        colour: Colour,
        *,
        rough: float = 1.5,
        shade: Colour | None = None,
        side: str = "below",
        depth: float = 0.7,
    ) -> Image.Image:
        """Paste a cut-out shape, shaded with grain towards one side; return its mask for painting inside."""
        mask = self.mask(points, rough)
        self.image.paste(colour, mask=mask)
        if shade is not None:
            self.shade(mask, shade, side=side, depth=depth)
        return mask

    def shade(self, mask: Image.Image, colour: Colour, *, side: str = "below", depth: float = 0.7) -> None:
        """Rub another colour into a shape from one side, as a dry brush or a stencil print would."""
        bounds = mask.getbbox()
        if bounds is None:
            return
        left, top, right, bottom = bounds
        ramp = Image.linear_gradient("L")
        turned = {
            "below": ramp,
            "above": ramp.rotate(180),
            "right": ramp.rotate(90),
            "left": ramp.rotate(270),
        }
        gradient = turned[side].resize((right - left, bottom - top), Image.Resampling.BILINEAR)
        gradient = gradient.point(lambda v: round(v * depth))
        field = Image.new("L", SIZE)
        field.paste(gradient, (left, top))
        grain = ImageChops.subtract(field, self.noise.point(lambda v: round(v * 0.72))).point(lambda v: min(255, v * 4))
        # small things may be coarse; a whole wall in coarse grain is noise
        share = (right - left) * (bottom - top) / (SIZE[0] * SIZE[1])
        soft = ImageChops.blend(grain, field, min(0.82, 0.45 + share))
        self.image.paste(colour, mask=ImageChops.multiply(mask, soft))

    def light(self, x: float, y: float, reach: float, colour: Colour = GLOW, strength: float = 0.8) -> None:
        """Let a lamp shine: brightest at its heart, nothing at its reach."""
        size = round(reach * 2 * SCALE)
        ball = ImageChops.invert(Image.radial_gradient("L")).resize((size, size), Image.Resampling.BILINEAR)
        ball = ball.point(lambda v: round(255 * strength * max(0.0, (v - 75) / 180) ** 2))
        tint = Image.merge("RGB", [ball.point(lambda v, c=c: round(v * c / 255)) for c in rgb(colour)])
        spot = (round((x - reach) * SCALE), round((y - reach) * SCALE))
        glow = Image.new("RGB", SIZE)
        glow.paste(tint, spot)
        self.image = ImageChops.screen(self.image, glow)

    def veil(self, points: Points, colour: Colour, strength: float, blur: float = 12) -> None:
        """Lay something you can see through: mist, smoke, steam, a shadow."""
        mask = self.mask(points).filter(ImageFilter.GaussianBlur(blur * SCALE))
        self.image.paste(colour, mask=mask.point(lambda v: round(v * strength)))

    def line(self, points: Points, colour: Colour, width: float, end: float | None = None) -> None:
        """Draw a brush stroke along the points, from one width to another."""
        pen = ImageDraw.Draw(self.image)
        end = width if end is None else end
        for i, ((x0, y0), (x1, y1)) in enumerate(pairwise(points)):
            w = width + (end - width) * i / max(1, len(points) - 1)
            pen.line([x0 * SCALE, y0 * SCALE, x1 * SCALE, y1 * SCALE], fill=colour, width=max(1, round(w * SCALE)))
            r = w * SCALE / 2
            pen.ellipse([x1 * SCALE - r, y1 * SCALE - r, x1 * SCALE + r, y1 * SCALE + r], fill=colour)

    def dab(self, x: float, y: float, rx: float, ry: float, colour: Colour, angle: float = 0) -> None:
        """Touch the paper once."""
        points = [(px * SCALE, py * SCALE) for px, py in oval(x, y, rx, ry, angle, 14)]
        ImageDraw.Draw(self.image).polygon(points, fill=colour)

    def dabs(
        self,
        mask: Image.Image,
        colours: Sequence[Colour],
        count: int,
        size: tuple[float, float],
        angle: float = 0,
    ) -> None:
        """Dab at random within a shape, as often as asked."""
        bounds = mask.getbbox()
        if bounds is None:
            return
        left, top, right, bottom = bounds
        for _ in range(count):
            x, y = self.dice.uniform(left, right - 1), self.dice.uniform(top, bottom - 1)
            if mask.getpixel((int(x), int(y))):
                grow = self.dice.uniform(0.6, 1.3)
                turn = angle + self.dice.uniform(-18, 18)
                colour = self.dice.choice(colours)
                self.dab(x / SCALE, y / SCALE, size[0] * grow, size[1] * grow, colour, turn)

    def save(self, path: Path, *, limit: int = 88_000) -> int:
        """Reduce, give it the tooth of the paper, and keep it light enough for a letter."""
        picture = self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        tooth = self.noise.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR).point(lambda v: 118 + round(v * 0.075))
        picture = ImageChops.soft_light(picture, Image.merge("RGB", [tooth] * 3))
        for quality in range(86, 40, -2):
            picture.save(path, "JPEG", quality=quality, optimize=True, progressive=True, subsampling="4:2:0")
            weight = path.stat().st_size
            if weight <= limit:
                break
        return weight

    # the country

    def ridge(
        self, y: float, height: float, colour: Colour, *, lit: Colour, seed: int, calm: float = 1.0
    ) -> Image.Image:
        """Raise a limestone ridge: long backs, sudden teeth, light on one cheek."""
        dice = random.Random(seed)  # noqa: S311
        hills = [(dice.uniform(0, WIDTH), dice.uniform(90, 260), dice.uniform(0.4, 1)) for _ in range(7)]
        crest: list[Point] = []
        jag = 0.0
        for x in range(-20, WIDTH + 21, 10):
            body = max(h * math.exp(-(((x - at) / wide) ** 2)) for at, wide, h in hills)
            if dice.random() < 0.35:
                jag = dice.uniform(-0.09, 0.13) * calm
            crest.append((x, y - height * (body * 0.85 + jag + 0.1)))
        mask = self.cut([*crest, (WIDTH + 20, HEIGHT), (-20, HEIGHT)], colour, rough=0.8)
        # bare rock: slanted strokes falling from the crest, in bundles, where the evening sun still reaches
        bundle = 0.0
        for i, ((x0, y0), (x1, y1)) in enumerate(pairwise(crest)):
            if i % 5 == 0:
                bundle = dice.choice((0.0, 0.15, 0.45, 0.6))
            for _ in range(4):
                fall = dice.uniform(0.06, 0.34) * height
                tone = mix(colour, lit, bundle * dice.uniform(0.3, 1) if y1 >= y0 - 2 else bundle * 0.2)
                x = dice.uniform(x0, x1)
                y = max(y0, y1) + dice.uniform(2, 0.25 * height)
                self.line(
                    [(x, y), (x + fall * 0.14, y + fall * 0.5), (x + fall * 0.3, y + fall)],
                    tone,
                    dice.uniform(2, 5),
                    1,
                )
        self.shade(mask, mix(colour, MIST, 0.5), side="below", depth=0.5)
        return mask

    def hill(self, points: Points, colour: Colour, shade: Colour, depth: float = 0.6) -> Image.Image:
        """Roll a gentle hill through the points, down to the foot of the sheet."""
        crest = smooth(points)
        return self.cut(
            [*crest, (WIDTH + 20, HEIGHT + 10), (-20, HEIGHT + 10)], colour, rough=1, shade=shade, depth=depth
        )

    def cypress(self, x: float, foot: float, height: float, colour: Colour = CYPRESS, lit: Colour = GARRIGUE) -> None:
        wide = height * 0.11
        flame = smooth(
            [
                (x, foot - height),
                (x + wide * 0.55, foot - height * 0.7),
                (x + wide, foot - height * 0.32),
                (x + wide * 0.55, foot - height * 0.04),
                (x - wide * 0.5, foot - height * 0.04),
                (x - wide, foot - height * 0.34),
                (x - wide * 0.5, foot - height * 0.72),
            ],
            closed=True,
        )
        self.line([(x, foot - height * 0.1), (x, foot)], mix(colour, CLAY, 0.4), wide * 0.3)
        mask = self.cut(flame, colour, rough=1.6)
        self.shade(mask, lit, side="left", depth=0.75)
        self.dabs(
            mask,
            [mix(colour, INK, 0.3), mix(colour, lit, 0.5)],
            int(height * 0.4),
            (wide * 0.07, wide * 0.3),
            4,
        )

    def olive(
        self,
        x: float,
        foot: float,
        size: float,
        *,
        dark: Colour = GARRIGUE,
        lit: Colour = SAGE,
        bark: Colour = CLAY,
    ) -> None:
        """Plant an olive tree: a twisted trunk, a silver cloud."""
        dice = self.dice
        top = foot - size * 0.45
        self.veil(oval(x + size * 0.1, foot, size * 0.34, size * 0.035), PINE, 0.35, 4)
        trunk = [
            (x - size * 0.17, foot + size * 0.01),
            (x - size * 0.08, foot - size * 0.06),
            (x - size * 0.09, foot - size * 0.18),
            (x - size * 0.03, foot - size * 0.3),
            (x - size * 0.16, foot - size * 0.46),
            (x - size * 0.1, foot - size * 0.47),
            (x + size * 0.02, foot - size * 0.36),
            (x + size * 0.15, foot - size * 0.48),
            (x + size * 0.2, foot - size * 0.46),
            (x + size * 0.07, foot - size * 0.27),
            (x + size * 0.05, foot - size * 0.14),
            (x + size * 0.15, foot + size * 0.01),
        ]
        if dice.random() < 0.5:
            trunk = [(2 * x - px, py) for px, py in trunk]
        self.cut(
            smooth(trunk, closed=True, steps=5),
            bark,
            rough=size * 0.006,
            shade=mix(bark, INK, 0.5),
            side="right",
        )
        for dx in (-0.05, 0.0, 0.04):
            grain = smooth(
                [
                    (x + size * dx * 1.6, foot - size * 0.02),
                    (x + size * dx * 0.7, foot - size * 0.16),
                    (x + size * (dx * 0.9 + 0.01), foot - size * 0.3),
                ]
            )
            self.line(grain, mix(bark, INK if dx else CREAM, 0.28), size * 0.014, size * 0.005)
        clouds = [
            (
                x + dice.uniform(-0.4, 0.4) * size,
                top - dice.uniform(-0.02, 0.34) * size,
                dice.uniform(0.15, 0.24) * size,
            )
            for _ in range(9)
        ]
        for cx, cy, r in sorted(clouds, key=lambda cloud: -cloud[1]):
            mask = self.cut(oval(cx, cy, r * 1.25, r * 0.82), mix(dark, lit, dice.uniform(0, 0.25)), rough=size * 0.02)
            self.shade(mask, mix(dark, lit, 0.8), side="above", depth=0.6)
            self.dabs(
                mask,
                [lit, mix(lit, PAPER, 0.35), mix(dark, lit, 0.4), dark],
                34,
                (size * 0.026, size * 0.009),
                -35,
            )

    def lantern(self, x: float, y: float, size: float, reach: float, *, hook: bool = True) -> None:
        """Hang a lantern and let it shine."""
        self.light(x, y, reach)
        if hook:
            self.line([(x, y - size * 1.5), (x, y - size * 0.8)], INK, size * 0.12)
        self.cut(oval(x, y, size * 0.62, size * 0.85), LAMP, rough=0.4)
        self.dab(x, y + size * 0.1, size * 0.3, size * 0.45, FLAME)
        for rim in (-0.85, 0.85):
            self.cut(
                box(x - size * 0.34, y + rim * size - 2, x + size * 0.34, y + rim * size + 2),
                BRICK,
                rough=0.3,
            )

    def candle(self, x: float, foot: float, height: float, *, wide: float = 16, reach: float = 190) -> None:
        """Light a candle."""
        self.light(x, foot - height - 14, reach, strength=0.75)
        mask = self.cut(box(x - wide / 2, foot - height, x + wide / 2, foot), PAPER, rough=0.8)
        self.shade(mask, OCHRE, side="right", depth=0.6)
        self.line([(x, foot - height), (x, foot - height - 9)], CLAY, 2)
        flame = smooth(
            [
                (x, foot - height - 44),
                (x + 9, foot - height - 17),
                (x, foot - height - 5),
                (x - 9, foot - height - 17),
            ],
            closed=True,
        )
        self.cut(flame, LAMP, rough=0)
        self.dab(x, foot - height - 16, 4, 9, FLAME)

    def stars(self, count: int, bottom: float, *, biggest: float = 2.2) -> None:
        for _ in range(count):
            x, y = self.dice.uniform(0, WIDTH), self.dice.uniform(0, bottom) ** 0.97
            r = self.dice.choice((0.7, 0.8, 1.0, 1.3, biggest))
            self.dab(x, y, r, r, self.dice.choice((FLAME, PAPER, MIST)))

    def walker(
        self, x: float, foot: float, tall: float, colour: Colour, *, facing: int = 1, lantern: bool = True
    ) -> None:
        """Someone in a winter coat, on their way."""
        w = tall * 0.2
        coat = smooth(
            [
                (x - w * 0.35, foot - tall * 0.8),
                (x + w * 0.4, foot - tall * 0.8),
                (x + w * 0.75, foot - tall * 0.3),
                (x + w * 0.8, foot - tall * 0.14),
                (x - w * 0.8, foot - tall * 0.14),
                (x - w * 0.7, foot - tall * 0.4),
            ],
            closed=True,
            steps=5,
        )
        for leg in (-0.34, 0.3):
            self.line([(x + w * leg, foot - tall * 0.2), (x + w * leg * 1.5, foot)], INK, w * 0.34, w * 0.24)
        mask = self.cut(coat, colour, rough=0.6)
        self.shade(mask, mix(colour, INK, 0.6), side="left" if facing > 0 else "right", depth=0.7)
        self.dab(x + facing * w * 0.1, foot - tall * 0.89, w * 0.42, w * 0.5, mix(SAND, colour, 0.25))
        self.cut(
            smooth(
                [
                    (x - w * 0.5, foot - tall * 0.88),
                    (x - w * 0.1, foot - tall * 1.03),
                    (x + w * 0.5, foot - tall * 0.9),
                ]
            ),
            mix(colour, INK, 0.35),
            rough=0,
        )
        if lantern:
            hand = (x + facing * w * 1.2, foot - tall * 0.5)
            self.line([(x + facing * w * 0.3, foot - tall * 0.68), hand], mix(colour, INK, 0.2), w * 0.3)
            self.lantern(hand[0], hand[1] + tall * 0.13, tall * 0.085, tall * 0.75)


def flames(s: Sheet, x: float, foot: float, tongues: tuple[tuple[float, float], ...]) -> None:
    """Kindle a fire: tongues at their places along the foot, as (dx, height)."""
    for size, colour in ((1, TERRACOTTA), (0.72, "#e88f3c"), (0.46, GLOW), (0.24, FLAME)):
        for dx, tall in tongues:
            lean = tall * 0.12 * (1 if dx % 4 else -1)
            flame = smooth(
                [
                    (x + dx + lean, foot - tall * size),
                    (x + dx + 30 * size, foot - tall * size * 0.4),
                    (x + dx + 16 * size, foot),
                    (x + dx - 16 * size, foot),
                    (x + dx - 30 * size, foot - tall * size * 0.38),
                ],
                closed=True,
            )
            s.cut(flame, colour, rough=0.8)
