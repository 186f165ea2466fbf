"""Our calendar in other people's calendars."""

import re
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from newsletter import calendar
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_december() -> object:
    with time_machine.travel(datetime(2026, 12, 20, 9, tzinfo=UTC), tick=False):
        yield


def titles(body: bytes) -> list[str]:
    return [str(event["SUMMARY"]) for event in Calendar.from_ical(body).walk("VEVENT")]


def test_anyone_may_have_the_feasts_and_the_letters_that_have_left(client: Client) -> None:
    gone = make.locked_edition(title="Fêtes", planned_on=date(2026, 12, 1))
    make.edition(title="Secrète", planned_on=date(2027, 1, 20))
    make.feast("Loto\r\nEND:VCALENDAR", place="<b>Mouriès</b>")
    answer = client.get(reverse("agenda"))

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert {"Lettre : Fêtes", "Messe de minuit et pastrage", "Loto END:VCALENDAR"} <= {
        title.replace("\u00a0", " ") for title in titles(answer.content)
    }
    assert "Secrète" not in answer.content.decode()
    assert reverse("edition-archive", args=[gone.slug]) in re.sub(r"\r\n ", "", answer.content.decode())
    assert answer.content == client.get(reverse("agenda")).content, "it says the same all day"


def test_the_board_s_own_has_what_is_planned_in_its_reader_s_language() -> None:
    reader = make.board_member(language="en")
    make.edition(title="Secrète", planned_on=date(2027, 1, 20))
    answer = Client().get(reverse("board-agenda", args=[calendar.address_token(reader)]))

    assert {"Newsletter: Secrète", "Winter school holidays, zone C"} <= set(titles(answer.content))
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("token", ["x", "1.laptop.aaaa.bbbb", "é", "a" * 500])
def test_a_wrong_address_says_nothing(client: Client, token: str) -> None:
    assert client.get(f"/agenda/{token}.ics").status_code == 404


def test_an_entry_keeps_its_name_when_its_day_is_moved(client: Client) -> None:
    reader = make.board_member()
    edition = make.edition(title="Secrète", planned_on=date(2027, 1, 20))
    address = reverse("board-agenda", args=[calendar.address_token(reader)])

    def names() -> set[str]:
        return {str(event["UID"]) for event in Calendar.from_ical(client.get(address).content).walk("VEVENT")}

    before = names()
    edition.planned_on = date(2027, 1, 22)
    edition.save()
    assert names() == before


def test_no_two_entries_have_one_name(client: Client) -> None:
    reader = make.board_member()
    answer = client.get(reverse("board-agenda", args=[calendar.address_token(reader)]))
    found = [str(event["UID"]) for event in Calendar.from_ical(answer.content).walk("VEVENT")]

    assert len(found) == len(set(found)) > 50
