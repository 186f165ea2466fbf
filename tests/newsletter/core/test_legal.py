"""What the law asks of an offer, wherever in its words the matter stands."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.core import legal
from newsletter.core.interests import Category, Interest, PriceKind
from newsletter.core.legal import Claims, Remark, StruckFault, bears_notice, remarks, speaks_of_alcohol, struck_fault

PLAIN = Claims(category=Category.RESTAURANT.value, title="La table du soir", text="Une soupe et du pain.")
DAY = date(2026, 12, 1)
AMOUNTS = st.decimals(min_value=0, max_value=99_999, places=2)
LETTERS = st.text(st.characters(whitelist_categories=["Ll", "Lu"]), min_size=1, max_size=8)


@pytest.mark.parametrize(
    "said",
    [
        "Un verre de vin chaud",
        "VINS du domaine",
        "Le vin, remué au chaudron",
        "l’apéritif des vendangeurs",
        "Menu avec accord mets-vins, vin compris",
        "Dégustation de rosé",
        "trois rosés de Provence",
        "Bière de Noël",
        "une eau-de-vie",
        "Cours d’œnologie",
        "a glass of mulled wine",
        "Champagne!",
        "de l’alcool",
        "Mousserons et crémant",
        "deux cafés, un pousse-café",
        "e\u0301te\u0301 : bie\u0300res",
    ],
)
def test_a_drink_is_heard_in_either_language(said: str) -> None:
    assert speaks_of_alcohol(said)


@pytest.mark.parametrize(
    "said",
    [
        "Vingt minutes de visite, dix-huit couverts",
        "Une rose de Noël et des roses",
        "Vinaigre de vin vieilli, vinaigrette",
        "Un cocktail sans alcool et des jus",
        "Alcohol-free punch",
        "La cidrerie est fermée",
        "Le ginkgo du parc",
        "Divin ! Provins, Calvin, devin",
        "La Bièrette",
        "",
    ],
)
def test_what_only_sounds_like_a_drink_is_none(said: str) -> None:
    assert not speaks_of_alcohol(said)


@given(st.sampled_from(legal._DRINKS), st.sampled_from([" ", ", ", "\n", " (", "« ", "’"]), st.booleans())
def test_every_drink_of_the_list_is_heard_between_other_words(drink: str, before: str, loud: bool) -> None:
    said = f"Le soir{before}{drink.upper() if loud else drink}, au coin du feu"

    assert speaks_of_alcohol(said)


@given(st.sampled_from(legal._DRINKS), LETTERS)
def test_a_drink_within_a_word_is_not_heard(drink: str, more: str) -> None:
    glued = f"z{drink}q{more}"

    assert not legal._DRINK.search(legal._plain(glued).split()[0].replace("-", "x"))


@pytest.mark.parametrize(
    ("claims", "bears"),
    [
        (PLAIN, False),
        (replace(PLAIN, text="Un verre de vin."), True),
        (replace(PLAIN, title_en="Mulled wine"), True),
        (replace(PLAIN, text_en="and a beer"), True),
        (replace(PLAIN, category=Category.WINE_ESTATE.value), True),
        (replace(PLAIN, interests=(Interest.WINE.value,)), True),
    ],
)
def test_the_notice_is_borne_by_words_by_trade_and_by_theme(claims: Claims, bears: bool) -> None:
    assert bears_notice(claims) is bears
    assert (Remark.ALCOHOL in remarks(claims)) is bears


def test_a_notice_that_stands_there_is_known_however_it_is_spelled() -> None:
    assert legal.says_notice("L'ABUS D’ALCOOL est dangereux\npour la santé, à consommer avec modération.")
    assert legal.says_notice("Alcohol abuse is dangerous for your health.")
    assert not legal.says_notice("Un verre de vin.")


@given(
    st.sampled_from([kind.value for kind in PriceKind]),
    st.none() | AMOUNTS,
    st.none() | AMOUNTS,
    st.none() | AMOUNTS,
)
def test_a_struck_price_is_printed_only_above_the_price_and_not_above_the_lowest(
    kind: str, price: Decimal | None, was: Decimal | None, lowest: Decimal | None
) -> None:
    fault = struck_fault(kind, price, was, lowest)

    if was is None or kind not in ("fixed", "from"):
        assert fault is None
    elif lowest is None:
        assert fault is StruckFault.ALONE
    else:
        lawful = was <= lowest and price is not None and price < was
        assert (fault is None) is lawful
        assert (fault is StruckFault.TOO_HIGH) is (was > lowest)


@pytest.mark.parametrize(
    "said",
    [
        "95 € au lieu de 120 €",
        "-20 % jusqu’à Noël",
        "– 20% !",
        "20 % de réduction",
        "20% off",
        "prix barré",
        "instead of £40",
    ],
)
def test_a_reduction_in_words_asks_for_its_proof(said: str) -> None:
    assert remarks(replace(PLAIN, text=said)) == [Remark.REDUCTION]
    proved = replace(PLAIN, text=said, price_was=Decimal(120), price_lowest=Decimal(120))
    assert remarks(proved) == []


@pytest.mark.parametrize("said", ["Au lieu de courir, marchez", "Café à 20 % de crème", "2020-21 : une année"])
def test_what_is_no_reduction_asks_for_nothing(said: str) -> None:
    assert remarks(replace(PLAIN, text=said)) == []


@pytest.mark.parametrize(
    ("said", "wrong"),
    [("40 € HT", True), ("40 € h.t. par jour", True), ("hors taxes", True), ("excl. VAT", True), ("la HTE", False)],
)
def test_a_price_before_tax_is_named(said: str, wrong: bool) -> None:
    assert (Remark.BEFORE_TAX in remarks(replace(PLAIN, text=said))) is wrong


def test_a_price_says_for_how_long_it_stands() -> None:
    priced = replace(PLAIN, price_kind="fixed", price=Decimal(12))

    assert remarks(priced) == [Remark.UNDATED]
    assert remarks(replace(priced, valid_from=DAY)) == [Remark.UNDATED]
    assert remarks(replace(priced, valid_from=DAY, valid_until=DAY)) == []
    assert remarks(replace(PLAIN, price_kind="free")) == []


@given(st.integers(-400, 400))
def test_what_is_over_before_the_letter_leaves_is_named(days: int) -> None:
    ends = replace(PLAIN, valid_until=DAY + timedelta(days=days))

    assert (Remark.OVER_BEFORE in remarks(ends, next_sending=DAY)) is (days < 0)
    assert Remark.OVER_BEFORE not in remarks(ends)


@given(st.text(max_size=600))
def test_no_text_is_too_strange_for_the_rules(text: str) -> None:
    assert set(remarks(replace(PLAIN, text=text))) <= set(Remark)
