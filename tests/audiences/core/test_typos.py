"""A slip in a common domain is suggested to be mended; what may be right is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiences.core.typos import DOMAINS, ENDINGS, suggest


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("gmai.com", "gmail.com"),
        ("gmaill.com", "gmail.com"),
        ("GMIAL.COM", "gmail.com"),
        ("orange.f", "orange.fr"),
        ("ornage.fr", "orange.fr"),
        ("hotmial.fr", "hotmail.fr"),
        ("wanado.fr", "wanadoo.fr"),
        ("laposte.fr", "laposte.net"),
        ("sfr.f", "sfr.fr"),
        ("gmail.fr", "gmail.com"),
    ],
)
def test_a_slip_is_seen(typed: str, meant: str) -> None:
    assert suggest(typed) == meant


@pytest.mark.parametrize(
    "domain",
    ["orange.com", "moulin.example", "free.org", "mas.fr", "gmx.de", "yahoo.co.uk", "sfr.com", "oranges.example", ""],
)
def test_what_may_be_right_is_left_alone(domain: str) -> None:
    assert suggest(domain) == ""


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_right_one_is_never_doubted(domain: str) -> None:
    assert suggest(domain) == ""


@given(st.text(max_size=30))
def test_only_known_domains_are_suggested(text: str) -> None:
    assert suggest(text) in {"", *DOMAINS, *ENDINGS.values()}
