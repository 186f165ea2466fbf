"""The board uploads a catalogue, sees what it brings, confirms it, and makes something of a listing."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from newsletter import catalogue, catalogue_forms
from newsletter.models import CatalogueImport, Edition, Listing, Member, User
from newsletter.views.board import catalogue as views
from tests import feeds, make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("board")]


def upload(client: Client, file: io.BytesIO, **said: Any) -> Any:
    sent = SimpleUploadedFile("flux.zip", file.getvalue())
    return client.post(reverse("board:catalogue-new"), {"file": sent, **said}, follow=True)


def taken(*told: dict[str, Any]) -> Listing:
    catalogue.take_in(feeds.flux(*told), name="flux.zip", by=None, now=make.NOON)
    return Listing.objects.latest("pk")


def test_a_file_is_counted_first_and_taken_in_when_it_is_confirmed(client: Client, board: User) -> None:
    shown = upload(client, feeds.flux(feeds.poi(1), feeds.poi(2), feeds.market())).content.decode()
    row = CatalogueImport.objects.get()

    assert "<dt>nouvelles</dt><dd>3</dd>" in shown
    assert not Listing.objects.exists()
    client.get(reverse("board:catalogue-import", args=[row.pk]))
    client.get(reverse("board:catalogue-confirm", args=[row.pk]))
    assert not Listing.objects.exists()

    done = client.post(reverse("board:catalogue-confirm", args=[row.pk]), follow=True).content.decode()
    assert Listing.objects.count() == 3
    assert "par Jeanne Aubert" in done
    row.refresh_from_db()
    assert row.confirmed_by == board


def test_what_is_refused_is_named_with_its_reason(client: Client) -> None:
    shown = upload(client, feeds.export(feeds.object_(), {"id": 7, "type": "HOTELLERIE"})).content.decode()

    assert "Fiche sans nom en français" in shown
    assert "objets_modifies-7.json" in shown


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (io.BytesIO(b"hello"), "ni un flux DATAtourisme ni un export Apidae"),
        (io.BytesIO(b"[" * 9000), "emboîté sans fin"),
        (feeds.packed({"../x": "{}"}), "mène ailleurs"),
        (feeds.packed({"index.json": "{"}), "index.json"),
        (io.BytesIO(b""), "vide"),
    ],
)
def test_a_hostile_file_gets_a_sentence_and_leaves_nothing(client: Client, file: io.BytesIO, sentence: str) -> None:
    shown = upload(client, file).content.decode()

    assert sentence in shown
    assert 'aria-invalid="true"' in shown
    assert not CatalogueImport.objects.exists()


def test_what_is_too_large_for_a_page_is_left_to_the_command(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST", 1)
    assert "manage.py catalogue" in upload(client, feeds.flux(feeds.poi(1), feeds.poi(2))).content.decode()
    monkeypatch.setattr(catalogue_forms, "BYTES", 10)
    assert "25 Mo" in upload(client, feeds.flux(feeds.poi(1))).content.decode()
    assert not CatalogueImport.objects.exists()


def test_a_file_of_changes_leaves_the_rest(client: Client) -> None:
    catalogue.take_in(feeds.export(feeds.object_(1)), name="a", by=None, now=make.NOON)
    shown = upload(client, feeds.export(feeds.object_(2)), partial="on").content.decode()

    assert "<dt>périmées</dt><dd>0</dd>" in shown


def test_an_older_file_waits_and_a_forgotten_one_changes_nothing(client: Client) -> None:
    upload(client, feeds.flux(feeds.poi(1)))
    older = CatalogueImport.objects.get()
    upload(client, feeds.flux(feeds.poi(2)))
    client.post(reverse("board:catalogue-confirm", args=[CatalogueImport.objects.first().pk]))  # type: ignore[union-attr]

    shown = client.post(reverse("board:catalogue-confirm", args=[older.pk]), follow=True).content.decode()
    assert "plus récent" in shown
    for _ in range(2):
        client.post(reverse("board:catalogue-discard", args=[older.pk]))
    assert [row.name for row in Listing.objects.all()] == ["Auberge du Cyprès 2"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Auberge du Cyprès 1", "Auberge du Cyprès 2"]),
        ("?kind=event&standing=all", ["Marché des santons"]),
        ("?standing=free", ["Auberge du Cyprès 1"]),
        ("?standing=stale", ["Auberge du Cyprès 3"]),
        ("?name=CYPR%C3%88S+2", ["Auberge du Cyprès 2"]),
        ("?kind=nonsense&commune=99999&page=x", ["Auberge du Cyprès 1", "Auberge du Cyprès 2"]),
    ],
)
def test_listings_are_narrowed(client: Client, query: str, names: list[str]) -> None:
    past = feeds.market(takesPlaceAt=[{"startDate": "2020-01-01", "endDate": "2020-01-02"}])
    taken(feeds.poi(1), feeds.poi(2), feeds.poi(3), past)
    taken(feeds.poi(1), feeds.poi(2), past)
    catalogue.become(Listing.objects.get(name="Auberge du Cyprès 2"), make.member())

    shown = client.get(reverse("board:catalogue") + query).content.decode()
    found = [row.name for row in Listing.objects.order_by("name") if f">{row.name}</a>" in shown]
    assert found == names


def test_an_inn_becomes_a_member_once_the_board_has_read_it(client: Client) -> None:
    commune = make.place("Maussane-les-Alpilles", insee="13058")
    row = taken(feeds.poi())
    proposed = client.get(reverse("board:listing-member", args=[row.pk])).content.decode()
    assert not Member.objects.exists()
    for said in (
        "Auberge du Cyprès 1",
        "bonjour@cypres.example",
        "https://www.cypres.example",
        "Maussane-les-Alpilles (",
    ):
        assert said in proposed, said

    client.post(
        reverse("board:listing-member", args=[row.pk]),
        {
            "name": "Auberge du Cyprès",
            "category": "lodging",
            "commune": "13520",
            "contact": "Luc Roux",
            "email": "luc@cypres.example",
        },
    )

    member = Member.objects.get()
    row.refresh_from_db()
    assert (member.name, member.commune, row.member) == ("Auberge du Cyprès", commune, member)
    assert client.get(reverse("board:listing-member", args=[row.pk])).status_code == 302


def test_a_taken_name_leaves_the_listing_free(client: Client) -> None:
    make.place("Maussane-les-Alpilles", insee="13058")
    row = taken(feeds.poi())
    make.member("Auberge du Cyprès 1")
    shown = client.post(
        reverse("board:listing-member", args=[row.pk]),
        {
            "name": "Auberge du Cyprès 1",
            "category": "lodging",
            "commune": "13520",
            "contact": "Luc",
            "email": "luc@cypres.example",
        },
    ).content.decode()

    assert "Un membre porte déjà ce nom" in shown
    row.refresh_from_db()
    assert row.member is None


def test_a_listing_is_linked_to_a_member_that_looks_like_it_and_parted_again(client: Client) -> None:
    row, mas = taken(feeds.poi()), make.member("auberge du cyprès 1")
    assert "lui ressemble" in client.get(reverse("board:listing", args=[row.pk])).content.decode()

    client.post(reverse("board:listing-connect", args=[row.pk]), {"member": mas.pk})
    row.refresh_from_db()
    assert row.member == mas
    assert client.post(reverse("board:listing-connect", args=[row.pk]), {"member": "999"}).status_code == 404
    client.post(reverse("board:listing-connect", args=[row.pk]))
    row.refresh_from_db()
    assert row.member is None


def test_an_event_is_no_member(client: Client) -> None:
    row = taken(feeds.market())

    assert client.get(reverse("board:listing-member", args=[row.pk])).status_code == 302
    client.post(reverse("board:listing-connect", args=[row.pk]), {"member": make.member().pk})
    row.refresh_from_db()
    assert row.member is None


def test_a_market_becomes_a_line_of_an_open_edition(client: Client) -> None:
    row = taken(feeds.market())
    edition, locked = make.edition(editorial="Bonjour."), make.locked_edition()
    client.post(reverse("board:listing-cite", args=[row.pk]), {"edition": locked.pk})
    answer = client.post(reverse("board:listing-cite", args=[row.pk]), {"edition": edition.pk})

    assert answer["Location"] == reverse("board:edition", args=[edition.pk])
    words = Edition.objects.get(pk=edition.pk).editorial
    assert words.startswith("Bonjour.\n\n**Marché des santons**, Maussane-les-Alpilles")
    assert "Office inventé des Alpilles" in words
    assert Edition.objects.get(pk=locked.pk).editorial == ""


def test_a_line_that_does_not_fit_is_refused(client: Client) -> None:
    row, edition = taken(feeds.market()), make.edition(editorial="x" * 7990)
    shown = client.post(reverse("board:listing-cite", args=[row.pk]), {"edition": edition.pk}, follow=True)

    assert "plus de place" in shown.content.decode()
    assert Edition.objects.get(pk=edition.pk).editorial == "x" * 7990


def test_a_photo_says_whose_it_is_and_whether_it_may_be_shown_and_is_not_fetched(client: Client) -> None:
    shown = client.get(reverse("board:listing", args=[taken(feeds.poi()).pk])).content.decode()

    assert "Studio Mistral" in shown
    assert "réutilisable, en citant l’auteur" in shown
    assert "du 1er\u00a0avril au 30\u00a0septembre\u00a02027" in shown
    assert "<img" not in shown


def test_the_command_does_the_same(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "flux.zip"
    file.write_bytes(feeds.flux(feeds.poi(1), {"@id": f"{feeds.HOME}13/x", "@type": []}).getvalue())

    call_command("catalogue", str(file), "--dry-run")
    assert "new 1, updated 0, unchanged 0, stale 0, refused 1" in capsys.readouterr().out
    assert not Listing.objects.exists()
    call_command("catalogue", str(file))
    assert Listing.objects.count() == 1
    file.write_bytes(b"?")
    with pytest.raises(CommandError, match="DATAtourisme"):
        call_command("catalogue", str(file))
    with pytest.raises(CommandError):
        call_command("catalogue", str(tmp_path / "absent.zip"))
