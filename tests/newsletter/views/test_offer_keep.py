"""What the form's script asks for: words kept as they come, pictures once, the card as it will be."""

import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from newsletter import invitations, offers
from newsletter.core.interests import Category
from newsletter.core.review import OfferState
from newsletter.models import Member, Offer, User
from tests import make
from tests.newsletter.views.test_desk import TODAY, jeanne, mas, photo, words

__all__ = ["jeanne", "mas"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(mas: Member) -> Offer:
    return make.offer(member=mas, title="Avant", text="")


def keep(client: Client, offer: Offer, *, version: int = 1, writer: str = "a", **changes: Any) -> Any:
    said = words(version=version, writer=writer, hung=offer.image.name or "", **changes)
    said.pop("act")
    return client.post(reverse("offer-keep", args=[offer.pk]), said)


def hang(client: Client, offer: Offer, *, hung: str = "", image: Any = None) -> Any:
    said = {"hung": hung} | ({"image": image} if image else {})
    return client.post(reverse("offer-picture", args=[offer.pk]), said)


def test_what_is_typed_is_kept_and_answered_with_its_version(client: Client, draft: Offer) -> None:
    answer = keep(client, draft, title="Après").json()

    draft.refresh_from_db()
    assert (draft.title, draft.text, str(draft.price)) == (
        "Après",
        "Une chambre de pierre.\nUn feu de bois.",
        "1240.50",
    )
    assert (answer["version"], answer["wrong"], answer["said"]) == (2, {}, {})
    assert answer["untranslated"] is True
    assert answer["doors"]["edit"] == reverse("offer-edit", args=[draft.pk])


def test_a_page_begins_one_offer_however_often_it_asks(client: Client, mas: Member) -> None:
    begin, name = reverse("offer-begin", args=[mas.pk]), str(uuid4())
    said = words(begun_as=name, writer="a", version=1)
    first = client.post(begin, said | {"title": "Un"}).json()
    again = client.post(begin, said | {"title": "Un, deux"}).json()

    offer = Offer.objects.get()
    assert (first["offer"], again["offer"], offer.title) == (offer.pk, offer.pk, "Un, deux")
    assert first["doors"]["keep"] == reverse("offer-keep", args=[offer.pk])
    client.post(reverse("offer-new", args=[mas.pk]), said | {"title": "Un, deux, trois", "act": "save"})
    assert Offer.objects.get().title == "Un, deux, trois", "nor does the button begin a second one"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"price": "douze"}, "price"),
        ({"title": "x" * 81}, "title"),
        ({"text": "x" * 600_000}, "text"),
        ({"text_en": "x" * 601}, "text_en"),
        ({"valid_until": "2026-02-30"}, "valid_until"),
        ({"valid_until": "1926-01-01"}, "valid_until"),
        ({"valid_until": "2126-01-01"}, "valid_until"),
        ({"valid_until": "99999-01-01"}, "valid_until"),
        ({"valid_from": "2126-01-01", "valid_until": "2126-02-01"}, "valid_from"),
        ({"link": "pas un lien"}, "link"),
        ({"stock": "beaucoup"}, "stock"),
        ({"stock": "-1"}, "stock"),
        ({"access": ["flying"]}, "access"),
        ({"publics": ["cats"]}, "publics"),
        ({"price_was": "cher"}, "price_was"),
        ({"title": "a\0b"}, "title"),
    ],
)
def test_what_makes_no_sense_yet_is_named_and_the_rest_is_kept(
    client: Client, draft: Offer, typed: dict[str, Any], field: str
) -> None:
    before = getattr(Offer.objects.get(), field)
    answer = keep(client, draft, **{"image_alt": "Un feu", **typed})

    assert answer.status_code == 200
    assert list(answer.json()["wrong"]) == [field]
    draft.refresh_from_db()
    assert getattr(draft, field) == before
    assert draft.image_alt == "Un feu"


def test_half_a_season_never_runs_backwards(client: Client, draft: Offer) -> None:
    draft.valid_until = TODAY
    draft.save()
    late = (TODAY + timedelta(days=9)).isoformat()

    assert keep(client, draft, valid_from=late, valid_until="demain").status_code == 200
    assert Offer.objects.get().valid_until == TODAY


def test_a_second_page_is_shown_the_difference_and_overwrites_nothing(client: Client, draft: Offer) -> None:
    keep(client, draft, title="Le premier", interests=["stay"])
    told = keep(client, draft, writer="b", title="Le second", interests=["stay", "olive"])

    assert told.status_code == 409
    answer = told.json()
    assert answer["differs"] == [
        {"field": "Titre", "here": "Le second", "there": "Le premier"},
        {"field": "Thèmes", "here": "Séjours, Huile et olives", "there": "Séjours"},
    ]
    assert (answer["version"], answer["typed"]["title"], answer["typed"]["price"]) == (2, ["Le premier"], ["1240,50"])
    assert Offer.objects.get().title == "Le premier"
    assert keep(client, draft, version=2, writer="b", title="Le second").json()["version"] == 3


def test_without_scripts_a_second_page_is_shown_the_difference_too(client: Client, draft: Offer) -> None:
    edit = reverse("offer-edit", args=[draft.pk])
    client.post(edit, words(title="Le premier", act="save", version=1, writer="a"))
    page = client.post(edit, words(title="Le second", act="save", version=1, writer="b"))

    shown = page.content.decode()
    assert "modifiée ailleurs" in shown
    assert "Le premier" in shown
    assert 'value="Le second"' in shown
    assert 'name="version" value="2"' in shown
    assert Offer.objects.get().title == "Le premier"
    client.post(edit, words(title="Le second", act="save", version=2, writer="b"))
    assert Offer.objects.get().title == "Le second"


@pytest.mark.parametrize("state", [OfferState.SUBMITTED, OfferState.APPROVED, OfferState.WITHDRAWN])
def test_an_offer_that_left_the_desk_says_so(client: Client, mas: Member, state: OfferState) -> None:
    offer = make.offer(state, member=mas, title="Avant")

    for told in (keep(client, offer), hang(client, offer, image=photo())):
        assert (told.status_code, "n’est plus un brouillon" in told.json()["closed"]) == (409, True)
    assert Offer.objects.get().title == "Avant"


def test_the_law_speaks_at_the_field_while_it_is_typed(client: Client, draft: Offer) -> None:
    make.edition(planned_on=TODAY + timedelta(days=50))
    said = keep(client, draft, text="Un verre de vin, 40 € HT, au lieu de 50 €", price_was="", valid_from="").json()[
        "said"
    ]

    assert [line[:29] for line in said["text"]] == [
        "Cette offre touche à l’alcool",
        "Vous annoncez une réduction\u00a0:",
        "Un particulier doit lire un p",
    ]
    assert "jusqu’à quand" in said["price"][0]
    assert "prochaine lettre" in said["valid_until"][0]
    said = keep(client, draft, version=2, price_was="2000", price_lowest="1999").json()["said"]
    assert "la loi l’interdit" in said["price_was"][0]
    shown = client.get(reverse("offer-edit", args=[draft.pk])).content.decode()
    assert "la loi l’interdit" in shown, "and without scripts when the page is opened"


def test_an_unlawful_price_is_kept_in_the_draft_and_stays_at_home(client: Client, draft: Offer) -> None:
    page = client.post(
        reverse("offer-edit", args=[draft.pk]), words(price_was="2000", price_lowest="")
    ).content.decode()

    assert "sans lui, la loi interdit un prix barré" in page
    assert "<details open>" in page, "where something is to be mended stands open"
    offer = Offer.objects.get()
    assert (offer.state, str(offer.price_was)) == (OfferState.DRAFT, "2000.00")
    client.post(reverse("offer-edit", args=[draft.pk]), words(price_was="2000", price_lowest="2000"))
    assert Offer.objects.get().state == OfferState.SUBMITTED


def test_a_picture_comes_by_itself_once_however_often(client: Client, draft: Offer) -> None:
    first = hang(client, draft, image=photo()).json()
    again = hang(client, draft, image=photo()).json()

    assert first == again
    assert (first["width"], first["height"]) == (1500, 1000)
    assert first["weight"].startswith(("5 ko", "6 ko", "7 ko", "8 ko", "9 ko", "1"))
    draft.refresh_from_db()
    assert (draft.image.name, draft.version, draft.image_rights_at) == (first["picture"], 1, None)
    assert hang(client, draft).json() == first, "without a picture it says which hangs there"


def test_another_picture_is_not_replaced_unseen(client: Client, draft: Offer) -> None:
    first = hang(client, draft, image=photo()).json()
    out = io.BytesIO()
    Image.new("RGB", (900, 600), "navy").save(out, "HEIF")
    other = SimpleUploadedFile("IMG_1.HEIC", out.getvalue(), "image/heic")

    told = hang(client, draft, image=other)
    assert (told.status_code, told.json()) == (409, first)
    other.seek(0)
    assert hang(client, draft, image=other, hung=first["picture"]).json()["width"] == 900


@pytest.mark.parametrize("content", [b"<svg/>", b"\xff\xd8\xff broken", b""])
def test_what_is_no_picture_is_refused_in_a_sentence(client: Client, draft: Offer, content: bytes) -> None:
    told = hang(client, draft, image=SimpleUploadedFile("feu.jpg", content or b" ", "image/jpeg"))

    assert (told.status_code, "photo" in told.json()["refused"]) == (400, True)


def test_a_yes_to_one_picture_is_none_to_another(client: Client, draft: Offer) -> None:
    hang(client, draft, image=photo())
    keep(client, draft, image_rights="on", focus_x="10")
    draft.refresh_from_db()
    assert (draft.image_rights_at, draft.focus_x) == (None, 50), "typed before this picture hung there"

    keep(client, draft, version=draft.version, image_rights="on", focus_x="10", focus_y="3000")
    draft.refresh_from_db()
    assert (draft.image_rights_at is not None, draft.focus_x, draft.focus_y) == (True, 10, 100)


def test_a_picture_without_rights_stays_at_home(client: Client, draft: Offer) -> None:
    hang(client, draft, image=photo())
    page = client.post(reverse("offer-edit", args=[draft.pk]), words(image_alt="Un feu")).content.decode()

    assert "Cochez que vous avez le droit" in page
    assert Offer.objects.get().state == OfferState.DRAFT
    client.post(reverse("offer-edit", args=[draft.pk]), words(image_alt="Un feu", image_rights="on"))
    assert Offer.objects.get().state == OfferState.SUBMITTED


def test_the_card_is_shown_by_the_letters_own_partials_and_runs_nothing(client: Client, mas: Member) -> None:
    Member.objects.filter(pk=mas.pk).update(category=Category.WINE_ESTATE)
    offer = make.offer(
        member=mas, title="Vin cuit", title_en="Cooked wine", text="<script>alert(1)</script>", booking_phone="04 90 1"
    )
    answer = client.get(reverse("offer-preview", args=[offer.pk]))
    shown = answer.content.decode()

    policy = answer["Content-Security-Policy"]
    assert "sandbox allow-same-origin" in policy
    assert "script" not in policy
    assert "&lt;script&gt;" in shown
    assert "<script" not in shown
    assert 'class="kicker"' in shown
    assert "L’abus d’alcool" in shown
    assert 'href="tel:04901"' in shown
    assert "Cooked wine" in client.get(reverse("offer-preview", args=[offer.pk]) + "?langue=en").content.decode()


def test_last_years_offer_is_copied_from_its_page_and_from_a_new_one(client: Client, mas: Member, jeanne: User) -> None:
    old = make.offer(
        OfferState.EXPIRED, member=mas, title="Autrefois", valid_from=None, valid_until=TODAY - timedelta(300)
    )
    assert "Autrefois" in client.get(reverse("offer-new", args=[mas.pk])).content.decode()
    assert "Copier pour cette saison" in client.get(reverse("offer", args=[old.pk])).content.decode()

    page = client.post(reverse("offer-copy", args=[old.pk]), follow=True)

    new = Offer.objects.exclude(pk=old.pk).get()
    assert page.redirect_chain[-1][0] == reverse("offer-edit", args=[new.pk])
    assert "Ses dates sont celles de cette saison" in page.content.decode()
    assert new.valid_until is not None
    assert new.valid_until >= TODAY


def test_another_members_offer_has_none_of_these_doors(client: Client, mas: Member) -> None:
    foreign = make.offer(title="Avant")

    assert keep(client, foreign).status_code == 404
    assert hang(client, foreign, image=photo()).status_code == 404
    assert client.get(reverse("offer-preview", args=[foreign.pk])).status_code == 404
    assert client.post(reverse("offer-copy", args=[foreign.pk])).status_code == 404
    assert client.post(reverse("offer-begin", args=[foreign.member_id]), words()).status_code == 404
    assert Offer.objects.get().title == "Avant"


def invited(offer: Offer, days: int = 0) -> str:
    began = timezone.now() - timedelta(days=days)
    return invitations.token_of(invitations.invite(offer, by=None, now=began))


def test_behind_an_invitation_all_of_it_works_without_a_log_in(client: Client) -> None:
    old = make.approved(title="Autrefois")
    offer = make.offer(member=old.member, title="", text="")
    token = invited(offer)
    assert "Autrefois" in client.get(reverse("invitation", args=[token])).content.decode()

    client.post(reverse("invitation-copy", args=[token]), {"offer": make.approved().pk})
    assert Offer.objects.get(pk=offer.pk).title == "", "another member's offer is no source"
    client.post(reverse("invitation-copy", args=[token]), {"offer": old.pk})
    offer.refresh_from_db()
    assert offer.title == "Autrefois"
    said = words(version=offer.version, writer="a", title="Cette année")
    answer = client.post(reverse("invitation-keep", args=[token]), said).json()
    assert answer["doors"]["picture"] == reverse("invitation-picture", args=[token])
    assert client.post(answer["doors"]["picture"], {"image": photo(), "hung": ""}).json()["width"] == 1500
    assert "Cette année" in client.get(answer["doors"]["preview"]).content.decode()
    assert "_auth_user_id" not in client.session


def test_a_link_that_is_over_keeps_nothing_and_tells_where_a_new_one_comes_from(client: Client) -> None:
    offer = make.offer(title="Avant")
    token = invited(offer, days=31)
    way = reverse("invitation", args=[token])

    for name, said in (("keep", words()), ("picture", {"image": photo()})):
        told = client.post(reverse(f"invitation-{name}", args=[token]), said)
        assert (told.status_code, told.json()) == (410, {"over": way})
    assert client.get(reverse("invitation-preview", args=[token])).status_code == 410
    client.post(reverse("invitation-copy", args=[token]), {"offer": offer.pk})
    offer.refresh_from_db()
    assert (offer.title, bool(offer.image)) == ("Avant", False)


def test_someone_whose_session_is_over_is_sent_to_the_door(client: Client, draft: Offer) -> None:
    client.logout()

    answer = keep(client, draft)

    assert (answer.status_code, answer.url[:12]) == (302, "/connexion/?")
    assert Offer.objects.get().title == "Avant"


def test_the_board_reads_the_findings_beside_the_offer(client: Client) -> None:
    offer = make.offer(OfferState.SUBMITTED, text="Un verre de vin à 4 € HT")
    client.force_login(make.board_member())

    shown = client.get(reverse("board:offer", args=[offer.pk])).content.decode()

    assert "la mention légale est ajoutée" in shown
    assert "Parle d’un prix hors taxes" in shown
    assert offers.remarks(offer, today=TODAY)
