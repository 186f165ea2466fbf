"""A listing as a line of an editorial: literally, whatever its publisher typed."""

import re
from dataclasses import replace
from datetime import date
from html import unescape

import pytest

from newsletter.core import editorial, merge
from newsletter.core.listing import Kind, Listing, Period, Source
from newsletter.core.quoting import quote

TODAY = date(2026, 12, 6)
MARKET = Listing(
    source=Source.APIDAE,
    identifier="1",
    kind=Kind.EVENT,
    name="Marché des santons",
    commune="Arles",
    summary="Sous les halles.",
    website="https://arles.example/santons",
    publisher="OT inventé",
    periods=(Period(date(2026, 11, 1), date(2026, 11, 2)), Period(date(2026, 12, 5), date(2026, 12, 8))),
)


def test_a_market_says_what_where_when_and_who_says_so() -> None:
    assert quote(MARKET, today=TODAY) == (
        "**Marché des santons**, Arles, du 5 au 8\u00a0décembre\u00a02026. Sous les halles. "
        "[En savoir plus](https://arles.example/santons) (Source\u00a0: OT inventé)"
    )
    assert "[Read more]" in quote(MARKET, today=TODAY, language="en")


def test_what_is_not_known_is_left_out() -> None:
    bare = Listing(source=Source.APIDAE, identifier="1", kind=Kind.PLACE, name="Les Alyscamps")

    assert quote(bare, today=TODAY) == "**Les Alyscamps**."


@pytest.mark.parametrize(
    "evil",
    [
        "**gras** _x_ `y`",
        "[ici](https://evil.example)",
        "<b>x</b><script>",
        "{prénom} {{ x }} %%first_name%% *|FNAME|* [[x]] [nom]",
        "# titre > citation | a ~ b \\ c",
        "a\n\n- b\n1. c",
        "&lt;b&gt; &amp;",
    ],
)
def test_what_its_publisher_typed_is_shown_as_it_is(evil: str) -> None:
    line = quote(replace(MARKET, name=evil, commune=evil, summary=evil, publisher=evil, website=""), today=TODAY)
    html = editorial.to_html(line)

    assert re.findall(r"<(\w+)", html) == ["p", "strong"]
    assert list(merge.unknown(line)) == []
    assert "%%first_name%%" not in merge.to_marks(line)
    shown = "".join(unescape(re.sub(r"<[^>]+>", "", html)).split())
    assert shown.count("".join(evil.split())) == 4


@pytest.mark.parametrize("url", ["https://a.example/(x)_[y]", "https://a.example/a*b*", "https://a.example/?q={z"])
def test_a_link_ends_where_it_ends(url: str) -> None:
    html = editorial.to_html(quote(replace(MARKET, website=url), today=TODAY))

    assert len(re.findall(r'<a href="https://a\.example/[^"]+">En savoir plus</a> \(Source', html)) == 1


@pytest.mark.parametrize("url", ["https://a.example/%%first_name%%", "https://a.example/{x}"])
def test_a_link_that_would_be_a_merge_field_is_left_out(url: str) -> None:
    assert "](" not in quote(replace(MARKET, website=url), today=TODAY)
