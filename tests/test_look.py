"""What is written on paper can be read, by day and by night (DUTIES L11)."""

import re

import pytest
from django.conf import settings

TOKENS = (settings.BASE_DIR / "static/house/tokens.css").read_text()
PAIRS = [
    ("ink", "paper"),
    ("ink", "sheet"),
    ("ink", "ground"),
    ("ink", "line"),
    ("ink", "olive-wash"),
    ("ink", "accent-wash"),
    ("ink", "wait-wash"),
    ("ink", "stop-wash"),
    ("soft", "paper"),
    ("soft", "sheet"),
    ("olive", "paper"),
    ("olive", "sheet"),
    ("olive", "olive-wash"),
    ("olive", "accent-wash"),
    ("olive-deep", "olive-wash"),
    ("accent", "paper"),
    ("accent", "sheet"),
    ("accent-deep", "accent-wash"),
    ("on-accent", "accent"),
    ("on-accent", "accent-deep"),
    ("wait", "wait-wash"),
    ("stop", "stop-wash"),
    ("stop", "paper"),
    ("stop", "sheet"),
]


def colours(scheme: str) -> dict[str, str]:
    day, night = TOKENS.split("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([\w-]+): #([0-9a-f]{6});", day))
    return found if scheme == "day" else found | dict(re.findall(r"--([\w-]+): #([0-9a-f]{6});", night))


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["day", "night"])
@pytest.mark.parametrize(("words", "ground"), PAIRS)
def test_words_stand_out_from_their_ground(words: str, ground: str, scheme: str) -> None:
    shades = colours(scheme)
    dark, light = sorted((luminance(shades[words]), luminance(shades[ground])))

    assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize("scheme", ["day", "night"])
def test_the_edge_of_a_field_can_be_seen(scheme: str) -> None:
    shades = colours(scheme)
    for ground in ("paper", "sheet"):
        dark, light = sorted((luminance(shades["line-strong"]), luminance(shades[ground])))
        assert (light + 0.05) / (dark + 0.05) >= 3
