"""A catalogue's file is counted, confirmed, and taken in once and whole."""

import io
import json
from datetime import date, timedelta
from typing import Any

import pytest

from newsletter import catalogue
from newsletter.catalogue import Counts
from newsletter.core.feed import BadFeed
from newsletter.core.listing import Flaw, Refused
from newsletter.models import CatalogueImport, Listing, Member, StagedListing
from tests import feeds, make
from tests.together import together

pytestmark = pytest.mark.django_db
NOW = make.NOON
LATER = NOW + timedelta(days=7)


def take(file: io.BytesIO, now: Any = NOW, **options: Any) -> Counts:
    return catalogue.take_in(file, name="flux.zip", by=None, now=now, **options)


def numbers(counts: Counts) -> tuple[int, int, int, int, int]:
    return (counts.new, counts.updated, counts.unchanged, counts.stale, counts.refused)


def stale() -> set[str]:
    return set(Listing.objects.exclude(stale_since=None).values_list("name", flat=True))


def test_the_same_file_again_changes_nothing() -> None:
    told = [feeds.poi(1), feeds.poi(2), feeds.market()]
    assert numbers(take(feeds.flux(*told))) == (3, 0, 0, 0, 0)
    before = list(Listing.objects.values())

    assert numbers(take(feeds.flux(*told), LATER)) == (0, 0, 3, 0, 0)
    assert list(Listing.objects.values()) == before


def test_a_feed_made_anew_without_a_new_word_is_unchanged() -> None:
    take(feeds.flux(feeds.poi()))

    assert numbers(take(feeds.flux(feeds.poi(lastUpdateDatatourisme="2026-11-01")), LATER)) == (0, 0, 1, 0, 0)


def test_what_changed_is_told_anew_and_keeps_its_row_and_its_member() -> None:
    take(feeds.flux(feeds.poi()))
    row, mas = Listing.objects.get(), make.member()
    catalogue.become(row, mas)

    counts = take(feeds.flux(feeds.poi(**{"rdfs:label": {"fr": "Auberge neuve"}})), LATER)

    now = Listing.objects.get()
    assert numbers(counts) == (0, 1, 0, 0, 0)
    assert (now.pk, now.name, now.member, now.first_seen_at, now.changed_at) == (
        row.pk,
        "Auberge neuve",
        mas,
        NOW,
        LATER,
    )


def test_what_is_absent_is_stale_and_never_deleted_and_comes_back() -> None:
    take(feeds.flux(feeds.poi(1), feeds.poi(2)))

    assert numbers(take(feeds.flux(feeds.poi(1)), LATER)) == (0, 0, 1, 1, 0)
    assert stale() == {"Auberge du Cyprès 2"}
    assert numbers(take(feeds.flux(feeds.poi(1)), LATER)) == (0, 0, 1, 0, 0)
    assert numbers(take(feeds.flux(feeds.poi(1), feeds.poi(2)), LATER)) == (0, 1, 1, 0, 0)
    assert stale() == set()


def test_what_the_index_names_but_the_archive_lacks_is_refused_and_not_stale() -> None:
    take(feeds.flux(feeds.poi(1), feeds.poi(2)))

    counts = take(feeds.flux(feeds.poi(1), feeds.poi(2), only_listed=True), LATER)

    assert numbers(counts) == (0, 0, 0, 0, 2)
    assert [reason.flaw for reason in counts.reasons] == [Flaw.NOT_THERE] * 2
    assert stale() == set()


def test_two_feeds_of_one_source_leave_each_other_alone() -> None:
    take(feeds.flux(feeds.poi(1)), feed="tables")
    assert numbers(take(feeds.flux(feeds.market()), feed="agenda")) == (1, 0, 0, 0, 0)
    take(feeds.export(feeds.object_()))

    assert numbers(take(feeds.flux(feeds.market(8)), LATER, feed="agenda")) == (1, 0, 0, 1, 0)
    assert stale() == {"Marché des santons"}


def test_a_file_of_changes_makes_stale_only_what_it_says_is_gone() -> None:
    take(feeds.export(feeds.object_(1), feeds.object_(2), feeds.object_(3)))

    counts = take(feeds.export(feeds.object_(4), gone=[2]), LATER, partial=True)

    assert numbers(counts) == (1, 0, 0, 1, 0)
    assert stale() == {"Le Cabanon des Baux 2"}


def test_an_object_that_is_no_longer_published_is_stale() -> None:
    take(feeds.export(feeds.object_(1), feeds.object_(2)))

    counts = take(feeds.export(feeds.object_(1), feeds.object_(2, state="HIDDEN")), LATER)

    assert numbers(counts) == (0, 0, 1, 1, 1)


def test_the_dry_run_says_exactly_what_will_happen_and_writes_nothing() -> None:
    take(feeds.export(feeds.object_(1), feeds.object_(2), feeds.object_(3)))
    file = feeds.export(feeds.object_(1), feeds.object_(2, type="HOTELLERIE"), feeds.object_(4), {"id": 5}, gone=[3])
    rows = list(Listing.objects.values())

    said = catalogue.dry_run(file)

    assert numbers(said) == (1, 1, 1, 1, 1)
    assert said.reasons == (Refused("objets_modifies-5.json", Flaw.NO_NAME, "5"),)
    assert list(Listing.objects.values()) == rows
    assert CatalogueImport.objects.filter(confirmed_at=None).count() == 0
    assert numbers(take(file, LATER)) == numbers(said)


def test_a_file_that_is_read_waits_and_is_taken_in_once() -> None:
    row = catalogue.stage(feeds.flux(feeds.poi()), name="flux.zip", by=None, now=NOW)
    assert (numbers(catalogue.counts_of(row)), Listing.objects.count()) == ((1, 0, 0, 0, 0), 0)

    assert numbers(catalogue.confirm(row, by=None, now=NOW)) == (1, 0, 0, 0, 0)
    assert numbers(catalogue.confirm(row, by=None, now=LATER)) == (1, 0, 0, 0, 0)
    assert Listing.objects.get().changed_at == NOW
    assert not StagedListing.objects.exists()


def test_an_older_file_does_not_undo_a_newer_one() -> None:
    older = catalogue.stage(feeds.flux(feeds.poi(1)), name="a.zip", by=None, now=NOW)
    take(feeds.flux(feeds.poi(1), feeds.poi(2)), LATER)

    with pytest.raises(catalogue.Overtaken):
        catalogue.confirm(older, by=None, now=LATER)
    assert stale() == set()


@pytest.mark.parametrize(
    "file",
    [
        lambda: io.BytesIO(b"[" * 5000),
        lambda: feeds.packed({"index.json": "{"}),
        lambda: feeds.packed({"index.json": "[]", "../x": "{}"}),
        lambda: io.BytesIO(feeds.flux(feeds.poi(3)).getvalue()[:-40]),
    ],
)
def test_a_hostile_file_leaves_nothing_behind(file: Any) -> None:
    take(feeds.flux(feeds.poi(1), feeds.poi(2)))
    before = list(Listing.objects.values())

    with pytest.raises(BadFeed):
        take(file(), LATER)
    assert list(Listing.objects.values()) == before
    assert CatalogueImport.objects.count() == 1
    assert not StagedListing.objects.exists()


def test_what_breaks_in_the_middle_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "BATCH", 2)
    file = feeds.flux(*(feeds.poi(number) for number in range(5)))
    real = catalogue._take

    def broken(batch: Any, *given: Any, **options: Any) -> None:
        real(batch, *given, **options)
        if Listing.objects.count() == 4:
            raise RuntimeError

    monkeypatch.setattr(catalogue, "_take", broken)
    with pytest.raises(RuntimeError):
        take(file)
    assert (Listing.objects.count(), CatalogueImport.objects.count(), StagedListing.objects.count()) == (0, 0, 0)


def test_more_than_may_be_read_at_once_is_refused_whole() -> None:
    with pytest.raises(catalogue.TooMany):
        catalogue.stage(feeds.flux(feeds.poi(1), feeds.poi(2)), name="a", by=None, now=NOW, most=1)
    assert not CatalogueImport.objects.exists()


def test_texts_that_a_database_refuses_are_cleaned_first() -> None:
    told = feeds.object_(nom={"libelleFr": "Cabanon\u0000 \ud800bleu"}, presentation={"descriptifCourt": "\u0000"})
    take(io.BytesIO(json.dumps([told]).encode()))

    assert Listing.objects.get().name == "Cabanon bleu"


def test_the_commune_is_found_by_its_code_or_by_name_and_postcode() -> None:
    baux = make.place("Les Baux-de-Provence", insee="13011", postcodes=["13520"])
    address = {"codePostal": "13520", "commune": {"nom": "Les Baux de Provence"}}
    take(
        feeds.export(
            feeds.object_(1),
            feeds.object_(2, localisation={"adresse": address}),
            feeds.object_(3, localisation={"adresse": {"commune": {"nom": "Atlantide"}}}),
        )
    )

    assert [row.commune for row in Listing.objects.order_by("identifier")] == [baux, baux, None]


def test_an_event_is_over_after_its_last_day_and_a_house_never_is() -> None:
    take(feeds.flux(feeds.poi(), feeds.market()))

    assert Listing.objects.not_over(date(2026, 12, 8)).count() == 2
    assert [row.name for row in Listing.objects.not_over(date(2026, 12, 9))] == ["Auberge du Cyprès 1"]


def test_a_member_that_the_listing_may_be_about_is_found() -> None:
    take(feeds.flux(feeds.poi()))
    named = make.member("AUBERGE DU CYPRÈS 1")
    mailed = make.member(email="Bonjour@cypres.example")
    sited = make.member(website="http://cypres.example/chambres")
    make.member("Auberge du Pin", website="https://lescypres.example")

    assert set(catalogue.like(Listing.objects.get())) == {named, mailed, sited}


def test_a_member_who_leaves_the_rows_parts_from_its_listing() -> None:
    take(feeds.flux(feeds.poi()))
    row = Listing.objects.get()
    catalogue.become(row, make.member())
    Member.objects.all().delete()

    row.refresh_from_db()
    assert row.member is None


def test_a_file_that_nobody_confirms_is_forgotten_after_a_day() -> None:
    catalogue.stage(feeds.flux(feeds.poi()), name="a", by=None, now=NOW)
    kept = catalogue.stage(feeds.flux(feeds.poi()), name="b", by=None, now=LATER)
    take(feeds.flux(feeds.market()))

    assert catalogue.forget_unconfirmed(now=LATER) == 1
    assert CatalogueImport.objects.filter(confirmed_at=None).get() == kept
    assert catalogue.discard(kept) is True
    assert not StagedListing.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_confirm_at_once_take_it_in_once() -> None:
    row = catalogue.stage(feeds.flux(feeds.poi(1), feeds.poi(2)), name="a", by=None, now=NOW)

    def confirming() -> object:
        return catalogue.confirm(CatalogueImport.objects.get(pk=row.pk), by=None, now=NOW)

    assert together(confirming, confirming) == []
    assert Listing.objects.count() == 2
