from datetime import date
from decimal import Decimal

import pytest

from newsletter.core.interests import Category, PriceKind, PriceUnit
from newsletter.core.wording import typeset, word_category, word_dates, word_price

NOV, DEC, JAN = date(2026, 11, 28), date(2026, 12, 1), date(2027, 1, 4)


def spaced(text: str) -> str:
    """The text with its unbreakable spaces shown."""
    return text.replace("\u00a0", "_").replace("\u202f", "~")


@pytest.mark.parametrize(
    ("first", "last", "french", "english"),
    [
        (NOV, JAN, "du 28_novembre_2026 au 4_janvier_2027", "from 28_November_2026 to 4_January_2027"),
        (NOV, DEC, "du 28_novembre au 1er_décembre_2026", "from 28_November to 1_December_2026"),
        (DEC, date(2026, 12, 24), "du 1er au 24_décembre_2026", "from 1 to 24_December_2026"),
        (JAN, JAN, "le 4_janvier_2027", "on 4_January_2027"),
        (None, JAN, "jusqu’au 4_janvier_2027", "until 4_January_2027"),
        (NOV, None, "à partir du 28_novembre_2026", "from 28_November_2026"),
        (None, None, "", ""),
    ],
)
def test_dates_say_month_and_year_once(first: date | None, last: date | None, french: str, english: str) -> None:
    assert spaced(word_dates(first, last, "fr")) == french
    assert spaced(word_dates(first, last, "en-gb")) == english


@pytest.mark.parametrize(
    ("kind", "amount", "unit", "french", "english"),
    [
        ("from", "95.00", "night", "à partir de 95_€ par nuit", "from €95 per night"),
        ("fixed", "12.50", "person", "12,50_€ par personne", "€12.50 per person"),
        ("fixed", "1250", "", "1~250_€", "€1,250"),
        ("free", None, "", "gratuit", "free"),
        ("fixed", "0", "person", "gratuit", "free"),
        ("on_request", None, "", "prix sur demande", "price on request"),
    ],
)
def test_prices(kind: str, amount: str | None, unit: str, french: str, english: str) -> None:
    value = Decimal(amount) if amount else None
    assert spaced(word_price(kind, value, unit, "fr")) == french
    assert spaced(word_price(kind, value, unit, "en")) == english


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_kind_has_its_words(language: str) -> None:
    assert all(word_category(category, language) for category in Category)
    assert all(word_price(PriceKind.FIXED, Decimal(5), unit, language) for unit in PriceUnit)


def test_french_spaces_hold_and_none_is_added() -> None:
    text = "Noël : « à table ! » 12 € et 1 250 € ; https://x.example/a:b?c=1 (50 %)"

    assert spaced(typeset(text)) == "Noël_: «_à table~!_» 12_€ et 1~250_€~; https://x.example/a:b?c=1 (50_%)"
    assert typeset(text, "en") == text
