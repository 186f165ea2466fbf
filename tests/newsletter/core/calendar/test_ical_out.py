"""Our calendar is one that any other can read, and nothing typed is a line of its own."""

from datetime import date, timedelta

from icalendar import Calendar

from newsletter.core.calendar.days import Span
from newsletter.core.calendar.ical_out import Note, write_calendar
from tests.make import NOON

SPAN = Span(date(2027, 12, 24), date(2027, 12, 25))


def written(*notes: Note) -> bytes:
    return write_calendar("Alpilles", notes, told_at=NOON, refreshed=timedelta(hours=12))


def test_a_note_lasts_until_the_morning_after() -> None:
    note = Note("1", "Messe", SPAN, "Les Baux", "À confirmer.", "https://lettre.example/e/", remind=True)
    [event] = Calendar.from_ical(written(note)).walk("VEVENT")

    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2027, 12, 24), date(2027, 12, 26))
    assert [str(event[name]) for name in ("UID", "SUMMARY", "LOCATION", "DESCRIPTION", "URL")] == [
        "1", "Messe", "Les Baux", "À confirmer.", "https://lettre.example/e/"
    ]  # fmt: skip
    assert [alarm["TRIGGER"].dt for alarm in event.walk("VALARM")] == [timedelta(days=-1)]


def test_a_title_with_line_ends_adds_no_event_and_no_line() -> None:
    evil = "Messe\r\nEND:VEVENT\r\nBEGIN:VEVENT\nATTACH:https://x.example\u2028x"
    raw = written(Note("1", evil, SPAN, place=evil, text=evil))

    [event] = Calendar.from_ical(raw).walk("VEVENT")
    assert "ATTACH" not in event
    assert str(event["SUMMARY"]) == "Messe END:VEVENT BEGIN:VEVENT ATTACH:https://x.example x"
    assert raw.count(b"\r\nBEGIN:VEVENT") == 1
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))


def test_the_same_day_tells_the_same_bytes() -> None:
    assert written(Note("1", "Messe", SPAN)) == written(Note("1", "Messe", SPAN))
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT12H" in written()
