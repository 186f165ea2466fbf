"""From answers to places: the rule proposes, the board overrides with a word, the edition is drafted once."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from newsletter import calls, editions, offers, operation_words, selecting
from newsletter.core import exposure
from newsletter.core.exposure import Record, Standings
from newsletter.core.interests import Category
from newsletter.core.operation import Bar, NoticeKind
from newsletter.core.review import OfferState
from newsletter.models import Call, Choice, Edition, Member, Notice, Operation, Override, Placement, PlannedEdition
from tests import make
from tests.make import NOON
from tests.together import together

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def answering(*names: str, places: int = 2, state: OfferState = OfferState.APPROVED, **fields: object) -> Operation:
    """A call that is closed, to which these members have answered."""
    members = [make.member(name) for name in names]
    row = make.calling(places=places, **fields)  # type: ignore[arg-type]
    for member in members:
        make.answered(make.call_of(row, member), state, title=f"Chez {member.name}")
    calls.close(row, by=None, now=NOON + DAY)
    return row


def called(row: Operation, name: str) -> Call:
    return make.call_of(row, Member.objects.get(name=name))


def placed(edition: Edition) -> list[str]:
    return [seat.offer.member.name for seat in edition.placements.select_related("offer__member")]


def told(planned: PlannedEdition) -> dict[str, tuple[int | None, str]]:
    rows = planned.choices.select_related("call__member")
    return {row.call.member.name: (row.place, row.reason) for row in rows}


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How much each member was seen, by name; whoever is not named was never seen."""
    known: dict[str, int] = {}

    def standings(*, now: object) -> Standings:
        """Everyone with this much for one letter; the rule then compares nothing but these numbers."""
        rows = Member.objects.values_list("pk", "name")
        return exposure.standings({pk: Record(Fraction(known.get(name, 0)), 1) for pk, name in rows}, letters=1)

    monkeypatch.setattr(selecting.visibility, "standings", standings)
    return known


def test_the_least_seen_are_placed_and_everyone_has_a_reason(seen: dict[str, int]) -> None:
    seen |= {"Souvent": 900, "Parfois": 300, "Jamais": 0}
    row = answering("Souvent", "Parfois", "Jamais")

    [edition] = selecting.draft_editions(row, by=None, now=NOON + DAY)

    assert placed(edition) == ["Jamais", "Parfois"]
    assert told(row.planned.get()) == {
        "Jamais": (1, "least_exposed"),
        "Parfois": (2, "least_exposed"),
        "Souvent": (None, "more_exposed"),
    }
    assert (row.state, edition.is_locked, edition.planned_on) == ("composed", False, date(2026, 12, 10))


def test_what_cannot_be_placed_is_left_out_with_what_stands_in_its_way() -> None:
    names = ("Bon", "Relire", "Revoir", "Non", "Parti", "Tard", "Fini", "Hors")
    for name in names:
        make.member(name)
    make.member("Muet")
    row = make.calling(places=9)
    one = {name: called(row, name) for name in names}
    make.answered(one["Bon"])
    make.answered(one["Relire"], OfferState.SUBMITTED)
    make.answered(one["Revoir"], OfferState.CHANGES_REQUESTED)
    make.answered(one["Non"], OfferState.DECLINED)
    make.answered(one["Parti"])
    make.answered(one["Tard"], at=NOON + 2 * DAY)
    make.answered(one["Fini"], valid_until=date(2026, 12, 9))
    make.answered(one["Hors"], valid_from=date(2027, 1, 7), valid_until=date(2027, 2, 1))
    Member.objects.filter(name="Parti").update(is_active=False)
    calls.close(row, by=None, now=NOON + DAY)

    selecting.draft_editions(row, by=None, now=NOON + DAY)

    assert {name: reason for name, (_, reason) in told(row.planned.get()).items()} == {
        "Bon": "least_exposed",
        "Relire": Bar.UNREAD,
        "Revoir": Bar.TO_CHANGE,
        "Non": Bar.NOT_APPROVED,
        "Parti": Bar.LEFT,
        "Tard": Bar.LATE,
        "Fini": Bar.OVER,
        "Hors": Bar.OUTSIDE,
        "Muet": Bar.NOT_SENT,
    }


def test_a_preview_writes_nothing_and_the_draft_is_what_it_showed() -> None:
    row = answering("A", "B", "C")
    shown = [
        (seat.asked.call.pk, seat.place, seat.reason)
        for _, seats in selecting.preview(row, now=NOON + DAY)
        for seat in seats
    ]
    assert not Choice.objects.exists()

    selecting.draft_editions(row, by=None, now=NOON + DAY)

    assert sorted(shown) == sorted(Choice.objects.values_list("call", "place", "reason"))


def test_drafting_twice_drafts_once() -> None:
    row = answering("A")

    once = selecting.draft_editions(row, by=None, now=NOON + DAY)
    again = selecting.draft_editions(row, by=None, now=NOON + 2 * DAY)

    assert once == again
    assert (Edition.objects.count(), Choice.objects.count(), row.moves.filter(step="compose").count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_the_clock_and_two_of_the_board_draft_it_once() -> None:
    row = answering("A", "B")

    raised = together(
        *[lambda: selecting.draft_editions(Operation.objects.get(pk=row.pk), by=None, now=NOON + DAY)] * 3
    )

    assert raised == []
    assert Edition.objects.count() == 1


def test_quotas_hold_over_all_editions_of_the_operation() -> None:
    for n in range(4):
        make.member(f"Table {n}", category=Category.RESTAURANT)
        make.member(f"Guide {n}", category=Category.GUIDE)
    row = make.calling(
        places=2,
        send_on=(date(2026, 12, 10), date(2026, 12, 15)),
        wanted={Category.RESTAURANT: (0, 1), Category.GUIDE: (2, None)},
    )
    for one in row.calls.select_related("member"):
        make.answered(one)
    calls.close(row, by=None, now=NOON + DAY)

    drafted = selecting.draft_editions(row, by=None, now=NOON + DAY)

    seats = [seat.offer.member for edition in drafted for seat in edition.placements.select_related("offer__member")]
    assert len(seats) == 4
    assert len({member.pk for member in seats}) == 4, "nobody twice in one operation"
    assert sum(member.category == Category.RESTAURANT for member in seats) <= 1
    elsewhere = Choice.objects.filter(planned__send_on=date(2026, 12, 15), reason=Bar.ELSEWHERE)
    assert elsewhere.count() == 2


def test_a_commune_has_its_share_like_a_category_and_both_sides_read_why(seen: dict[str, int]) -> None:
    arles, mouries = make.place("Arles", insee="13004"), make.place("Mouriès", insee="13065")
    for n, commune in enumerate((arles, arles, mouries, mouries)):
        seen[make.member(f"{commune} {n}", commune=commune).name] = n
    row = make.calling(places=3, wanted={arles: (0, 1), mouries: (2, None)})
    for one in row.calls.select_related("member"):
        make.answered(one)
    calls.close(row, by=None, now=NOON + DAY)

    [(planned, _)] = selecting.preview(row, now=NOON + DAY)
    [edition] = selecting.draft_editions(row, by=None, now=NOON + DAY)

    assert placed(edition) == ["Arles 0", "Mouriès 2", "Mouriès 3"]
    [full] = planned.choices.filter(place=None)
    assert (full.call.member.name, full.reason, full.facts["value"]) == ("Arles 1", "commune_full", "Arles")
    assert "Commune complète (Arles, 1 au plus" in operation_words.reason(full.reason, full.facts)


def test_a_share_of_a_commune_holds_over_all_editions_of_the_operation() -> None:
    arles = make.place("Arles", insee="13004")
    for n in range(3):
        make.member(f"A {n}", commune=arles)
    row = make.calling(places=2, send_on=(date(2026, 12, 10), date(2026, 12, 15)), wanted={arles: (0, 2)})
    for one in row.calls.select_related("member"):
        make.answered(one)
    calls.close(row, by=None, now=NOON + DAY)

    drafted = selecting.draft_editions(row, by=None, now=NOON + DAY)

    assert sum(edition.placements.count() for edition in drafted) == 2


def test_the_board_decides_otherwise_before_the_draft_and_the_rule_fills_the_rest(seen: dict[str, int]) -> None:
    seen |= {"Premier": 0, "Second": 1, "Dernier": 99}
    row = answering("Premier", "Second", "Dernier")
    planned, jeanne = row.planned.get(), make.board_member()

    said = selecting.override(planned, called(row, "Dernier"), place=1, words="Sa fête.", by=jeanne, now=NOON + DAY)
    selecting.override(planned, called(row, "Premier"), place=None, words="Il ferme.", by=jeanne, now=NOON + DAY)
    [edition] = selecting.draft_editions(row, by=None, now=NOON + DAY)

    assert placed(edition) == ["Dernier", "Second"]
    assert (said.was, said.became, said.words, said.by) == (None, 1, "Sa fête.", jeanne)
    assert told(planned)["Dernier"] == (1, "more_exposed"), "what the rule had said stays beside it"


def test_the_board_decides_otherwise_after_the_draft_and_the_edition_follows() -> None:
    row = answering("A", "B", "C", places=2)
    [edition] = selecting.draft_editions(row, by=None, now=NOON + DAY)
    planned = row.planned.get()
    [out] = set("ABC") - set(placed(edition))
    first = placed(edition)[0]

    selecting.override(planned, called(row, out), place=1, words="Elle ouvre.", by=None, now=NOON + DAY)
    selecting.override(planned, called(row, first), place=None, words="Complet.", by=None, now=NOON + DAY)

    assert placed(edition)[0] == out
    assert first not in placed(edition)
    assert {name: place for name, (place, _) in told(planned).items() if place} == {
        name: n for n, name in enumerate(placed(edition), start=1)
    }


def test_an_override_says_why_and_places_nothing_that_is_not_there() -> None:
    row = answering("A", "B")
    make.answered(called(row, "B"), OfferState.SUBMITTED)
    planned = row.planned.get()

    with pytest.raises(selecting.WordsRequired):
        selecting.override(planned, called(row, "A"), place=None, words=" ", by=None, now=NOON + DAY)
    with pytest.raises(selecting.CannotPlace) as wrong:
        selecting.override(planned, called(row, "B"), place=1, words="Vite.", by=None, now=NOON + DAY)
    assert wrong.value.why is Bar.UNREAD
    assert not Override.objects.exists()


def test_the_board_may_place_what_came_late() -> None:
    make.member("Tard")
    row = make.calling()
    make.answered(called(row, "Tard"), at=NOON + 2 * DAY)
    calls.close(row, by=None, now=NOON + DAY)

    selecting.override(row.planned.get(), called(row, "Tard"), place=1, words="La neige.", by=None, now=NOON + 3 * DAY)
    [edition] = selecting.draft_editions(row, by=None, now=NOON + 3 * DAY)

    # the rule bars what is late; the board's word goes before it
    assert placed(edition) == ["Tard"]


@pytest.mark.parametrize("state", ["calling", "closed", "cancelled"])
def test_places_are_not_decided_while_the_call_runs_or_when_all_is_over(state: str) -> None:
    row = answering("A")
    Operation.objects.filter(pk=row.pk).update(state=state)

    with pytest.raises(selecting.NotSelecting):
        selecting.override(row.planned.get(), called(row, "A"), place=None, words="Non.", by=None, now=NOON + DAY)


def test_a_locked_edition_keeps_its_places() -> None:
    row = answering("A")
    [edition] = selecting.draft_editions(row, by=None, now=NOON + DAY)
    editions.write(
        edition, subject="Noël", preheader="Chez nous", editorial="", title=edition.title, planned_on=edition.planned_on
    )
    editions.lock(edition, by=None, now=NOON + DAY)

    with pytest.raises(selecting.NotSelecting):
        selecting.override(row.planned.get(), called(row, "A"), place=None, words="Non.", by=None, now=NOON + DAY)
    assert not Override.objects.exists()


def test_an_override_is_never_rewritten() -> None:
    row = answering("A")
    selecting.override(row.planned.get(), called(row, "A"), place=None, words="Non.", by=None, now=NOON + DAY)

    with pytest.raises(DatabaseError, match="what was said remains"), transaction.atomic():
        Override.objects.update(words="Oui.")


def test_members_read_where_they_stand_once_the_board_has_said_so() -> None:
    row = answering("A", "B", places=1)
    [edition] = selecting.draft_editions(row, by=None, now=NOON + DAY)
    assert [selecting.outcomes(called(row, name)) for name in "AB"] == [[], []]

    assert selecting.announce(row, now=NOON + DAY) == 2
    assert selecting.announce(row, now=NOON + 2 * DAY) == 0

    positions = {name: selecting.outcomes(called(row, name))[0].position for name in "AB"}
    assert sorted(positions.values(), key=str) == [1, None]
    assert positions[placed(edition)[0]] == 1
    assert Notice.objects.filter(kind=NoticeKind.OUTCOME).count() == 2


def test_who_said_nothing_is_not_told_where_they_stand() -> None:
    make.member("Muet")
    row = answering("A")
    selecting.draft_editions(row, by=None, now=NOON + DAY)

    assert selecting.announce(row, now=NOON + DAY) == 1


def test_the_member_reads_the_reason_that_the_board_typed() -> None:
    row = answering("A")
    selecting.draft_editions(row, by=None, now=NOON + DAY)
    selecting.override(row.planned.get(), called(row, "A"), place=None, words="Vous fermez.", by=None, now=NOON + DAY)
    selecting.announce(row, now=NOON + DAY)

    [outcome] = selecting.outcomes(called(row, "A"))
    assert (outcome.position, outcome.words, outcome.changed) == (None, "Vous fermez.", False)


def test_what_the_composer_changed_without_a_word_is_seen() -> None:
    row = answering("A")
    [edition] = selecting.draft_editions(row, by=None, now=NOON + DAY)
    editions.remove(edition, called(row, "A").offer)
    selecting.announce(row, now=NOON + DAY)

    [outcome] = selecting.outcomes(called(row, "A"))
    [standing] = selecting.standing(row.planned.get())
    assert (outcome.position, outcome.changed) == (None, True)
    assert standing.silently  # type: ignore[attr-defined]


def test_a_member_who_takes_the_offer_back_in_the_middle_is_not_placed() -> None:
    row = answering("A", "B")
    offers.withdraw(called(row, "A").offer, by=None, now=NOON + DAY)

    [edition] = selecting.draft_editions(row, by=None, now=NOON + DAY)

    assert placed(edition) == ["B"]
    assert told(row.planned.get())["A"] == (None, Bar.NOT_APPROVED)


def test_an_operation_that_nobody_answered_has_an_empty_edition() -> None:
    make.member("Muet")
    row = make.calling()
    calls.close(row, by=None, now=NOON + DAY)

    [edition] = selecting.draft_editions(row, by=None, now=NOON + DAY)

    assert not Placement.objects.filter(edition=edition).exists()


def test_a_preview_costs_the_same_for_two_answers_and_for_eight() -> None:
    few, many = answering("A", "B"), answering(*"CDEFGH")

    def cost(row: Operation) -> int:
        with CaptureQueriesContext(connection) as asked:
            selecting.preview(row, now=NOON + DAY)
        return len(asked)

    assert cost(few) == cost(many)
