"""What the board says of a feast stands; what came with the product comes back when asked."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from newsletter import feasts
from newsletter.core.calendar.days import Span
from newsletter.core.calendar.feasts import Feast as Rule
from newsletter.core.calendar.feasts import Returns
from newsletter.core.calendar.ical_in import Happening
from newsletter.models import Feast
from tests.make import NOON

pytestmark = pytest.mark.django_db
FAIR = Rule("Foire aux santons", Span(date(2026, 12, 12), date(2026, 12, 13)), Returns.WEEKDAY, "Fontvieille")
KEY = "messe-de-minuit"


def titles() -> list[str]:
    return [feast.title for feast in feasts.standing()]


def test_a_fresh_house_has_the_shipped_feasts() -> None:
    assert titles() == [feast.title for feast in feasts.shipped().values()]


def test_a_feast_of_the_board_is_added_changed_and_forgotten() -> None:
    before = titles()
    row = feasts.add(FAIR, by=None, now=NOON)
    assert feasts.standing()[-1] == FAIR

    feasts.change(row, replace(FAIR, title="Foire", key="messe-de-minuit"))
    assert feasts.standing()[-1] == replace(FAIR, title="Foire"), "no key is taken by the way"

    feasts.drop(row)
    assert titles() == before


def test_the_board_s_words_stand_in_the_place_of_a_shipped_feast_until_they_are_taken_back() -> None:
    shipped = feasts.shipped()[KEY]
    said = replace(shipped, title="Messe de minuit à Saint-Vincent", usual=False)

    feasts.speak_for(KEY, said, by=None, now=NOON)
    feasts.speak_for(KEY, said, by=None, now=NOON)
    assert [feast for feast in feasts.standing() if feast.key == KEY] == [said]
    assert shipped not in feasts.untouched()

    feasts.restore(KEY)
    assert [feast for feast in feasts.standing() if feast.key == KEY] == [shipped]


def test_a_hidden_feast_is_gone_until_it_is_restored_and_hiding_twice_is_hiding() -> None:
    for _ in range(2):
        feasts.hide(KEY, by=None, now=NOON)
    assert feasts.shipped()[KEY].title not in titles()

    feasts.restore(KEY)
    assert feasts.shipped()[KEY].title in titles()


def test_hiding_keeps_the_board_s_words() -> None:
    feasts.speak_for(KEY, replace(FAIR, key=KEY), by=None, now=NOON)
    feasts.hide(KEY, by=None, now=NOON)

    row = Feast.objects.get(key=KEY)
    assert (row.hidden, row.title) == (True, "Foire aux santons")


@pytest.mark.parametrize("verb", ["hide", "restore", "speak_for"])
def test_no_feast_has_a_key_that_was_not_shipped(verb: str) -> None:
    act = {
        "hide": lambda: feasts.hide("noel-au-balcon", by=None, now=NOON),
        "restore": lambda: feasts.restore("noel-au-balcon"),
        "speak_for": lambda: feasts.speak_for("noel-au-balcon", FAIR, by=None, now=NOON),
    }
    with pytest.raises(feasts.NoSuchFeast):
        act[verb]()
    assert not Feast.objects.exists()


def test_a_file_brought_twice_brings_nothing_new() -> None:
    found = [
        Happening(Span(date(2027, 6, 6), date(2027, 6, 6)), "Bal", uid="1"),
        Happening(Span(date(2027, 6, 13), date(2027, 6, 13)), "Bal", uid="1"),
        Happening(Span(date(2027, 6, 13), date(2027, 6, 13)), "Loto"),
    ]

    assert [feasts.bring(found, feed=None, by=None, now=NOON) for _ in range(2)] == [3, 0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"first_day": date(2027, 2, 2), "last_day": date(2027, 2, 1)},
        {"first_day": date(1999, 12, 31), "last_day": date(1999, 12, 31)},
        {"first_day": date(2101, 1, 1), "last_day": date(2101, 1, 1)},
    ],
)
def test_the_database_keeps_feasts_in_their_century_and_forward(wrong: dict[str, date]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Feast.objects.create(title="?", entered_at=NOON, **wrong)
