"""MJML to the HTML of a mail, with our own stylesheet written into the tags."""

import logging
import re

import mjml

_COMMENT = re.compile(r"(<!--.*?-->)", re.DOTALL)
_STYLE = re.compile(r"(<mj-style.*?</mj-style>|<!--.*?-->)", re.DOTALL)
_MARKUP = re.compile(r"""<!--.*?-->|</?[a-zA-Z](?:[^"'>]|"[^"]*"|'[^']*')*>""", re.DOTALL)
_QUOTED = re.compile(r'"[^"<>]*"')
# the value's own quotes decide: one that holds a " stands between '
_ATTRIBUTE = re.compile(r"""="[^"]*"|='[^']*'""")
_SPACES = str.maketrans({"\t": "&#9;", "\n": "&#10;", "\r": "&#13;"})
_IGNORE = ' data-premailer="ignore"'


class MjmlError(ValueError):
    """The source is not the MJML that we write: a mistake in a template, never in a member's text."""


def to_html(source: str, css: str) -> str:
    """Return the HTML of an MJML source; nothing is fetched, Outlook's conditional comments stay intact."""
    try:
        html = mjml.mjml2html(_referenced(source), fonts={})
    except ValueError as error:
        raise MjmlError(str(error)) from error
    return _with_styles(html, css) if css else html


def _referenced(source: str) -> str:
    """Write as references what MJML would print wrongly.

    mjml-python prints attributes as Rust prints strings for debugging: a backslash twice, and an unbreakable
    space, a combining accent or a joined emoji as `\\u{a0}`. A reference passes as it is.
    """
    return "".join(
        piece if _STYLE.fullmatch(piece) else _QUOTED.sub(_one_line, _ascii(piece)) for piece in _STYLE.split(source)
    )


def _ascii(piece: str) -> str:
    return piece.replace("\\", "&#92;").encode("ascii", "xmlcharrefreplace").decode("ascii")


def _one_line(quoted: re.Match[str]) -> str:
    return quoted.group().translate(_SPACES)


def _with_styles(html: str, css: str) -> str:
    # Only who compiles a letter needs it, and it weighs 13 MB: the workers that send carry none of it.
    from premailer import Premailer

    # lxml knows the doctype only in capitals
    html = html.replace("<!doctype html>", "<!DOCTYPE html>", 1)
    # cssutils complains of every mso-* and -webkit-*, which is what mail is made of
    inlined = Premailer(
        _hide_styles(html),
        css_text=[css],
        keep_style_tags=True,
        strip_important=False,
        disable_validation=True,
        allow_network=False,
        allow_loading_external_files=False,
        remove_classes=False,
        disable_basic_attributes=["width", "height", "align", "bgcolor", "valign"],
        cssutils_logging_level=logging.CRITICAL,
    ).transform(pretty_print=False)
    return _escaped_attributes(str(inlined).replace(_IGNORE, ""))


def _escaped_attributes(html: str) -> str:
    """Write a `<` in an attribute as a reference again: Outlook looks for `<!--[if mso]>` before it looks for tags."""

    def escaped(found: re.Match[str]) -> str:
        markup = found.group()
        if markup.startswith("<!--"):
            return markup
        return _ATTRIBUTE.sub(lambda quoted: quoted.group().replace("<", "&lt;"), markup)

    return _MARKUP.sub(escaped, html)


def _hide_styles(html: str) -> str:
    """Hide MJML's own stylesheets, which premailer would copy to every cell; comments are not touched."""
    return "".join(
        piece if piece.startswith("<!--") else piece.replace("<style", f"<style{_IGNORE}")
        for piece in _COMMENT.split(html)
    )
