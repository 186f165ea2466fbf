"""Every reason and every advice has its sentence, in French and in English, with all its numbers."""

import re

import pytest
from django.utils import translation

from newsletter import fairness_words
from newsletter.core.advice import Advice, Help
from newsletter.core.fairness import By, Quota, Reason, Unmet
from newsletter.core.reasons import PLACED, Code

VALUES = {"by": "category", "value": "wine_estate", "why": "Le salon a lieu ce jour-là."}
both = pytest.mark.parametrize("language", ["fr", "en"])


def reason(code: Code) -> Reason:
    """A reason with all its numbers, each of them another one."""
    names = fairness_words.NUMBERS.get(code, ())
    return Reason.of(code, **{name: VALUES.get(name, 41 + place) for place, name in enumerate(names)})


@both
@pytest.mark.parametrize("code", Code)
def test_every_code_has_its_sentence_which_says_all_its_numbers(code: Code, language: str) -> None:
    one = reason(code)
    with translation.override(language):
        said = fairness_words.sentence(one)

    assert said[0].isupper()
    assert said[-1] in ".»”"
    assert "%" not in said
    for name, value in one.numbers:
        if name not in ("by", "value"):
            assert str(value) in said, name
    assert fairness_words.told(one).placed == (code in PLACED)


def test_french_and_english_are_two_languages() -> None:
    def said(language: str) -> set[str]:
        with translation.override(language):
            reasons = {fairness_words.sentence(reason(code)) for code in Code}
            return reasons | {fairness_words.helps(Advice(help, 2)) for help in Help}

    assert len(said("fr")) == len(Code) + len(Help)
    assert not said("fr") & said("en")


@both
def test_a_trade_is_said_in_words_and_a_commune_by_its_name(language: str) -> None:
    with translation.override(language):
        trade = fairness_words.sentence(reason(Code.CATEGORY_FULL))
        commune = fairness_words.sentence(Reason.of(Code.COMMUNE_FULL, value="Mouriès", at_most=2, rank=3, of=9))
        by_commune = Reason.of(Code.QUOTA_WANTED, by="commune", value="Mouriès", at_least=1, rank=3, of=9)

        assert "wine_estate" not in trade
        assert "Mouriès" in commune
        assert "Mouriès" in fairness_words.sentence(by_commune)
        assert fairness_words.category_word("autrefois") == "autrefois"


@both
def test_numbers_that_only_look_alike_are_not_said_to_be_equal(language: str) -> None:
    alike = Reason.of(Code.MORE_EXPOSED, exposure=231, last=231, places=8, rank=9, of=30)
    with translation.override(language):
        said = fairness_words.sentence(alike)

    assert said.count("231") == 1


@both
@pytest.mark.parametrize("code", [code for code in Code if "exposure" in fairness_words.NUMBERS.get(code, ())])
def test_while_no_letter_has_shown_anybody_that_is_said_in_words(code: Code, language: str) -> None:
    numbers = {**dict(reason(code).numbers), **dict.fromkeys(("exposure", "median", "last"), 0)}
    with translation.override(language):
        said = fairness_words.sentence(Reason.of(code, **numbers))

    assert not re.search(r"\b0\b", said)
    assert ("aucun lecteur pour l’instant" in said) == (language == "fr")


@both
def test_one_reader_is_one_reader_and_thousands_are_parted(language: str) -> None:
    with translation.override(language):
        said = [fairness_words.seen(n) for n in (0, 1, 2, 1200)]

    assert (
        said
        == {
            "fr": [
                "aucun lecteur pour l’instant",
                "1 lecteur par lettre",
                "2 lecteurs par lettre",
                "1\u202f200 lecteurs par lettre",
            ],
            "en": ["no reader so far", "1 reader a newsletter", "2 readers a newsletter", "1,200 readers a newsletter"],
        }[language]
    )


@both
def test_whoever_stands_at_the_middle_is_told_so_once(language: str) -> None:
    one = Reason.of(Code.LEAST_EXPOSED, exposure=231, median=231, rank=9, of=30)
    with translation.override(language):
        assert fairness_words.sentence(one).count("231") == 1


@both
@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("help", Help)
def test_every_advice_has_its_sentence(help: Help, count: int, language: str) -> None:
    with translation.override(language):
        said = fairness_words.helps(Advice(help, count))

    assert re.fullmatch(r"[A-ZÀ-Ü0-9].*\.", said)
    assert "%" not in said


def test_what_a_code_brings_is_what_its_sentence_asks_for() -> None:
    for code, words in fairness_words.REASONS.items():
        asked = set(re.findall(r"%\((\w+)\)s", str(words)))
        assert asked <= set(fairness_words.NUMBERS.get(code, ())), code


def test_a_quota_that_could_not_be_met_is_told_to_the_board() -> None:
    one = Unmet(Quota(By.COMMUNE, "Mouriès", at_least=2), got=1)

    assert fairness_words.unmet(one) == "Mouriès\u00a0: 1 sur 2 demandées, aucune autre offre ne pouvait s’asseoir."
