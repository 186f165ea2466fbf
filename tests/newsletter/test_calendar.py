"""The year of the association, as rows tell it: what is drawn, proposed and handed out."""

from datetime import date

import pytest
from django.contrib.auth.models import Permission

from newsletter import calendar, feasts, signing
from newsletter.core.calendar.days import Span
from newsletter.core.calendar.feasts import Feast as Rule
from newsletter.core.calendar.year import Kind
from newsletter.signing import Purpose
from tests import make

pytestmark = pytest.mark.django_db
TODAY = date(2026, 12, 20)


def test_the_year_has_its_editions_and_feasts() -> None:
    make.edition(title="Un hiver", planned_on=date(2027, 1, 21))
    feasts.add(Rule("Loto", Span(date(2027, 1, 9), date(2027, 1, 9))), by=None, now=make.NOON)

    [january, *others] = calendar.months(2027, language="fr")

    assert {(entry.kind, entry.title) for entry in january.entries} >= {
        (Kind.EDITION, "Un hiver"),
        (Kind.FEAST, "Loto"),
        (Kind.PUBLIC, "Jour de l’an"),
    }
    assert not any(entry.title in ("Un hiver", "Loto") for month in others for entry in month.entries)


def test_a_day_that_has_its_edition_is_not_proposed_again() -> None:
    first, *others = calendar.proposals(today=TODAY)
    make.edition(planned_on=first.send_on)

    assert calendar.proposals(today=TODAY) == others


def test_a_hidden_feast_is_proposed_no_more() -> None:
    before = {one.occasion.name for one in calendar.proposals(today=date(2027, 7, 15))}
    feasts.hide("olives-vertes", by=None, now=make.NOON)

    after = {one.occasion.name for one in calendar.proposals(today=date(2027, 7, 15))}
    assert before - after == {"Fête des olives vertes"}


def test_everyone_may_know_what_has_left_and_the_board_what_is_planned() -> None:
    make.locked_edition(title="Partie", planned_on=date(2026, 12, 1))
    make.locked_edition(title="Verrouillée", planned_on=date(2027, 1, 20))
    make.edition(title="Ouverte", planned_on=date(2026, 12, 5))

    def letters(entries: list[calendar.Entry]) -> list[str]:
        return [entry.title for entry in entries if entry.kind is Kind.EDITION]

    assert letters(calendar.public_entries(today=TODAY)) == ["Partie"]
    assert letters(calendar.board_entries(today=TODAY)) == ["Partie", "Ouverte", "Verrouillée"]
    assert not any(entry.kind is Kind.SCHOOL for entry in calendar.public_entries(today=TODAY))


def test_an_address_opens_for_its_reader_until_it_is_changed_or_they_leave_the_board() -> None:
    jeanne, marius = make.board_member(), make.board_member()
    old = calendar.address_token(jeanne)
    assert calendar.reader_of(old) == jeanne

    calendar.turn_address(jeanne)
    new = calendar.address_token(jeanne)
    assert (calendar.reader_of(old), calendar.reader_of(new)) == (None, jeanne)
    calendar.turn_address(jeanne)
    assert [calendar.reader_of(token) for token in (old, new)] == [None, None]
    assert calendar.reader_of(calendar.address_token(marius)) == marius

    jeanne.user_permissions.remove(Permission.objects.get(codename="board"))
    assert calendar.reader_of(calendar.address_token(jeanne)) is None
    marius.is_active = False
    marius.save()
    assert calendar.reader_of(calendar.address_token(marius)) is None


@pytest.mark.parametrize("value", ["", "1", "1.0.0", "x.0", "999999.0", "-1.0", "1.", "9" * 30 + ".0"])
def test_no_other_word_opens_it(value: str) -> None:
    assert calendar.reader_of(signing.seal(Purpose.CALENDAR, value)) is None


def test_a_link_for_something_else_opens_no_calendar() -> None:
    user = make.board_member()

    assert calendar.reader_of(signing.seal(Purpose.PREFERENCES, f"{user.pk}.0")) is None


def test_the_page_leads_ten_years_to_either_side_and_not_out_of_the_table() -> None:
    assert calendar.years(date(2026, 6, 1)) == range(2016, 2037)
    assert calendar.years(date(2095, 6, 1)) == range(2085, 2101)
