"""The English catalogue: complete, agreeing with itself, and written like English."""

import gettext
import re
from pathlib import Path

import pytest
from django.utils import translation

from audiences.core import sentence
from audiences.core.consent import Purpose
from audiences.wordings import VERSIONS
from newsletter import contents, words
from newsletter.core import preflight, wording
from tests.catalogue import HOUSE, Entry, asked, compiled, entries

ENGLISH = entries("en")
# What is no word of ours between two tags: comments, translated words, each language's own name for itself, tags.
UNSEEN = [
    re.compile(r"<style>.*?</style>", re.DOTALL),
    re.compile(r"{%\s*comment\s*%}.*?{%\s*endcomment\s*%}", re.DOTALL),
    re.compile(r"{%\s*block page_class\s*%}.*?{%\s*endblock\s*%}"),
    re.compile(r"{%\s*blocktranslate\b.*?{%\s*endblocktranslate\s*%}", re.DOTALL),
    re.compile(r"<(\w+)[^>]*\blang=\"(?:fr|en)\"[^>]*>[^<]*</\1>"),
    re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL),
    re.compile(r"<[^>]*>|&\w+;", re.DOTALL),
]
HOLES = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}|<[^>]+>|https?://\S+")


def by_words(entry: Entry) -> str:
    return entry.asked[0][:40]


def test_every_wording_of_the_interface_has_its_english() -> None:
    assert asked() - {entry.asked for entry in ENGLISH} == set(), "`make messages`, then write what is empty"


def test_no_english_is_kept_for_words_that_nobody_asks_for_any_more() -> None:
    assert {entry.asked for entry in ENGLISH} - asked() == set()


def test_nothing_is_empty_and_nothing_is_a_guess() -> None:
    unsure = [entry.asked for entry in ENGLISH if entry.fuzzy or not all(entry.said)]

    assert unsure == []
    assert all(len(entry.said) == len(entry.asked) for entry in ENGLISH)


def test_what_is_filled_in_is_filled_in_in_english_too() -> None:
    for entry in ENGLISH:
        holes = [sorted(HOLES.findall(text)) for text in entry.asked]
        for said, wanted in zip(entry.said, holes, strict=True):
            assert sorted(HOLES.findall(said)) == wanted, said


def test_it_is_set_like_english() -> None:
    for said in (said for entry in ENGLISH for said in entry.said):
        text = re.sub(r"<[^>]+>", "", said)
        assert not re.search(r"[«»'\"\u00a0\u202f]| [:;!?]", text), said


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_compiled_catalogue_says_what_the_written_one_says(language: str) -> None:
    with compiled(language).open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    for entry in entries(language):
        if len(entry.asked) == 1:
            assert catalogue.gettext(entry.asked[0]) == entry.said[0]
        else:
            said = tuple(catalogue.ngettext(*entry.asked, n) for n in (1, 2))
            assert said == entry.said
    size = sum(len(entry.asked) for entry in entries(language) if len(entry.asked) == 1)
    size += sum(2 for entry in entries(language) if len(entry.asked) == 2)
    assert len(catalogue._catalog) == size + 1  # type: ignore[attr-defined]


def test_french_counts_nothing_as_one() -> None:
    plurals = entries("fr")

    assert {entry.asked for entry in plurals} == {wording for wording in asked() if len(wording) == 2}
    assert all(entry.said == entry.asked for entry in plurals)
    with translation.override("fr"):
        assert translation.ngettext("%(n)s offre", "%(n)s offres", 0) == "%(n)s offre"
    with translation.override("en"):
        assert translation.ngettext("%(n)s offre", "%(n)s offres", 0) == "%(n)s offers"


def test_tables_of_two_languages_hold_the_same_in_both() -> None:
    assert preflight.SENTENCES["fr"].keys() == preflight.SENTENCES["en"].keys()
    for table in (contents.WHY, contents.ALCOHOL, sentence.WORDS):
        assert table.keys() == {"fr", "en"}
    assert sentence.WORDS["fr"].interests.keys() == sentence.WORDS["en"].interests.keys()
    for table in (wording._MONTHS, wording._UNITS, wording._CATEGORIES, wording._ACCESS):
        assert len(table["fr"]) == len(table["en"])
    for purpose in Purpose:
        versions = [(v.locale, v.version) for v in VERSIONS if v.purpose is purpose]
        assert {n for locale, n in versions if locale == "fr"} == {n for locale, n in versions if locale == "en"}


def test_words_are_looked_up_when_a_page_is_read_not_when_the_house_starts() -> None:
    with translation.override("en"):
        assert str(words.STATES[next(iter(words.STATES))]) == "Draft"


def test_no_page_says_words_that_no_catalogue_knows() -> None:
    """A French word between two tags of a template escapes every translator."""
    for path in sorted((HOUSE / "templates").rglob("*.html")) + transactional():
        said = path.read_text()
        for unseen in UNSEEN:
            said = unseen.sub(" ", said)
        assert set(re.findall(r"[^\W\d_]{3,}", said)) <= {"Garrigue", "https"}, path.relative_to(HOUSE)


def transactional() -> list[Path]:
    return sorted((HOUSE / "templates" / "emails" / "transactional").glob("*.txt"))
