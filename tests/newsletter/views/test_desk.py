"""The member's desk: their own offers, nobody else's, and nothing typed is lost."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from newsletter import offers
from newsletter.core.review import OfferState
from newsletter.models import Member, Offer, User
from tests import make

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def jeanne(client: Client) -> User:
    person = make.user("jeanne@mas.example", name="Jeanne Aubert")
    client.force_login(person)
    return person


@pytest.fixture
def mas(jeanne: User) -> Member:
    return make.member("Mas des Oliviers", person=jeanne)


def words(**changes: Any) -> dict[str, Any]:
    """A whole offer, as the form sends it."""
    return {
        "title": "Trois nuits au coin du feu",
        "text": "Une chambre de pierre.\r\nUn feu de bois.",
        "price_kind": "from",
        "price": "1 240,50 €",
        "price_unit": "couple",
        "valid_from": TODAY.isoformat(),
        "valid_until": (TODAY + timedelta(days=40)).isoformat(),
        "link": "www.mas.example/noel",
        "image_alt": "",
        "interests": ["stay", "feasts"],
        "act": "submit",
        **changes,
    }


def photo(name: str = "feu.jpg") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (1500, 1000), "peru").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def new(client: Client, mas: Member, **changes: Any) -> Any:
    return client.post(reverse("offer-new", args=[mas.pk]), words(**changes))


def test_a_member_proposes_an_offer_and_the_board_has_it(client: Client, mas: Member, jeanne: User) -> None:
    page = new(client, mas, image=photo(), image_alt="Un feu", image_rights="on")

    offer = Offer.objects.get()
    assert page.url == reverse("offer", args=[offer.pk])
    assert (offer.member, offer.state, str(offer.price), offer.link) == (
        mas,
        OfferState.SUBMITTED,
        "1240.50",
        "https://www.mas.example/noel",
    )
    assert offer.text == "Une chambre de pierre.\nUn feu de bois."
    assert (offer.image_width, offer.image_height) == (1500, 1000)
    assert offer.moves.get().by == jeanne
    assert "En relecture" in client.get(page.url).content.decode()


def test_a_draft_is_kept_however_little_it_says(client: Client, mas: Member) -> None:
    client.post(reverse("offer-new", args=[mas.pk]), {"act": "save", "price_kind": "fixed"})

    assert Offer.objects.get().state == OfferState.DRAFT


def test_an_incomplete_offer_is_kept_as_a_draft_and_says_what_it_lacks(client: Client, mas: Member) -> None:
    page = new(client, mas, text="", interests=[]).content.decode()

    offer = Offer.objects.get()
    assert offer.state == OfferState.DRAFT
    assert "Décrivez l’offre" in page
    assert "Cochez au moins un thème" in page
    assert "Le brouillon est enregistré" in page
    assert f'action="{reverse("offer-edit", args=[offer.pk])}"' in page, "a second press goes on with the same draft"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"price": "douze"}, "Écrivez le montant en chiffres"),
        ({"price": "-3"}, "ne peut pas être négatif"),
        ({"price": "1,234"}, "Deux décimales au plus"),
        ({"price": "123456789"}, "trop grand"),
        ({"valid_until": "2020-02-30"}, "Cette date n’existe pas"),
        ({"valid_until": "2020-01-01"}, "vient avant le premier"),
        ({"valid_from": "2126-12-01", "valid_until": "2127-01-06"}, "très loin d’aujourd’hui"),
        ({"link": "pas un lien"}, "Ce lien ne semble pas complet"),
        ({"link": "javascript:alert(1)"}, "Ce lien ne semble pas complet"),
        ({"title": "x" * 81}, "80 caractères"),
        ({"text": "x" * 601}, "600 caractères"),
        ({"price_kind": "auction"}, "n’en fait pas partie"),
        ({"interests": ["skiing"]}, "n’en fait pas partie"),
        ({"title": "a\0b"}, "caractère nul"),
    ],
)
def test_what_makes_no_sense_is_named_and_everything_typed_is_kept(
    client: Client, mas: Member, typed: dict[str, Any], said: str
) -> None:
    page = new(client, mas, **{"title": "Soirée d’hiver", **typed}).content.decode()

    assert said in page.replace("\xa0", " ")
    assert not Offer.objects.exists()
    assert "Une chambre de pierre." in page or "text" in typed
    assert "Soirée d’hiver" in page or "title" in typed
    assert 'value="stay"' in page
    name, value = next(iter(typed.items()))
    if isinstance(value, str) and name in ("price", "link", "title"):
        assert value.replace("\0", "") in page.replace("\0", "")


def test_600_characters_are_counted_as_the_screen_counts_them(client: Client, mas: Member) -> None:
    new(client, mas, text=("x" * 59 + "\r\n") * 10)

    assert Offer.objects.get().state == OfferState.SUBMITTED


def test_a_picture_survives_a_mistake_in_another_field(client: Client, mas: Member) -> None:
    page = new(client, mas, price="douze", image=photo(), image_alt="Un feu")
    kept = page.context["form"].kept
    assert f'value="{kept}"' in page.content.decode()

    new(client, mas, kept=kept, image_alt="Un feu")
    assert Offer.objects.get().image.name == kept.rpartition(":")[0]


def test_a_picture_is_named_only_by_us(client: Client, mas: Member) -> None:
    new(client, mas, kept="offers/../../secret.jpg:forged")

    assert not Offer.objects.get().image


@pytest.mark.parametrize("content", [b"", b"<svg onload='alert(1)'/>", b"\xff\xd8\xff broken"])
def test_a_broken_picture_is_refused_with_a_sentence(client: Client, mas: Member, content: bytes) -> None:
    page = new(client, mas, image=SimpleUploadedFile("feu.jpg", content, "image/jpeg")).content.decode()

    assert "un PNG ou un WEBP" in page or "abîmée" in page
    assert 'aria-describedby="id_image_helptext id_image_error"' in page
    assert "Trois nuits au coin du feu" in page
    assert not Offer.objects.exists()


def test_a_picture_can_be_exchanged_and_taken_away(client: Client, mas: Member) -> None:
    new(client, mas, image=photo(), image_alt="Un feu", act="save")
    offer = Offer.objects.get()
    edit = reverse("offer-edit", args=[offer.pk])
    client.post(edit, words(act="save", image_alt="Un feu"))
    offer.refresh_from_db()
    assert offer.image, "it stays when nobody speaks of it"

    client.post(edit, words(act="save", no_image="on", image_alt="Un feu"))
    offer = Offer.objects.get()
    assert (bool(offer.image), offer.image_width, offer.image_alt) == (False, None, "")


def test_a_picture_without_words_waits_for_them(client: Client, mas: Member) -> None:
    page = new(client, mas, image=photo())

    assert "Décrivez la photo" in page.content.decode()
    assert Offer.objects.get().state == OfferState.DRAFT


def test_a_script_in_an_offer_is_shown_and_never_run(client: Client, mas: Member) -> None:
    script = "<script>alert(1)</script>{{ 7|add:7 }}"
    page = new(client, mas, title=script, text=script)

    for url in (page.url, reverse("desk")):
        html = client.get(url).content.decode()
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7|add:7 }}" in html


def test_the_boards_word_stands_at_the_list_the_offer_and_its_form(client: Client, mas: Member) -> None:
    offer = make.offer(OfferState.SUBMITTED, member=mas)
    offers.request_changes(offer, by=make.user(), comment="Quel prix pour les enfants <10 ans ?", now=timezone.now())

    for url in (reverse("desk"), reverse("offer", args=[offer.pk]), reverse("offer-edit", args=[offer.pk])):
        assert "Quel prix pour les enfants &lt;10 ans ?" in client.get(url).content.decode()


@pytest.mark.parametrize("name", ["offer", "offer-edit", "offer-submit", "offer-withdraw", "offer-resume"])
def test_another_members_offer_does_not_exist(client: Client, mas: Member, name: str) -> None:
    foreign = make.offer()
    visit: Callable[..., Any] = client.get if name in ("offer", "offer-edit") else client.post

    assert visit(reverse(name, args=[foreign.pk])).status_code == 404
    assert Offer.objects.get().state == OfferState.DRAFT


def test_nobody_writes_for_another_member(client: Client, mas: Member) -> None:
    other = make.member()

    assert new(client, other).status_code == 404
    assert not Offer.objects.exists()


@pytest.mark.parametrize("name", ["offer-submit", "offer-withdraw", "offer-resume"])
def test_opening_an_address_moves_nothing(client: Client, mas: Member, name: str) -> None:
    offer = make.offer(member=mas)

    assert client.get(reverse(name, args=[offer.pk])).status_code == 405


def test_an_offer_goes_out_and_comes_back(client: Client, mas: Member) -> None:
    offer = make.offer(member=mas, link="https://mas.example", interests=["stay"])
    states = []
    for name in ("offer-submit", "offer-resume", "offer-withdraw", "offer-resume"):
        assert client.post(reverse(name, args=[offer.pk])).status_code == 302
        states.append(Offer.objects.get().state)

    assert states == [OfferState.SUBMITTED, OfferState.DRAFT, OfferState.WITHDRAWN, OfferState.DRAFT]


def test_a_move_that_is_no_longer_possible_says_so(client: Client, mas: Member) -> None:
    offer = make.offer(OfferState.EXPIRED, member=mas)

    page = client.post(reverse("offer-withdraw", args=[offer.pk]), follow=True)

    assert "Cette offre a changé entre-temps" in page.content.decode()


def test_submitting_what_lacks_something_leads_to_the_form_that_says_what(client: Client, mas: Member) -> None:
    offer = make.offer(member=mas, text="")

    page = client.post(reverse("offer-submit", args=[offer.pk]), follow=True).content.decode()

    assert "Décrivez l’offre" in page


def test_an_offer_at_the_board_is_read_not_written(client: Client, mas: Member) -> None:
    offer = make.offer(OfferState.SUBMITTED, member=mas, title="Avant")

    page = client.post(reverse("offer-edit", args=[offer.pk]), words(title="Après"))

    assert page.url == reverse("offer", args=[offer.pk])
    assert Offer.objects.get().title == "Avant"


def test_the_list_asks_the_database_as_often_for_three_offers_as_for_one(
    client: Client, mas: Member, jeanne: User, django_assert_num_queries: Any
) -> None:
    make.offer(member=mas)
    with django_assert_num_queries(7):  # session, person, their rights (two), members, offers, calls
        client.get(reverse("desk"))

    other = make.member(person=jeanne)
    make.offer(OfferState.SUBMITTED, member=mas)
    make.offer(OfferState.APPROVED, member=other)
    with django_assert_num_queries(7):
        page = client.get(reverse("desk")).content.decode()
    assert page.count('<li class="pictured">') == 3
    assert other.name in page


def test_the_board_goes_to_its_own_desk_unless_it_signs_for_a_member(client: Client) -> None:
    client.force_login(make.board_member())
    page = client.get(reverse("desk"))

    assert (page.status_code, page.url.startswith("/bureau/")) == (302, True)


def test_someone_without_a_member_is_told_whom_to_ask(client: Client, jeanne: User) -> None:
    assert "Demandez au bureau" in client.get(reverse("desk")).content.decode()
