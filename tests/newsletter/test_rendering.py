import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.core.content import EditionContent, Editorial, Hero, Identity, OfferCard, Offers, Picture
from newsletter.core.headers import Address
from newsletter.core.holes import UnknownMergeField
from newsletter.core.message import compile_message
from newsletter.rendering import FooterMissing, render, wrap

SITE = "https://lettre.alpilles.example/"
READER = {
    "first_name": "Jeanne",
    "unsubscribe_url": SITE + "d/abc",
    "preferences_url": SITE + "p/abc",
    "web_version_url": SITE + "lettres/12",
}
STYLES = Path(__file__).parents[2] / "templates" / "emails"


def card(key: int = 1, **said: object) -> OfferCard:
    whole = {
        "title": f"Noël au mas {key}",
        "text": "Deux nuits sous les oliviers, le petit-déjeuner au coin du feu, et treize desserts. " * 3,
        "member_name": "Le Mas des Oliviers",
        "commune": "Maussane-les-Alpilles",
        "category": "Hébergement",
        "price": "à partir de 95\u00a0€ par nuit",
        "dates": "du 28\u00a0novembre\u00a02026 au 4\u00a0janvier\u00a02027",
        "picture": Picture(f"{SITE}media/{key}.jpg", f"Le mas {key}", 1200, 800),
        "link": f"{SITE}o/{key}?utm_source=lettre&utm_medium=email",
    }
    return OfferCard(str(key), **whole | said)  # type: ignore[arg-type]


def content(*cards: OfferCard, **said: object) -> EditionContent:
    whole = {
        "language": "fr",
        "title": "Fêtes de fin d’année en Alpilles",
        "dateline": "Décembre 2026",
        "subject": "Les fêtes, %%first_name|et vous%%",
        "preheader": "Truffe, huile nouvelle, veillées",
        "identity": Identity(
            "Les Professionnels des Alpilles",
            "12 avenue de la Vallée, 13520 Maussane-les-Alpilles",
            "Vous recevez cette lettre parce que vous vous êtes inscrit.",
            "bonjour@alpilles.example",
        ),
        "blocks": (
            Hero(Picture(SITE + "media/hero.jpg", "Les Alpilles au soir", 1200, 640), "Le soir"),
            Editorial("<p>Les oliviers sont cueillis, <strong>venez</strong>.</p>", signature="Claire"),
            Offers(cards or (card(),), heading="Les invitations de nos maisons"),
        ),
    }
    return EditionContent(**whole | said)  # type: ignore[arg-type]


class Page(HTMLParser):
    """What a mail reader sees of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str, attribute: str) -> list[str | None]:
        return [attributes.get(attribute) for name, attributes in self.tags if name == tag]


def test_html_and_text_say_the_same() -> None:
    rendered = render(content())
    page, letter = Page(rendered.html_for(READER)), rendered.text_for(READER)
    letter_words = " ".join(letter.split())

    for said in (
        "Fêtes de fin d’année en Alpilles",
        "Bonjour Jeanne,",
        "Les oliviers sont cueillis, venez.",
        "Claire",
    ):
        assert said in page.words
        assert said in letter_words
    for said in (
        "Noël au mas 1",
        "Le Mas des Oliviers",
        "13520 Maussane-les-Alpilles",
        "parce que vous vous êtes inscrit",
    ):
        assert said in page.words
        assert said in letter_words
    for url in (READER["unsubscribe_url"], READER["preferences_url"], READER["web_version_url"], card().link):
        assert url in page.all("a", "href")
        assert url in letter.splitlines()
    assert rendered.subject_for(READER) == "Les fêtes, Jeanne"


def test_without_a_first_name_the_letter_says_bonjour() -> None:
    rendered = render(content())
    nobody = READER | {"first_name": ""}

    assert ">Bonjour,<" in rendered.html_for(nobody)
    assert "\nBonjour,\n" in rendered.text_for(nobody)
    assert rendered.subject_for(nobody) == "Les fêtes, et vous"


def test_the_letter_is_72_wide_but_for_addresses() -> None:
    lines = render(content(*map(card, range(5)))).text_for(READER).splitlines()

    assert [line for line in lines if len(line) > 72 and not line.startswith("https://")] == []
    assert not any(line != line.rstrip() for line in lines)


def test_items_hang_and_empty_lines_do_not_run() -> None:
    item = "– " + "olive " * 14

    assert wrap(item + "\n\n\n\nfin\n\n") == ("– " + "olive " * 10 + "olive\n" + "  " + "olive " * 2 + "olive\n\nfin\n")


def test_twelve_offers_stay_under_90_kilobytes() -> None:
    assert len(render(content(*map(card, range(12)))).html_for(READER).encode()) < 90_000


def test_the_page_is_made_for_every_reader() -> None:
    page = Page(render(content(*map(card, range(4)))).html_for(READER))

    assert page.all("html", "lang") == ["fr"]
    assert len(page.all("h1", "style")) == 1
    assert all(role == "presentation" for role in page.all("table", "role"))
    assert all(alt is not None for alt in page.all("img", "alt"))
    assert all(src and src.startswith(SITE) for src in page.all("img", "src"))
    assert page.all("link", "href") == page.all("script", "src") == []
    assert "<title>Fêtes de fin d’année en Alpilles</title>" in render(content()).html


def test_the_footer_stands_even_where_nothing_else_does() -> None:
    rendered = render(content(blocks=()))

    assert READER["unsubscribe_url"] in Page(rendered.html_for(READER)).all("a", "href")
    assert READER["unsubscribe_url"] in rendered.text_for(READER)
    assert "13520 Maussane-les-Alpilles" in rendered.html


def test_english_speaks_english() -> None:
    rendered = render(content(language="en"))

    assert "Hello Jeanne," in rendered.text_for(READER)
    assert "Unsubscribe" in rendered.html
    assert "Se désinscrire" not in rendered.html + rendered.text


@pytest.mark.parametrize("field", ["subject", "preheader"])
def test_an_unknown_field_stops_the_rendering(field: str) -> None:
    with pytest.raises(UnknownMergeField, match="prenom"):
        render(content(**{field: "%%prenom%%"}))


def spoken(said: str) -> EditionContent:
    picture = Picture(SITE + "media/1.jpg", said, 1200, 800)
    return content(
        card(
            title=said,
            text=said,
            member_name=said,
            commune=said,
            category=said,
            legal=(said,),
            picture=picture,
        )
    )


TAGS = [tag for tag, _ in Page(render(spoken("Usuel")).html_for(READER)).tags]
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Zl", "Zp"]), min_size=1, max_size=60)
TRAPS = st.sampled_from(
    [
        "%%first_name%%",
        "{{ x }}",
        "{% if a %}",
        "$99",
        "zqn0qz",
        "&lt;b&gt;",
        "&amp",
        "a < b & c",
        "]]>",
        "<![CDATA[",
        "</mj-text><mj-raw>",
        "<!-- x -->",
        "-->",
        "<![endif]-->",
        '" onerror="x',
        "<script>alert(1)</script>",
        "a\\b",
        "12\u00a0€",
        "e\u0301",
        "👨\u200d👩",
    ]
)


@settings(max_examples=40, deadline=None)
@given(said=(WORDS | TRAPS).filter(str.strip))
def test_a_members_words_come_through_literally_and_break_nothing(said: str) -> None:
    rendered = render(spoken(said))
    page = Page(rendered.html_for(READER))

    assert [tag for tag, _ in page.tags] == TAGS
    assert page.words.count(said.strip()) >= 6
    assert said in page.all("img", "alt")
    assert "".join(said.split()) in "".join(rendered.text_for(READER).split())


@pytest.mark.parametrize(
    "end", ["l'huile", "?a=1&b=2&copy=3", "#é", '"onclick="x', "<b>", "a\\b", "%20%zz", "{{x}}$99"]
)
def test_a_members_link_leads_where_it_said_and_breaks_nothing(end: str) -> None:
    rendered = render(content(card(link="https://mas.example/" + end)))
    page = Page(rendered.html_for(READER))

    assert "https://mas.example/" + end in [unquote(href or "") for href in page.all("a", "href")] or "%" in end
    assert "https://mas.example/" + end in rendered.text_for(READER).splitlines()
    assert "onclick" not in {name for _, attributes in page.tags for name in attributes}
    assert len(page.all("a", "href")) == len(Page(render(content()).html_for(READER)).all("a", "href"))


def test_what_xml_cannot_carry_is_left_out_of_a_members_words() -> None:
    rendered = render(content(card(title="Noël\x00\x0b au\ufffe mas")))

    assert "Noël au mas" in rendered.html
    assert "Noël au mas" in rendered.text


def test_a_rendered_edition_compiles_and_its_digest_does_not_depend_on_the_drawn_number() -> None:
    def compiled() -> str:
        rendered = render(content())
        return compile_message(
            html=rendered.html,
            text=rendered.text,
            subject=rendered.subject,
            from_=Address("lettre@alpilles.example"),
            list_id="<lettre.alpilles.example>",
            holes=rendered.holes,
        ).digest

    assert compiled() == compiled()


def test_an_offer_without_picture_price_or_link_is_still_whole() -> None:
    bare = [replace(card(n), picture=None, price="", dates="", link="", commune="") for n in range(4)]
    page = Page(render(content(*bare)).html_for(READER))

    assert all(f"Noël au mas {n}" in page.words for n in range(4))
    assert page.all("img", "src") == [SITE + "media/hero.jpg"]


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_every_colour_of_words_is_readable_by_day_and_by_night() -> None:
    day = re.findall(r"[ ;{]color: (#\w{6})", (STYLES / "edition.css").read_text())
    night = re.findall(r" color: (#\w{6}) !important", (STYLES / "parts" / "styles.mjml").read_text())
    night.remove("#20220f")  # the words on a button

    assert day
    assert night
    for colour in day:
        assert min(contrast(colour, paper) for paper in ("#fffdf9", "#efe8db")) >= 4.5, colour
    for colour in night:
        assert min(contrast(colour, paper) for paper in ("#25271f", "#1b1c16")) >= 4.5, colour
    assert contrast("#fffdf9", "#56642f") >= 4.5
    assert contrast("#20220f", "#b9c583") >= 4.5


@pytest.mark.parametrize("name", ["footer.mjml", "footer.txt"])
def test_a_template_that_lost_the_footer_prints_nothing(name: str, tmp_path: Path, settings: Any) -> None:
    (tmp_path / "emails/blocks").mkdir(parents=True)
    (tmp_path / "emails/blocks" / name).write_text("")
    engine = {**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}
    settings.TEMPLATES = [engine]

    with pytest.raises(FooterMissing):
        render(content(card()))
