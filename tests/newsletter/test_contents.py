from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from newsletter import contents, rendering
from newsletter.core.content import OfferCard, Picture
from newsletter.core.interests import Category, PriceKind, PriceUnit
from newsletter.models import Edition
from tests import make

pytestmark = pytest.mark.django_db


def with_picture(**fields: Any) -> dict[str, Any]:
    """A one-pixel picture that is really there, since the row reads its size."""
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
        "1f15c4890000000d49444154789c6360f8cf00000301010018dd8db00000000049454e44ae426082"
    )
    name = default_storage.save("offers/pixel.png", ContentFile(pixel))
    return {"image": name, "image_alt": "Un feu", **fields}


def test_an_offer_is_printed_with_its_price_dates_and_picture_in_words() -> None:
    member = make.member("Mas des Oliviers", category=Category.LODGING, commune=make.place("Eygalières"))
    offer = make.approved(
        member=member,
        title="Trois nuits au coin du feu",
        text="Une chambre de pierre.",
        price_kind=PriceKind.FROM,
        price=Decimal("240.00"),
        price_unit=PriceUnit.COUPLE,
        valid_from="2026-12-01",
        valid_until="2026-12-24",
        link="https://mas.example/noel",
        **with_picture(),
    )

    card = next(contents.content_of(make.edition(offer)).offers())

    assert card == OfferCard(
        key=str(offer.pk),
        title="Trois nuits au coin du feu",
        text="Une chambre de pierre.",
        member_name="Mas des Oliviers",
        commune="Eygalières",
        category="Hébergement",
        price="à partir de 240\u00a0€ pour deux",
        dates="du 1er au 24\u00a0décembre\u00a02026",
        picture=Picture(f"http://127.0.0.1:8000/media/{offer.image.name}", "Un feu", 1, 1),
        link="https://mas.example/noel",
    )


def test_without_a_link_the_members_phone_leads_on() -> None:
    offer = make.approved(member=make.member(phone="04 90 00 00 00"), text="Au moulin.", link="")

    card = next(contents.content_of(make.edition(offer)).offers())

    assert (card.paragraphs, card.phone, card.dial) == (("Au moulin.",), "04 90 00 00 00", "0490000000")


@pytest.mark.parametrize(
    ("category", "interests", "warned"),
    [(Category.WINE_ESTATE, [], True), (Category.RESTAURANT, ["wine"], True), (Category.RESTAURANT, ["table"], False)],
)
def test_what_speaks_of_wine_bears_the_notice_of_the_loi_evin(
    category: Category, interests: list[str], warned: bool
) -> None:
    offer = make.approved(member=make.member(category=category), interests=interests)

    card = next(contents.content_of(make.edition(offer)).offers())

    assert bool(card.legal) is warned


@pytest.mark.parametrize(
    ("text", "times"), [("Un verre de vin.", 1), ("Un verre de vin. L’abus d’alcool est dangereux pour la santé.", 1)]
)
def test_the_notice_is_printed_once_even_where_its_member_wrote_it(text: str, times: int) -> None:
    offer = make.approved(member=make.member(category=Category.RESTAURANT), text=text)

    rendered = rendering.render(contents.content_of(make.edition(offer)), public=True)

    assert rendered.text.count("abus d’alcool") == times


def test_a_former_price_is_struck_through_only_as_the_law_allows() -> None:
    lawful = {"price_kind": PriceKind.FIXED, "price": Decimal(95), "price_was": Decimal(120)}
    card = contents.card_of(make.offer(**lawful, price_lowest=Decimal(120)), make.member(), key="1")

    assert card.was == "120\u00a0€"
    assert "au lieu de <s" in rendering.render_card(card, "fr")
    assert contents.card_of(make.offer(**lawful, price_lowest=Decimal(110)), make.member(), key="1").was == ""
    assert contents.card_of(make.offer(**lawful), make.member(), key="1").was == ""


def test_an_english_edition_prints_the_english_that_is_there_and_finds_what_is_not() -> None:
    both = make.approved(title="Huile", title_en="New oil", text="Au moulin.", text_en="At the mill.")
    half = make.approved(title="Pain", title_en="Bread", text="Frotté d’ail.", text_en="")
    english = contents.examine(make.edition(both, half, language="en"))

    assert [(card.title, card.text) for card in english.content.offers()] == [
        ("New oil", "At the mill."),
        ("Bread", "Frotté d’ail."),
    ]
    assert [(found.code, found.where) for found in english.findings] == [("offer_untranslated", "Pain")]
    assert contents.examine(make.edition(both, half)).findings == ()


def test_what_the_law_leaves_to_a_human_is_found_before_locking() -> None:
    offer = make.approved(title="Dîner", text="40 € HT, au lieu de 60 €, vin compris")

    findings = contents.examine(make.edition(offer)).findings

    assert [(found.code, found.where) for found in findings] == [
        ("legal_reduction", "Dîner"),
        ("legal_before_tax", "Dîner"),
    ]


def test_twelve_offers_that_say_all_they_can_weigh_less_than_a_letter_may() -> None:
    full = {
        "title": "Deux nuits au mas, table d’hôtes et veillée au coin du feu, sous les oliviers",
        "text": "Une chambre de pierre, un feu de bois, la soupe du soir et un verre de vin cuit. " * 7,
        "price_kind": PriceKind.FROM,
        "price": Decimal("1240.50"),
        "price_was": Decimal(1500),
        "price_lowest": Decimal(1500),
        "price_unit": PriceUnit.COUPLE,
        "booking_phone": "04 90 00 00 00",
        "access": ["step_free", "toilets", "parking", "hearing", "sight"],
        "link": "https://mas-des-oliviers.example/noel?utm_source=lettre",
        "image_alt": "Un mas de pierre aux fenêtres éclairées, entouré d’oliviers",
    }
    edition = make.edition(*(make.approved(**with_picture(**full)) for _ in range(12)))

    assert len(contents.examine(edition).rendered.html.encode()) < 90_000


def test_a_members_braces_and_tags_are_printed_as_they_are() -> None:
    offer = make.approved(title="{prénom}, %%first_name%%", text="<script>alert(1)</script> {{ 7 }} $99")

    rendered = rendering.render(contents.content_of(make.edition(offer)), public=True)
    html, text = rendered.html_for({"first_name": "Zoé"}), rendered.text_for({"first_name": "Zoé"})

    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 }} $99" in html
    assert "{prénom},\u00a0%%first_name%%" in html
    assert "<script>alert(1)</script> {{ 7 }} $99" in text
    assert "Zoé" not in html


def test_an_unknown_field_of_the_board_shows_as_typed_and_is_found() -> None:
    edition = make.edition(make.approved(), editorial="Cher {ami} de {{ville}} (%%inconnu%%)")

    examined = contents.examine(edition)

    assert "Cher {ami} de {{ville}} ({inconnu})" in examined.rendered.text
    assert [finding.args for finding in examined.blocking] == [("ami",), ("ville",), ("inconnu",)]


def test_an_edition_in_english_is_worded_in_english() -> None:
    offer = make.approved(valid_from="2026-12-01", valid_until="2026-12-24")

    content = contents.content_of(make.edition(offer, language="en"))

    assert next(content.offers()).dates == "from 1 to 24\u00a0December\u00a02026"
    assert "asked for it" in content.identity.why


@pytest.mark.parametrize("count", [1, 3])
def test_an_edition_is_read_with_as_many_queries_however_many_offers(
    count: int, django_assert_num_queries: Any
) -> None:
    pk = make.edition(*(make.approved() for _ in range(count))).pk
    edition = Edition.objects.select_related("newsletter__association").get(pk=pk)

    with django_assert_num_queries(2):  # the offers' seats, and the partners'
        contents.examine(edition)
