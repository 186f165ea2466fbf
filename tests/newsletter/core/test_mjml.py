import re
from html import escape, unescape

import mjml
import pytest

from newsletter.core.mjml import MjmlError, to_html

SOURCE = """<mjml lang="fr"><mj-head><mj-style>
@media (prefers-color-scheme: dark) { p { color: white !important } }
.x:hover { color: red }</mj-style></mj-head><mj-body><mj-wrapper><mj-section background-url="https://x.example/a.jpg">
<mj-column><mj-text><p>é {{x}} $99</p></mj-text><mj-button href="https://x.example/?a=1&amp;b=%20">b</mj-button>
<mj-raw><!--[if mso]><style>p { color: blue }</style><p>Outlook</p><![endif]--></mj-raw>
</mj-column><mj-column><mj-image src="https://x.example/b.jpg" alt="a &quot;b&quot; &lt;i&gt;"/></mj-column>
</mj-section></mj-wrapper></mj-body></mjml>"""
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def test_conditional_comments_come_out_byte_for_byte() -> None:
    plain = mjml.mjml2html(SOURCE, fonts={})

    assert COMMENT.findall(to_html(SOURCE, "p { color: green }")) == COMMENT.findall(plain)
    assert len(COMMENT.findall(plain)) > 5


def test_our_css_is_written_into_the_tags_and_the_rest_is_kept() -> None:
    html = to_html(SOURCE, "p { color: #123456 }")

    assert '<p style="color:#123456">é {{x}} $99</p>' in html
    assert html.startswith("<!DOCTYPE html>")
    assert "@media (prefers-color-scheme: dark)" in html
    assert ".x:hover" in html
    assert 'href="https://x.example/?a=1&amp;b=%20"' in html
    assert "data-premailer" not in html
    assert "fonts.googleapis" not in html


@pytest.mark.parametrize("said", ["12\u00a0€\u202f!", "a\\b", "e\u0301", "👨\u200d👩", "\U000e0001", "a\tb\nc", "l'an"])
def test_attributes_are_printed_as_they_were_written(said: str) -> None:
    html = to_html(SOURCE.replace("a &quot;b&quot; &lt;i&gt;", said).replace("{{x}}", said), "p { color: #123456 }")

    assert f'alt="{said}"' in html.replace("&#9;", "\t").replace("&#10;", "\n")
    assert f">é {said} $99<" in html


def test_nothing_is_read_from_disk_or_fetched(tmp_path) -> None:
    css = tmp_path / "evil.css"
    css.write_text("p { color: #abcdef }")
    source = SOURCE.replace("<mj-style>", f'<mj-raw><link rel="stylesheet" href="{css}" /></mj-raw><mj-style>', 1)

    assert "#abcdef" not in to_html(source, "p { color: #123456 }")


def test_a_mistake_in_a_template_is_named() -> None:
    with pytest.raises(MjmlError):
        to_html("<mjml><mj-body><mj-nonsense></mj-body></mjml>", "")


@pytest.mark.parametrize("said", ["<!--[if mso]>", "\"<!--[if mso]>'", "'<b>\"", "a > b < c"])
def test_no_attribute_opens_a_conditional_comment(said: str) -> None:
    html = to_html(SOURCE.replace("a &quot;b&quot; &lt;i&gt;", escape(said)), "p { color: red }")
    shown = [unescape(a or b) for a, b in re.findall(r"""alt=(?:"([^"]*)"|'([^']*)')""", html)]

    assert shown == [said]
    assert html.count("<!--") == to_html(SOURCE, "p { color: red }").count("<!--")
