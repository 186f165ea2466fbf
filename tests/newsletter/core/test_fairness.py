"""The fair selection: least exposed first, within quotas, by a draw that can be recomputed, never without why."""

import hashlib
import subprocess
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.fairness import (
    By,
    Candidate,
    Code,
    LeftOut,
    Place,
    Quota,
    Reason,
    Selection,
    Slot,
    draw,
    propose,
    readers,
)
from newsletter.core.reasons import OBSTACLES, PLACED

CATEGORIES, COMMUNES = ("wine", "table", "stay"), ("Arles", "Eygalières")
LARGE, SECOND, THIRD = Slot(1, Fraction(1)), Slot(2, Fraction(1, 2)), Slot(3, Fraction(1, 2))


def offer(number: int, exposure: Any = 0, category: str = "wine", commune: str = "Arles", **fields: Any) -> Candidate:
    """An offer of the member of the same number."""
    return Candidate(
        offer=number,
        member=fields.pop("member", number),
        category=category,
        commune=commune,
        exposure=Fraction(exposure),
        **fields,
    )


def seated(selection: Selection) -> list[int]:
    return [place.offer for place in selection.places]


def why(selection: Selection) -> dict[int, Code]:
    return {one.offer: one.reason.code for one in (*selection.places, *selection.left_out)}


@st.composite
def candidates(draw: st.DrawFn, most: int = 8) -> list[Candidate]:
    count = draw(st.integers(0, most))
    return [
        Candidate(
            offer=number,
            member=draw(st.integers(1, 6)) if draw(st.booleans()) else 100 + number,
            category=draw(st.sampled_from(CATEGORIES)),
            commune=draw(st.sampled_from(COMMUNES)),
            exposure=Fraction(draw(st.integers(0, 4)), 2),
            turn=draw(st.integers(0, 1)),
            obstacle=Reason.of(Code.OVER) if draw(st.integers(0, 9)) == 0 else None,
        )
        for number in range(1, count + 1)
    ]


@st.composite
def quotas(draw: st.DrawFn) -> list[Quota]:
    found = []
    for by, value in draw(
        st.lists(
            st.sampled_from([*((By.CATEGORY, one) for one in CATEGORIES), *((By.COMMUNE, one) for one in COMMUNES)]),
            max_size=4,
        )
    ):
        least = draw(st.integers(0, 2))
        found.append(Quota(by, value, least, draw(st.none() | st.integers(least, 3))))
    return found


slots = st.lists(st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(1, 3)]), max_size=5).map(
    lambda weights: [Slot(position, weight) for position, weight in enumerate(weights, start=1)]
)
whole = given(slots, candidates(), quotas())


@whole
def test_whoever_stands_in_another_order_sits_in_the_same_place(
    places: list[Slot], line: list[Candidate], limits: list[Quota]
) -> None:
    shuffled = [Random(7).sample(rows, len(rows)) for rows in (places, line, limits)]

    assert propose(places, line, limits, seed="a") == propose(*shuffled, seed="a")


@whole
def test_every_offer_is_placed_or_left_out_once_and_has_a_reason(
    places: list[Slot], line: list[Candidate], limits: list[Quota]
) -> None:
    found = propose(places, line, limits, seed="a")

    told = [*seated(found), *(one.offer for one in found.left_out)]
    assert sorted(told) == sorted(one.offer for one in line)
    assert all(place.reason.code in PLACED for place in found.places)
    assert not any(one.reason.code in PLACED for one in found.left_out)
    assert len({place.slot for place in found.places}) == len(found.places)
    members = {one.offer: one.member for one in line}
    assert len({members[number] for number in seated(found)}) == len(found.places), "a member sits once"


def standing(line: list[Candidate]) -> list[Candidate]:
    """Who stands in line, by the letter of the rule: one a member, without an obstacle."""
    own: dict[int, Candidate] = {}
    for one in sorted(line, key=lambda one: (one.turn, one.offer)):
        if one.obstacle is None:
            own.setdefault(one.member, one)
    return sorted(own.values(), key=lambda one: (one.exposure, draw("a", one.member)))


def keeps_ceilings(chosen: tuple[Candidate, ...], limits: list[Quota]) -> bool:
    counts = counted(chosen)
    return all(quota.at_most is None or counts[quota.by, quota.value] <= quota.at_most for quota in limits)


def counted(chosen: tuple[Candidate, ...]) -> Counter[tuple[By, str]]:
    return Counter(gate for one in chosen for gate in ((By.CATEGORY, one.category), (By.COMMUNE, one.commune)))


def floors_kept(chosen: tuple[Candidate, ...], limits: list[Quota]) -> int:
    """How much of what the quotas ask for at least is there, no gate counted twice or above its ceiling."""
    counts, floors, ceilings = counted(chosen), Counter[tuple[By, str]](), {}
    for quota in limits:
        gate = (quota.by, quota.value)
        floors[gate] = max(floors[gate], quota.at_least)
        if quota.at_most is not None:
            ceilings[gate] = min(ceilings.get(gate, 99), quota.at_most)
    return sum(min(counts[gate], floor, ceilings.get(gate, 99)) for gate, floor in floors.items())


@whole
def test_among_all_ways_to_sit_it_is_the_best_one(
    places: list[Slot], line: list[Candidate], limits: list[Quota]
) -> None:
    """Every other way is tried: it seats fewer, or keeps less of the quotas, or passes over who comes first."""
    stand = standing(line)
    ways = [
        chosen
        for size in range(len(places) + 1)
        for chosen in combinations(stand, size)
        if keeps_ceilings(chosen, limits)
    ]
    best = max(ways, key=lambda way: (len(way), floors_kept(way, limits), [one in way for one in stand]))

    found = propose(places, line, limits, seed="a")

    assert set(seated(found)) == {one.offer for one in best}
    # the quotas are kept whenever they can be, and what could not be met is named
    missing = {(quota.by, quota.value) for quota in limits if counted(best)[quota.by, quota.value] < quota.at_least}
    assert {(unmet.quota.by, unmet.quota.value) for unmet in found.unmet} == missing


@whole
def test_of_those_who_are_placed_the_least_exposed_has_the_heaviest_slot(
    places: list[Slot], line: list[Candidate], limits: list[Quota]
) -> None:
    found = propose(places, line, limits, seed="a")
    exposure = {one.offer: one.exposure for one in line}

    for one, other in combinations(found.places, 2):
        if exposure[one.offer] < exposure[other.offer]:
            assert one.slot.weight >= other.slot.weight


@whole
def test_without_a_quota_nobody_is_passed_over_for_whoever_was_seen_more(
    places: list[Slot], line: list[Candidate], limits: list[Quota]
) -> None:
    found = propose(places, line, seed="a")
    exposure = {one.offer: one.exposure for one in line}
    most = max((exposure[number] for number in seated(found)), default=Fraction())
    weighed = {Code.MORE_EXPOSED, Code.LOST_DRAW} if places else {Code.NO_PLACE}

    left = [one for one in found.left_out if one.reason.code in weighed]
    assert len(left) == len(standing(line)) - len(found.places)
    assert all(exposure[one.offer] >= most for one in left)


@given(slots, candidates(), quotas(), st.integers(1, 8), st.integers(1, 6))
def test_whoever_was_seen_more_never_has_a_better_place_for_it(
    places: list[Slot], line: list[Candidate], limits: list[Quota], who: int, more: int
) -> None:
    def weight_of(found: Selection) -> Fraction:
        return next((place.slot.weight for place in found.places if members[place.offer] == who), Fraction())

    members = {one.offer: one.member for one in line}
    before = propose(places, line, limits, seed="a")
    seen_more = [replace(one, exposure=one.exposure + more) if one.member == who else one for one in line]

    assert weight_of(propose(places, seen_more, limits, seed="a")) <= weight_of(before)


@whole
def test_the_reason_says_what_is_so(places: list[Slot], line: list[Candidate], limits: list[Quota]) -> None:
    found = propose(places, line, limits, seed="a")
    own = {one.offer: one for one in line}
    sits = [own[number] for number in seated(found)]
    turn = {one.offer: number for number, one in enumerate(standing(line))}
    for left in found.left_out:
        one, reason = own[left.offer], left.reason
        match reason.code:
            case Code.CATEGORY_FULL:
                inside = [other for other in sits if other.category == one.category]
                assert len(inside) == reason["at_most"] == min(_ceilings(limits, By.CATEGORY, one.category))
                assert all(turn[other.offer] < turn[one.offer] for other in inside)
            case Code.COMMUNE_FULL:
                inside = [other for other in sits if other.commune == one.commune]
                assert len(inside) == reason["at_most"] == min(_ceilings(limits, By.COMMUNE, one.commune))
            case Code.MORE_EXPOSED:
                assert all(one.exposure > other.exposure for other in sits)
                assert len(sits) == len(places) == reason["places"]
            case Code.LOST_DRAW:
                last = max(sits, key=lambda other: turn[other.offer])
                assert one.exposure == last.exposure
                assert draw("a", one.member) > draw("a", last.member)
            case Code.MADE_ROOM:
                assert limits
            case Code.NO_PLACE:
                assert not places
            case Code.OTHER_OFFER:
                assert own[int(reason["offer"])].member == one.member
            case code:
                assert code in OBSTACLES
                assert one.obstacle == reason


def _ceilings(limits: list[Quota], by: By, value: str) -> list[int]:
    return [one.at_most for one in limits if (one.by, one.value) == (by, value) and one.at_most is not None]


def test_the_least_exposed_has_the_large_place() -> None:
    found = propose([LARGE, SECOND], [offer(1, 30), offer(2, 10), offer(3, 20)], seed="a")

    assert found.places == (
        Place(2, LARGE, Reason.of(Code.LEAST_EXPOSED, rank=1, of=3, exposure=10, median=20)),
        Place(3, SECOND, Reason.of(Code.LEAST_EXPOSED, rank=2, of=3, exposure=20, median=20)),
    )
    assert found.left_out == (LeftOut(1, Reason.of(Code.MORE_EXPOSED, rank=3, of=3, exposure=30, last=20, places=2)),)


def test_a_full_category_is_said_and_an_empty_place_is_better_than_a_broken_quota() -> None:
    quota = Quota(By.CATEGORY, "wine", at_most=1)
    found = propose([LARGE, SECOND], [offer(1, 1), offer(2, 2), offer(3, 3)], [quota], seed="a")

    assert seated(found) == [1]
    assert why(found) == {1: Code.LEAST_EXPOSED, 2: Code.CATEGORY_FULL, 3: Code.CATEGORY_FULL}


def test_who_is_wanted_by_a_quota_goes_first_and_both_learn_why() -> None:
    quota = Quota(By.CATEGORY, "table", at_least=1)
    found = propose([LARGE, SECOND], [offer(1, 1), offer(2, 2), offer(3, 9, "table")], [quota], seed="a")

    assert seated(found) == [1, 3]
    assert why(found) == {1: Code.LEAST_EXPOSED, 2: Code.MADE_ROOM, 3: Code.QUOTA_WANTED}


def test_quotas_that_cannot_all_be_met_are_named_and_the_rest_stands() -> None:
    wanted = [Quota(By.CATEGORY, "wine", at_least=2), Quota(By.CATEGORY, "table", at_least=1)]
    found = propose([LARGE, SECOND], [offer(1, 1), offer(2, 2), offer(3, 9, "table")], wanted, seed="a")

    assert seated(found) == [1, 2]
    assert [(unmet.quota, unmet.got) for unmet in found.unmet] == [(wanted[1], 0)]


def test_of_a_members_own_offers_the_first_in_their_own_order_stands_for_them() -> None:
    found = propose([LARGE, SECOND], [offer(1, member=7, turn=2), offer(2, member=7, turn=1)], seed="a")

    assert seated(found) == [2]
    assert found.left_out == (LeftOut(1, Reason.of(Code.OTHER_OFFER, offer=2)),)


def test_equals_are_drawn_and_the_draw_can_be_made_anew_with_one_line() -> None:
    line = [offer(number, 5) for number in range(1, 6)]
    found = propose([LARGE, SECOND, THIRD], line, seed="noel-2026")

    by_hand = sorted(range(1, 6), key=lambda member: hashlib.sha256(f"noel-2026:{member}".encode()).hexdigest())
    assert seated(found) == by_hand[:3]
    assert {why(found)[number] for number in by_hand[:3]} == {Code.WON_DRAW}
    assert {why(found)[number] for number in by_hand[3:]} == {Code.LOST_DRAW}
    told = subprocess.run(["sha256sum"], input=b"noel-2026:3", capture_output=True, check=True).stdout.decode()
    assert told.split()[0] == draw("noel-2026", 3)
    assert seated(propose([LARGE], line, seed="a")) != seated(propose([LARGE], line, seed="c"))


def test_an_obstacle_is_told_as_it_is() -> None:
    over = Reason.of(Code.OVER, day="2026-12-01")

    assert propose([LARGE], [offer(1, obstacle=over)], seed="a").left_out == (LeftOut(1, over),)


def test_an_offer_is_a_candidate_once_and_no_quota_contradicts_itself() -> None:
    with pytest.raises(ValueError, match="twice"):
        propose([LARGE], [offer(1), offer(1)], seed="a")
    with pytest.raises(ValueError, match="at least 3"):
        Quota(By.CATEGORY, "wine", at_least=3, at_most=2)


def test_a_reason_is_kept_as_json_and_comes_back() -> None:
    reason = Reason.of(Code.CATEGORY_FULL, value="wine", at_most=2, rank=3)

    assert Reason.from_json(reason.to_json()) == reason
    assert reason["value"] == "wine"


def test_who_was_seen_a_little_is_not_said_to_be_unseen() -> None:
    assert [readers(one) for one in (Fraction(), Fraction(1, 3), 0.4, Fraction(7, 2), 231)] == [0, 1, 1, 4, 231]
