from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.core.clicks import Click, Hit, Scanner, at_once, judge

SENT = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
BROWSER = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile Safari/604.1"


def after(seconds: float) -> datetime:
    return SENT + timedelta(seconds=seconds)


def hit(**fields: object) -> Hit:
    said = {"link": 1, "at": after(3600), "agent": BROWSER, "address": "203.0.113.9", **fields}
    return Hit(**said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (hit(), None),
        (hit(link=0), Scanner.TRAP),
        (hit(method="HEAD"), Scanner.HEAD),
        (hit(agent=""), Scanner.AGENT),
        (hit(agent="Mozilla/5.0"), Scanner.AGENT),
        (hit(agent="python-requests/2.32"), Scanner.AGENT),
        (hit(agent="Mozilla/5.0 (compatible; Proofpoint URL Defense)"), Scanner.AGENT),
        (hit(address="40.107.8.9"), Scanner.NETWORK),
        (hit(address="::ffff:40.107.8.9"), Scanner.NETWORK),
        (hit(address="not an address"), None),
        (hit(at=after(9)), Scanner.TOO_SOON),
        (hit(at=after(10)), None),
        # a clock that runs behind: before it was sent nobody can have read it
        (hit(at=after(-5)), Scanner.TOO_SOON),
    ],
)
def test_one_request_may_give_a_machine_away(asked: Hit, told: Scanner | None) -> None:
    assert at_once(asked, SENT) is told


def test_nothing_is_too_soon_after_a_moment_that_nobody_knows() -> None:
    assert at_once(hit(at=SENT), None) is None


def verdicts(*clicks: Click, links: int = 8) -> list[str]:
    told = judge(clicks, links)
    return [told[click] for click in clicks]


def test_who_follows_nearly_every_link_at_once_read_none() -> None:
    sweep = [Click(link, after(600 + link)) for link in range(1, 8)]
    reader = Click(3, after(4000))
    assert verdicts(*sweep, reader) == ["all_links"] * 7 + [""]


def test_two_offers_opened_in_two_tabs_are_a_persons() -> None:
    assert verdicts(Click(1, after(600)), Click(2, after(601))) == ["", ""]


def test_a_letter_of_two_links_says_nothing_by_both_being_followed() -> None:
    assert verdicts(Click(1, after(600)), Click(2, after(601)), links=2) == ["", ""]


def test_the_trap_tells_of_what_was_followed_beside_it_and_of_nothing_else() -> None:
    trap = Click(0, after(600), "trap")
    assert verdicts(Click(1, after(545)), trap, Click(2, after(655)), Click(2, after(700))) == [
        "trap",
        "trap",
        "trap",
        "",
    ]


def test_a_filter_that_asks_right_before_a_person_does_not_speak_for_them() -> None:
    assert verdicts(Click(1, after(600), "network"), Click(1, after(601))) == ["network", ""]


CLICKS = st.lists(
    st.builds(
        Click,
        link=st.integers(0, 6),
        at=st.integers(0, 200).map(after),
        scanner=st.sampled_from(["", "", "head", "agent"]),
    ).map(lambda click: Click(0, click.at, "trap") if click.link == 0 else click),
    max_size=20,
)


@given(CLICKS, st.randoms(use_true_random=False), st.integers(1, 6))
def test_clicks_are_judged_alike_in_any_order_and_however_often_told(clicks: list[Click], by, links: int) -> None:  # type: ignore[no-untyped-def]
    shuffled = clicks * 2
    by.shuffle(shuffled)
    assert judge(shuffled, links) == judge(clicks, links)


@given(CLICKS, CLICKS)
def test_more_clicks_may_unmask_a_machine_and_never_make_one_a_person(some: list[Click], more: list[Click]) -> None:
    before, then = judge(some, 6), judge(some + more, 6)
    assert all(then[click] for click, verdict in before.items() if verdict)
