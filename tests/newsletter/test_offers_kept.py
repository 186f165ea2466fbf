"""A draft is written by several pages at once, and no page overwrites what its writer has not seen."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from newsletter import offers, pictures
from newsletter.core.legal import Remark
from newsletter.core.review import OfferState
from newsletter.models import Offer
from newsletter.models.offer import OfferContent
from tests import make
from tests.make import NOON, TODAY
from tests.newsletter.test_pictures import drawn
from tests.together import together

pytestmark = pytest.mark.django_db


def write(offer: Offer, **how: Any) -> Offer:
    return offers.edit(offer, by=None, now=NOON, **how)


def test_each_change_of_the_words_is_counted_and_a_repetition_is_not() -> None:
    offer = make.offer(title="Avant")

    assert write(offer, title="Après").version == 2
    assert write(offer, title="Après").version == 2
    assert write(offer, price=None, interests=[], title="Après").version == 2


def test_who_writes_on_an_older_version_is_shown_the_newer_one() -> None:
    offer = make.offer(title="Avant")
    write(offer, seen=1, writer="a", title="Le premier")

    with pytest.raises(offers.Diverged) as diverged:
        write(offer, seen=1, writer="b", title="Le second")

    assert (diverged.value.offer.title, diverged.value.offer.version) == ("Le premier", 2)
    assert Offer.objects.get().title == "Le premier"
    assert write(offer, seen=2, writer="b", title="Le second").version == 3


def test_a_page_whose_own_answer_was_lost_goes_on() -> None:
    offer = make.offer(title="Avant")
    write(offer, seen=1, writer="a", title="Un mot")

    assert write(offer, seen=1, writer="a", title="Un mot de plus").version == 3


def test_saying_what_stands_there_overwrites_nobody() -> None:
    offer = make.offer(title="Avant")
    write(offer, seen=1, writer="a", title="Le même")

    assert write(offer, seen=1, writer="b", title="Le même").version == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_pages_that_write_at_once_one_is_kept_and_the_other_told() -> None:
    offer = make.offer(title="Avant")

    [told] = together(*[lambda name=name: write(offer, seen=1, writer=name, title=name) for name in ("a", "b")])

    kept = Offer.objects.get()
    assert isinstance(told, offers.Diverged)
    assert told.offer.title == kept.title
    assert kept.version == 2


@pytest.mark.django_db(transaction=True)
def test_a_page_that_begins_twice_begins_one_offer() -> None:
    member, name = make.member(), uuid4()

    assert together(*[lambda: offers.draft(member, by=None, now=NOON, begun_as=name, title="Un")] * 2) == []
    offers.draft(member, by=None, now=NOON, begun_as=name, title="Un, deux")

    assert Offer.objects.get().title == "Un, deux"
    assert offers.draft(make.member(), by=None, now=NOON, begun_as=name).pk != Offer.objects.earliest("pk").pk


def hung(offer: Offer, name: str, instead_of: str = "") -> Offer:
    return offers.picture(offer, name, by=None, now=NOON, instead_of=instead_of)


def test_a_picture_is_hung_once_and_its_rights_are_its_own() -> None:
    first, second = pictures.take(drawn((300, 200))), pictures.take(drawn((200, 300)))
    offer = hung(make.offer(), first)
    write(offer, image_rights=True, focus_x=10, focus_y=90)
    before = Offer.objects.get()
    assert (before.image_rights_at, before.focus_x) == (NOON, 10)

    assert hung(offer, first).image_rights_at == NOON, "asked again it changes nothing"
    with pytest.raises(offers.OtherPicture):
        hung(offer, second)
    assert Offer.objects.get().image.name == first

    after = hung(offer, second, instead_of=first)
    assert (after.image_rights_at, after.focus_x, after.focus_y) == (None, 50, 40)
    assert (after.image_width, after.image_height) == (200, 300)
    assert default_storage.exists(first), "an edition may still show it"


def test_rights_are_dated_by_the_first_yes_and_end_with_it() -> None:
    offer = hung(make.offer(), pictures.take(drawn()))
    later = NOON + timedelta(days=1)

    assert write(offer, image_rights=True).image_rights_at == NOON
    assert offers.edit(offer, by=None, now=later, image_rights=True).image_rights_at == NOON
    assert write(offer, image_rights=False).image_rights_at is None
    assert write(make.offer(), image_rights=True).image_rights_at is None, "there is nothing to have rights to"


@pytest.mark.parametrize(
    "state", [state for state in OfferState if state not in (OfferState.DRAFT, OfferState.CHANGES_REQUESTED)]
)
def test_what_is_not_on_its_members_desk_takes_neither_words_nor_pictures(state: OfferState) -> None:
    offer = make.offer(state)

    with pytest.raises(offers.NotEditable):
        write(offer, title="Autre")
    with pytest.raises(offers.NotEditable):
        hung(offer, pictures.take(drawn()))


def test_last_years_offer_comes_back_with_this_years_dates() -> None:
    old = make.offer(
        OfferState.EXPIRED,
        valid_from=date(2025, 12, 1),
        valid_until=date(2026, 1, 6),
        price_kind="fixed",
        price=Decimal(12),
        price_was=Decimal(15),
        price_lowest=Decimal(15),
        stock=12,
        title_en="New oil",
        access=["step_free"],
        image=pictures.take(drawn()),
        image_rights_at=NOON,
        focus_y=80,
    )

    new = offers.copy(old, by=None, now=NOON)

    kept = [field.name for field in OfferContent._meta.fields]
    changed = {name for name in kept if getattr(new, name) != getattr(old, name)}
    assert changed == {"valid_from", "valid_until", "price_was", "price_lowest", "stock", "image_rights_at"}
    assert (new.valid_from, new.valid_until) == (date(2026, 12, 1), date(2027, 1, 6))
    assert (new.state, new.pk != old.pk, new.member) == (OfferState.DRAFT, True, old.member)
    new.refresh_from_db()
    assert (new.image.name, new.image_width) == (old.image.name, 300)


def test_an_invited_draft_is_filled_only_while_nobody_has_typed() -> None:
    old = make.approved(title="Autrefois")
    empty = make.offer(member=old.member, title="", text="")

    assert offers.copy(old, by=None, now=NOON, into=empty).title == "Autrefois"
    assert Offer.objects.get(pk=empty.pk).title == "Autrefois"
    for refused in (
        empty,
        make.offer(title="", text=""),
        make.offer(OfferState.WITHDRAWN, member=old.member, title="", text=""),
    ):
        with pytest.raises(offers.NotEditable):
            offers.copy(old, by=None, now=NOON, into=refused)


def test_what_may_be_said_again_was_said_once_to_the_board() -> None:
    member = make.member()
    make.offer(member=member, title="Jamais montrée")
    over = make.offer(
        OfferState.EXPIRED, member=member, title="Passée", valid_until=TODAY - timedelta(days=300), valid_from=None
    )
    accepted = make.approved(member=member, title="Acceptée")
    make.approved()

    assert offers.past(member) == [accepted, over]
    assert offers.past(member, other_than=over) == [accepted]


@pytest.mark.parametrize(
    "lies",
    [
        {"price_was": Decimal(15)},
        {"price_was": Decimal(15), "price_lowest": Decimal(14)},
        {"price_was": Decimal(12), "price_lowest": Decimal(12)},
    ],
)
def test_the_database_holds_no_unlawful_struck_price_before_the_board(lies: dict[str, Any]) -> None:
    price = {"price_kind": "fixed", "price": Decimal(12), "price_unit": "person"}
    assert make.offer(**price, **lies).pk, "a draft may still be wrong"
    with pytest.raises(IntegrityError), transaction.atomic():
        make.offer(OfferState.SUBMITTED, **price, **lies)
    whole = {"link": "https://moulin.example", "interests": ["olive"]}
    with pytest.raises(offers.Incomplete):
        offers.submit(make.offer(**price, **lies, **whole), by=None, now=NOON)


def test_the_next_letter_is_what_an_offers_end_is_measured_by() -> None:
    make.edition(planned_on=TODAY + timedelta(days=10))
    make.edition(planned_on=TODAY + timedelta(days=30))
    make.locked_edition(planned_on=TODAY + timedelta(days=2))

    def said(days: int) -> list[Remark]:
        return offers.remarks(make.offer(valid_until=TODAY + timedelta(days=days)), today=TODAY)

    assert said(9) == [Remark.OVER_BEFORE]
    assert said(10) == []
