from newsletter.core.editorial import to_html


def test_paragraphs_bold_italic_lists_and_links_are_written() -> None:
    typed = "**Chers amis**,\nl’hiver est *là*.\n\n- un\n- deux\n\n[Le programme](https://alpilles.example/?a=1&b=2)"

    assert to_html(typed) == (
        "<p><strong>Chers amis</strong>,<br/>\nl’hiver est <em>là</em>.</p>\n<ul>\n<li>un</li>\n<li>deux</li>\n</ul>\n"
        '<p><a href="https://alpilles.example/?a=1&amp;b=2">Le programme</a></p>\n'
    )


def test_a_tag_that_someone_typed_is_shown() -> None:
    assert to_html("<script>alert(1)</script>") == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"


def test_a_link_that_would_run_something_stays_text() -> None:
    assert "<a" not in to_html("[clic](javascript:alert(1)) [clic](data:text/html,x)")


def test_a_picture_from_elsewhere_is_never_fetched() -> None:
    assert "<img" not in to_html("![pixel](https://ailleurs.example/pixel.gif)")


def test_the_first_name_becomes_the_engine_s_field() -> None:
    assert to_html("Cher {prénom|voisin},") == "<p>Cher %%first_name|voisin%%,</p>\n"
