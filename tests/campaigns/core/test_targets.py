from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.core.targets import BadTarget, checked, marked, may_lead, origin

MARKS = origin("lettre", "noel")
ADDED = "utm_source=lettre&utm_medium=email&utm_campaign=noel"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "empty"),
        ("javascript:alert(1)", "not_web"),
        ("JaVaScRiPt:alert(1)", "not_web"),
        ("data:text/html,x", "not_web"),
        ("mailto:jeanne@alpilles.example", "not_web"),
        ("tel:+33490000000", "not_web"),
        ("ftp://moulin.example/", "not_web"),
        ("//evil.example", "not_web"),
        ("/l/x", "not_web"),
        ("https:///x", "not_web"),
        ("https:moulin.example", "not_web"),
        ("https://a..example/", "not_web"),
        ("https://moulin.example:99999/", "not_web"),
        ("https://moulin.example:x/", "not_web"),
        ("https://moulin.example@evil.example/", "disguised"),
        ("https://evil.example\\@moulin.example/", "characters"),
        ("https:\\\\evil.example", "characters"),
        ("https://moulin.example/\r\nSet-Cookie: a=b", "characters"),
        ("https://moulin.example/\nx", "characters"),
        ("https://moulin.example/\x00", "characters"),
        ("https://moulin.example/a b", "characters"),
        ("https://moulin.example/\u2028x", "characters"),
        ('https://moulin.example/"onclick', "characters"),
        ("https://moulin.example/" + "a" * 2000, "too_long"),
    ],
)
def test_a_link_leads_to_the_web_and_nowhere_else(url: str, code: str) -> None:
    with pytest.raises(BadTarget) as refused:
        checked(url)
    assert refused.value.code == code
    assert not may_lead(url)


def test_a_host_with_accents_is_written_as_the_network_knows_it() -> None:
    assert checked("https://bergerie-é.example:8443/é?x=é") == "https://xn--bergerie--j4a.example:8443/é?x=é"
    assert checked("https://[2001:db8::1]:8000/") == "https://[2001:db8::1]:8000/"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://moulin.example", f"https://moulin.example?{ADDED}"),
        ("https://moulin.example/x?b=1&c#d", f"https://moulin.example/x?b=1&c&{ADDED}#d"),
        ("https://moulin.example/#/route?x=1", f"https://moulin.example/?{ADDED}#/route?x=1"),
        ("https://moulin.example/?a=%20b+c&", f"https://moulin.example/?a=%20b+c&{ADDED}"),
        (
            "https://moulin.example/?utm_source=office",
            "https://moulin.example/?utm_source=office&utm_medium=email&utm_campaign=noel",
        ),
    ],
)
def test_marks_of_origin_join_what_the_address_says_already(url: str, expected: str) -> None:
    assert marked(url, MARKS) == expected


def test_without_marks_nothing_changes() -> None:
    assert marked("https://moulin.example/?&#", {}) == "https://moulin.example/?&#"


PIECES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp", "Cf"]), max_size=30)


@given(path=PIECES, query=PIECES, fragment=PIECES)
def test_marking_keeps_path_fragment_and_every_question(path: str, query: str, fragment: str) -> None:
    url = f"https://moulin.example/{path.replace('?', '').replace('#', '')}?{query.replace('#', '')}#{fragment}"
    if not may_lead(url):
        return
    was, now = urlsplit(url), urlsplit(marked(url, MARKS))
    assert (was.scheme, was.netloc, was.path, was.fragment) == (now.scheme, now.netloc, now.path, now.fragment)
    asked = parse_qsl(now.query, keep_blank_values=True)
    before = parse_qsl(was.query, keep_blank_values=True)
    assert [pair for pair in asked if pair not in MARKS.items()] == [
        pair for pair in before if pair not in MARKS.items()
    ]
    assert {name for name, _ in asked} >= set(MARKS)
