"""Our calendar, for whoever wants it in theirs: whole days, stable names, and nothing typed is a line of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event

from newsletter.core.calendar.days import ONE_DAY, Span


@dataclass(frozen=True)
class Note:
    """One entry of an outgoing calendar; `uid` is the same each time it is told."""

    uid: str
    title: str
    span: Span
    place: str = ""
    text: str = ""
    url: str = ""
    remind: bool = False  # the day before


def write_calendar(name: str, notes: Iterable[Note], *, told_at: datetime, refreshed: timedelta) -> bytes:
    """Return the calendar as its bytes; those who subscribe are asked to come back after `refreshed`."""
    calendar = Calendar()
    calendar.add("prodid", "-//Garrigue//La lettre//FR")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    calendar.add("name", name)
    calendar.add("refresh-interval", refreshed, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", refreshed)
    for note in notes:
        calendar.add_component(_event(note, told_at))
    written: bytes = calendar.to_ical()
    return written


def _event(note: Note, told_at: datetime) -> Event:
    event = Event()
    event.add("uid", note.uid)
    event.add("dtstamp", told_at)
    event.add("summary", _plain(note.title))
    event.add("dtstart", note.span.first)
    event.add("dtend", note.span.last + ONE_DAY)
    event.add("transp", "TRANSPARENT")
    if note.place:
        event.add("location", _plain(note.place))
    if note.text:
        event.add("description", _plain(note.text))
    if note.url:
        event.add("url", note.url)
    if note.remind:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", _plain(note.title))
        alarm.add("trigger", -ONE_DAY)
        event.add_component(alarm)
    return event


def _plain(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
