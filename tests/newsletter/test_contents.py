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

    with django_assert_num_queries(1):
        contents.examine(edition)
