from collections.abc import Callable
from datetime import timedelta

import pytest

from newsletter import contents, editions
from newsletter.core.review import OfferState
from newsletter.models import Edition, Offer
from tests import make
from tests.make import NOON, SENDING_DAY
from tests.together import together

pytestmark = pytest.mark.django_db


def order(edition: Edition) -> list[int]:
    return list(edition.placements.order_by("position").values_list("offer_id", flat=True))


def positions(edition: Edition) -> list[int]:
    return list(edition.placements.order_by("position").values_list("position", flat=True))


def test_two_editions_of_one_title_have_two_addresses() -> None:
    letter, jeanne = make.newsletter(), make.board_member()

    slugs = [
        editions.open_edition(letter, title="Fêtes", planned_on=SENDING_DAY, by=jeanne, now=NOON).slug for _ in range(3)
    ]

    assert slugs == ["fetes", "fetes-2", "fetes-3"]


def test_a_title_without_letters_still_has_an_address_and_a_long_one_fits() -> None:
    letter = make.newsletter()

    def slug(title: str) -> str:
        return editions.open_edition(letter, title=title, planned_on=SENDING_DAY, by=None, now=NOON).slug

    assert slug("★★★") == "edition"
    assert len(slug("Marché de Noël " * 6)) <= 80


def test_an_edition_bears_the_time_it_was_told() -> None:
    edition = editions.open_edition(make.newsletter(), title="Fêtes", planned_on=SENDING_DAY, by=None, now=NOON)

    assert Edition.objects.get(pk=edition.pk).created_at == NOON


def test_what_the_board_writes_stands_in_the_edition() -> None:
    edition = make.edition()

    editions.write(edition, subject="S", preheader="P", editorial="E", title="T", planned_on=SENDING_DAY + timedelta(1))

    stored = Edition.objects.get(pk=edition.pk)
    assert (stored.subject, stored.preheader, stored.editorial, stored.title, stored.planned_on) == (
        "S",
        "P",
        "E",
        "T",
        SENDING_DAY + timedelta(1),
    )


def test_an_offer_is_placed_last_unless_said_otherwise() -> None:
    one, two, three = make.approved(), make.approved(), make.approved()
    edition = make.edition()

    editions.place(edition, one)
    editions.place(edition, two)
    first = editions.place(edition, three, position=1)

    assert order(edition) == [three.pk, one.pk, two.pk]
    assert (first.position, positions(edition)) == (1, [1, 2, 3])


def test_a_seat_is_bound_to_the_newest_approved_revision() -> None:
    offer = make.approved()
    newest = make.revision(offer, title="Deuxième pressée")

    assert editions.place(make.edition(), offer).revision == newest


@pytest.mark.parametrize("state", [state for state in OfferState if state is not OfferState.APPROVED])
def test_only_an_approved_offer_is_placed(state: OfferState) -> None:
    offer, edition = make.offer(state), make.edition()

    with pytest.raises(editions.OfferNotApproved):
        editions.place(edition, offer)

    assert order(edition) == []


def test_an_offer_that_was_taken_back_a_moment_ago_is_not_placed() -> None:
    offer = make.approved()
    Offer.objects.filter(pk=offer.pk).update(state=OfferState.DRAFT)

    with pytest.raises(editions.OfferNotApproved):
        editions.place(make.edition(), offer)


def test_an_offer_must_last_until_the_planned_day_and_may_start_after_it() -> None:
    over = make.approved(valid_until=SENDING_DAY - timedelta(days=1))
    last_day = make.approved(valid_until=SENDING_DAY)
    later = make.approved(valid_from=SENDING_DAY + timedelta(9), valid_until=SENDING_DAY + timedelta(20))
    edition = make.edition()

    with pytest.raises(editions.OfferOver):
        editions.place(edition, over)
    editions.place(edition, last_day)
    editions.place(edition, later)

    assert order(edition) == [last_day.pk, later.pk]


def test_an_offer_has_one_seat_in_an_edition_and_may_sit_in_another() -> None:
    offer = make.approved()
    edition = make.edition(offer)

    with pytest.raises(editions.AlreadyPlaced):
        editions.place(edition, offer)
    editions.place(make.edition(), offer)


@pytest.mark.parametrize(("position", "expected"), [(1, "cab"), (2, "acb"), (3, "abc"), (99, "abc"), (-4, "cab")])
def test_moving_past_an_end_means_to_the_end(position: int, expected: str) -> None:
    a, b, c = make.approved(), make.approved(), make.approved()
    edition = make.edition(a, b, c)

    editions.move(edition, c, position=position)

    names = {a.pk: "a", b.pk: "b", c.pk: "c"}
    assert "".join(names[pk] for pk in order(edition)) == expected
    assert positions(edition) == [1, 2, 3]


def test_what_is_not_placed_cannot_be_moved_or_refreshed() -> None:
    edition, offer = make.edition(), make.approved()

    with pytest.raises(editions.NotPlaced):
        editions.move(edition, offer, position=1)
    with pytest.raises(editions.NotPlaced):
        editions.refresh(edition, offer)


def test_a_whole_order_is_taken_at_once() -> None:
    a, b, c = make.approved(), make.approved(), make.approved()
    edition = make.edition(a, b, c)

    editions.arrange(edition, [c.pk, a.pk, b.pk])

    assert order(edition) == [c.pk, a.pk, b.pk]


def test_an_order_from_an_older_page_is_refused_whole() -> None:
    a, b, stranger = make.approved(), make.approved(), make.approved()
    edition = make.edition(a, b)

    for wrong in ([], [a.pk], [b.pk, a.pk, stranger.pk], [a.pk, a.pk], [b.pk, stranger.pk]):
        with pytest.raises(editions.OrderOutOfStep):
            editions.arrange(edition, wrong)

    assert order(edition) == [a.pk, b.pk]


def test_the_others_close_up_when_one_is_removed_and_removing_twice_is_once() -> None:
    a, b, c = make.approved(), make.approved(), make.approved()
    edition = make.edition(a, b, c)

    editions.remove(edition, b)
    editions.remove(edition, b)

    assert (order(edition), positions(edition)) == ([a.pk, c.pk], [1, 2])


def test_a_placed_offer_prints_its_newer_words_only_when_refreshed() -> None:
    offer = make.approved(title="Huile nouvelle")
    edition = make.edition(offer)
    make.revision(offer, title="Huile d’hiver")

    before = [card.title for card in contents.content_of(edition).offers()]
    editions.refresh(edition, offer)

    assert before == ["Huile nouvelle"]
    assert [card.title for card in contents.content_of(edition).offers()] == ["Huile d’hiver"]


def test_locking_keeps_who_when_and_the_hash_of_all_it_says() -> None:
    jeanne, edition = make.board_member(), make.edition(make.approved())

    editions.lock(edition, by=jeanne, now=NOON)

    stored = Edition.objects.get(pk=edition.pk)
    assert (stored.locked_by, stored.locked_at) == (jeanne, NOON)
    assert stored.content_hash == contents.content_of(stored).fingerprint() != ""


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"subject": " "}, "subject_empty"),
        ({"subject": "Bonjour {prnom}"}, "unknown_merge_field"),
        ({"preheader": "{{ saison }} en Alpilles"}, "unknown_merge_field"),
        ({"editorial": "Cher %%ami%%"}, "unknown_merge_field"),
    ],
)
def test_what_readers_should_not_see_blocks_locking(fields: dict[str, str], code: str) -> None:
    edition = make.edition(make.approved(), **fields)

    with pytest.raises(editions.NotReady) as refused:
        editions.lock(edition, by=None, now=NOON)

    assert [finding.code for finding in refused.value.findings] == [code]
    assert not Edition.objects.get(pk=edition.pk).is_locked


def test_an_edition_without_offers_is_not_locked() -> None:
    with pytest.raises(editions.NotReady) as refused:
        editions.lock(make.edition(), by=None, now=NOON)

    assert [finding.code for finding in refused.value.findings] == ["no_offers"]


@pytest.mark.parametrize("state", [OfferState.WITHDRAWN, OfferState.EXPIRED])
def test_an_offer_that_went_away_since_it_was_placed_blocks_locking(state: OfferState) -> None:
    offer = make.approved()
    edition = make.edition(offer)
    Offer.objects.filter(pk=offer.pk).update(state=state)

    with pytest.raises(editions.NotReady):
        editions.lock(edition, by=None, now=NOON)


def test_an_offer_that_its_member_is_rewriting_still_goes_out_as_approved() -> None:
    offer = make.approved(title="Huile nouvelle")
    edition = make.edition(offer)
    Offer.objects.filter(pk=offer.pk).update(state=OfferState.DRAFT, title="En travaux")

    editions.lock(edition, by=None, now=NOON)

    assert [card.title for card in contents.content_of(edition).offers()] == ["Huile nouvelle"]


WRITES: list[Callable[[Edition, Offer], object]] = [
    lambda edition, offer: editions.place(edition, make.approved()),
    lambda edition, offer: editions.move(edition, offer, position=1),
    lambda edition, offer: editions.arrange(edition, [offer.pk]),
    lambda edition, offer: editions.remove(edition, offer),
    lambda edition, offer: editions.refresh(edition, offer),
    lambda edition, offer: editions.lock(edition, by=None, now=NOON),
    lambda edition, offer: editions.write(
        edition, subject="x", preheader="", editorial="", title="x", planned_on=SENDING_DAY
    ),
]


@pytest.mark.parametrize("write", WRITES)
def test_nothing_in_a_locked_edition_changes(write: Callable[[Edition, Offer], object]) -> None:
    offer = make.approved()
    edition = make.locked_edition(offer)
    stale = Edition.objects.get(pk=edition.pk)
    stale.locked_at = None  # a page that was opened before

    with pytest.raises(editions.EditionLocked):
        write(stale, offer)

    assert order(edition) == [offer.pk]


def test_a_reopened_edition_is_written_again() -> None:
    edition = make.locked_edition()

    editions.reopen(edition, by=None, now=NOON)

    assert not Edition.objects.get(pk=edition.pk).is_locked
    with pytest.raises(editions.EditionOpen):
        editions.reopen(edition, by=None, now=NOON)


@pytest.fixture
def _guards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editions, "_reopening_guards", [])


@pytest.mark.usefixtures("_guards")
def test_the_wing_that_sends_may_forbid_reopening_and_says_why() -> None:
    held, free = make.locked_edition(), make.locked_edition()
    editions.guard_reopening(lambda edition: "L’envoi a commencé." if edition == held else None)

    with pytest.raises(editions.ReopeningForbidden) as refused:
        editions.reopen(held, by=None, now=NOON)
    editions.reopen(free, by=None, now=NOON)

    assert refused.value.why == "L’envoi a commencé."
    assert Edition.objects.get(pk=held.pk).is_locked


@pytest.mark.django_db(transaction=True)
def test_people_who_place_at_the_same_moment_lose_no_seat() -> None:
    edition, offers = make.edition(), [make.approved() for _ in range(6)]

    def placing(offer: Offer) -> Callable[[], object]:
        return lambda: editions.place(Edition.objects.get(pk=edition.pk), offer, position=1)

    assert together(*map(placing, offers)) == []
    assert sorted(order(edition)) == sorted(offer.pk for offer in offers)
    assert positions(edition) == [1, 2, 3, 4, 5, 6]


@pytest.mark.django_db(transaction=True)
def test_one_arranges_while_another_places_and_removes() -> None:
    a, b, c, d = (make.approved() for _ in range(4))
    edition = make.edition(a, b, c)

    def mine() -> Edition:
        return Edition.objects.get(pk=edition.pk)

    raised = together(
        lambda: editions.arrange(mine(), [c.pk, b.pk, a.pk]),
        lambda: editions.place(mine(), d),
        lambda: editions.move(mine(), b, position=3),
    )

    # the order may have come from a page without the newcomer: refused whole, never half taken
    assert all(isinstance(error, editions.OrderOutOfStep) for error in raised)
    assert sorted(order(edition)) == sorted([a.pk, b.pk, c.pk, d.pk])
    assert positions(edition) == [1, 2, 3, 4]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_place_the_same_offer_one_is_told() -> None:
    edition, offer = make.edition(), make.approved()

    def placing() -> object:
        return editions.place(Edition.objects.get(pk=edition.pk), offer)

    assert [type(error) for error in together(placing, placing)] == [editions.AlreadyPlaced]
    assert order(edition) == [offer.pk]
