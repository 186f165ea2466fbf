"""The Return-Path names its delivery, in letters that every server leaves alone, and nobody else can write one."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from campaigns import returns
from newsletter.core import environment

BOXES = [("", "@retours.alpilles.example"), ("retours+", "@alpilles.example")]


@pytest.fixture(autouse=True, params=BOXES)
def _box(request: pytest.FixtureRequest, settings: object) -> None:
    settings.BOUNCES = request.param  # type: ignore[attr-defined]


def delivery_of(address: str) -> int | None:
    found = returns.named(address)
    return found and found.delivery


@pytest.mark.parametrize(("round", "said"), [(0, 0), (1, 1), (2, 2), (7, 7), (8, 7), (900, 7)])
def test_it_names_the_round_too(round: int, said: int) -> None:
    assert returns.named(returns.path(7, round=round)) == (7, said)


@pytest.mark.parametrize("delivery", [0, 1, 255, 65_536, 10**9, 2**36 - 1])
def test_it_names_its_delivery_and_fits_into_an_address(delivery: int) -> None:
    path = returns.path(delivery)
    local = path.rpartition("@")[0]
    assert (len(local) <= 64, delivery_of(path)) == (True, delivery)


@pytest.mark.parametrize("test", [0, 1, 2**39 - 1])
def test_a_test_mail_has_a_path_of_its_own_and_names_no_delivery(test: int) -> None:
    path = returns.test_path(test)
    assert (len(path.rpartition("@")[0]) <= 64, returns.test_of(path.upper())) == (True, test)
    assert (delivery_of(path), returns.test_of(returns.path(7))) == (None, None)


def test_servers_may_write_it_in_other_letters() -> None:
    path = returns.path(7)
    assert delivery_of(path.upper()) == 7
    assert delivery_of(f"  {path} ") == 7


def test_a_key_that_was_replaced_still_reads_and_its_id_may_have_had_capitals(settings: object) -> None:
    settings.SIGNING_KEYS = (("Old", "an old key of ours"),)  # type: ignore[attr-defined]
    path = returns.path(7)
    settings.SIGNING_KEYS = (("new", "a new key of ours"), ("Old", "an old key of ours"))  # type: ignore[attr-defined]
    assert delivery_of(path.lower()) == 7


def test_forged_or_cut_short_it_names_nothing() -> None:
    path = returns.path(7)
    before, at, domain = path.partition("@")
    for place in range(len(before)):
        assert delivery_of(before[:place] + at + domain) is None
        other = "a" if before[place] != "a" else "b"
        assert delivery_of(before[:place] + other + before[place + 1 :] + at + domain) is None
    assert delivery_of(f"{before}@elsewhere.example") is None


@given(some.text(max_size=90))
def test_no_other_address_names_anything(local: str) -> None:
    assert delivery_of(f"{local}@alpilles.example") is None


def test_where_nobody_reads_what_comes_back_the_sender_is_the_return_path(settings: object) -> None:
    settings.BOUNCES = None  # type: ignore[attr-defined]
    assert returns.paths("lettre@alpilles.example")([7, 8]) == ["lettre@alpilles.example"] * 2
    assert (returns.leave_address(), returns.is_leave_address("")) == ("", False)
    assert delivery_of("x@alpilles.example") is None


KEYS = [("k1", "secret")]


@pytest.mark.parametrize(
    ("domain", "inbox", "wanted"),
    [
        ("", "", None),
        ("retours.alpilles.example", "", None),
        ("", "imaps://u:p@imap.example", None),
        ("retours.alpilles.example", "pipe:", ("", "@retours.alpilles.example")),
        ("retours@alpilles.example", "imaps://u:p@imap.example", ("retours+", "@alpilles.example")),
    ],
)
def test_both_are_needed_a_place_and_somebody_who_reads(domain: str, inbox: str, wanted: object) -> None:
    assert environment.bounces(domain, inbox, KEYS) == wanted


@pytest.mark.parametrize(
    ("domain", "inbox"),
    [
        ("retours.alpilles.example", "https://imap.example"),
        ("a b@alpilles.example", "pipe:"),
        ("alpilles", "pipe:"),
        (f"{'r' * 30}@alpilles.example", "pipe:"),
    ],
)
def test_what_cannot_be_an_address_is_refused_in_a_sentence_without_secrets(domain: str, inbox: str) -> None:
    with pytest.raises(environment.BadEnvironment, match=r"^BOUNCE_\w+.*\.$"):
        environment.bounces(domain, inbox, KEYS)
