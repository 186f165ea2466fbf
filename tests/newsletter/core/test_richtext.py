from xml.etree import ElementTree

import mjml
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.richtext import as_letter, printable, sanitise

PIECES = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "<br>",
        "<ul><li>",
        "</ul>",
        "<a href=x>",
        '<a href="https://x.example/?a=1&b=<2>">',
        "</a>",
        "&",
        "&nbsp;",
        "<script>alert(1)</script>",
        "<mj-raw>",
        "</mj-text>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        " < ",
        "&lt;mj-section&gt;",
        "é",
        "🫒",
        "{% if a < b %}",
        "%%first_name%%",
        "<p align='x'class=y>",
        "'",
        '"',
        "\\",
        "\x0b",
    ]
)
SOUP = st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=60)


@given(SOUP)
def test_whatever_comes_in_well_formed_html_comes_out(html: str) -> None:
    clean = sanitise(html)
    tree = ElementTree.fromstring(f"<x>{clean}</x>".replace("&nbsp;", " "))

    assert {element.tag for element in tree.iter()} <= {
        "x", "p", "br", "strong", "b", "em", "i", "ul", "ol", "li", "a",
    }  # fmt: skip
    for element in tree.iter():
        assert set(element.attrib) <= {"href"}
        assert element.attrib.get("href", "https://").startswith(("http://", "https://", "mailto:"))


@given(SOUP)
def test_sanitising_twice_changes_nothing(html: str) -> None:
    assert sanitise(sanitise(html)) == sanitise(html)


@given(SOUP)
def test_mjml_takes_it_and_it_stays_inside_its_column(html: str) -> None:
    column = f"<mj-column><mj-text>{sanitise(html)}</mj-text></mj-column>"

    page = mjml.mjml2html(f"<mjml><mj-body><mj-section>{column}</mj-section></mj-body></mjml>", fonts={})

    assert page.count("mj-outlook-group-fix mj-column-per-100") == 1
    assert "<script" not in page


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:x",
        "data:text/html,x",
        "/leave",
        "//x.example",
        "https://a b",
        "%%first_name%%",
    ],
)
def test_a_link_that_is_not_honest_loses_its_address(href: str) -> None:
    assert sanitise(f'<a href="{href}">ici</a>') == "<a>ici</a>"


def test_what_is_allowed_stays() -> None:
    html = '<p>Un <strong>mot</strong> <em>fin</em><br/>et <a href="https://x.example/?a=1&amp;b=2">là</a></p><ul><li>un</li></ul>'

    assert sanitise(html) == html


def test_a_letter_is_written_not_stripped() -> None:
    html = (
        '<p>Bonjour,<br/>voici <a href="https://x.example/a">l’agenda</a>, '
        '<a href="mailto:a@x.example">a@x.example</a>.</p>'
        "<ul><li>un</li><li>deux</li></ul><ol><li>tôt</li><li>tard</li></ol><p>Fin &amp; suite</p>"
    )

    assert as_letter(html) == (
        "Bonjour,\nvoici l’agenda (https://x.example/a), a@x.example.\n\n– un\n– deux\n\n1. tôt\n2. tard\n\nFin & suite"
    )


def test_what_xml_cannot_carry_is_left_out() -> None:
    assert printable("a\x00b\x0bc\ufffed\ne\tf") == "abcd\ne\tf"
