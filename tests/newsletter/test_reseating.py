"""Seats of an operation's edition, changed in the composer: with a reason that the member reads, or not at all."""

import pytest

from newsletter import editions, members, reseating, selecting
from newsletter.core.preflight import Severity
from newsletter.models import Edition, Member, Offer, Operation, Override
from tests import make
from tests.make import NOON
from tests.newsletter.test_selecting import DAY, answering, called, placed

pytestmark = pytest.mark.django_db


@pytest.fixture
def drafted() -> tuple[Operation, Edition]:
    row = answering("A", "B", "C", places=2)
    [edition] = selecting.draft_editions(row, by=None, now=NOON + DAY)
    selecting.announce(row, now=NOON + DAY)
    return row, edition


def offer_of(name: str) -> Offer:
    return Offer.objects.get(member__name=name)


def test_nothing_is_taken_out_without_a_word(drafted: tuple[Operation, Edition]) -> None:
    _row, edition = drafted
    first, second = placed(edition)

    with pytest.raises(reseating.WordsOwed) as owed:
        reseating.change(edition, lambda it: editions.remove(it, offer_of(first)), words=" ", by=None, now=NOON + DAY)

    assert [choice.call.member.name for choice in owed.value.choices] == [first]
    assert placed(edition) == [first, second]
    assert not Override.objects.exists()


def test_the_member_reads_why_and_nobody_who_only_moved_up_reads_it(drafted: tuple[Operation, Edition]) -> None:
    row, edition = drafted
    first, second = placed(edition)
    jeanne = make.board_member()

    [said] = reseating.change(
        edition, lambda it: editions.remove(it, offer_of(first)), words="Complet.", by=jeanne, now=NOON + DAY
    )

    assert (said.was, said.became, said.words, said.by) == (1, None, "Complet.", jeanne)
    [outcome] = selecting.outcomes(called(row, first))
    assert (outcome.position, outcome.words, outcome.changed) == (None, "Complet.", False)
    [outcome] = selecting.outcomes(called(row, second))
    assert (outcome.position, outcome.words) == (1, "")
    assert not any(one.silently for one in selecting.standing(row.planned.get()))  # type: ignore[attr-defined]


def test_who_takes_the_large_place_and_who_loses_it_read_the_same_word(drafted: tuple[Operation, Edition]) -> None:
    _row, edition = drafted
    first, second = placed(edition)

    said = reseating.change(
        edition, lambda it: editions.move(it, offer_of(second), position=1), words="Il ouvre.", by=None, now=NOON + DAY
    )

    assert {one.choice.call.member.name: (one.was, one.became) for one in said} == {second: (2, 1), first: (1, 2)}


def test_the_selection_page_too_tells_whoever_loses_the_large_place(drafted: tuple[Operation, Edition]) -> None:
    row, edition = drafted
    first, second = placed(edition)

    selecting.override(row.planned.get(), called(row, second), place=1, words="Il ouvre.", by=None, now=NOON + DAY)

    assert [selecting.outcomes(called(row, name))[0].words for name in (first, second)] == ["Il ouvre.", "Il ouvre."]


def test_an_answer_that_was_left_out_comes_in_with_a_word_and_another_offer_without(
    drafted: tuple[Operation, Edition],
) -> None:
    _row, edition = drafted
    [out] = set("ABC") - set(placed(edition))
    stranger = make.approved(member=make.member("D"))

    with pytest.raises(reseating.WordsOwed):
        reseating.change(edition, lambda it: editions.place(it, offer_of(out)), words="", by=None, now=NOON + DAY)
    assert reseating.change(edition, lambda it: editions.place(it, stranger), words="", by=None, now=NOON + DAY) == []

    assert placed(edition)[-1] == "D"


def test_the_order_among_equal_places_owes_nobody_a_word() -> None:
    row = answering("A", "B", "C", places=3)
    [edition] = selecting.draft_editions(row, by=None, now=NOON + DAY)
    first, second, third = placed(edition)
    order = [offer_of(name).pk for name in (first, third, second)]

    assert reseating.change(edition, lambda it: editions.arrange(it, order), words="", by=None, now=NOON + DAY) == []

    assert placed(edition) == [first, third, second]
    assert [choice.place for choice in selecting.standing(row.planned.get())] == [1, 2, 3]


def test_an_edition_of_no_operation_is_the_boards_own() -> None:
    offer = make.approved()
    edition = make.edition(offer)

    assert reseating.change(edition, lambda it: editions.remove(it, offer), words="", by=None, now=NOON) == []
    assert not edition.placements.exists()


def test_a_member_who_is_suspended_after_the_draft_keeps_the_edition_from_being_locked(
    drafted: tuple[Operation, Edition],
) -> None:
    _row, edition = drafted
    first, _ = placed(edition)
    editions.write(
        edition, subject="Noël", preheader="Chez nous", editorial="", title=edition.title, planned_on=edition.planned_on
    )
    members.suspend(Member.objects.get(name=first), reason="Parti.", now=NOON + DAY)

    with pytest.raises(editions.NotReady) as refused:
        editions.lock(edition, by=None, now=NOON + DAY)

    [finding] = refused.value.findings
    assert (finding.severity, finding.code) == (Severity.BLOCKING, "member_suspended")
    assert "retirez l’offre de l’édition" in finding.sentence("fr")
    reseating.change(
        edition, lambda it: editions.remove(it, offer_of(first)), words="N’est plus membre.", by=None, now=NOON + DAY
    )
    assert editions.lock(edition, by=None, now=NOON + DAY).is_locked
