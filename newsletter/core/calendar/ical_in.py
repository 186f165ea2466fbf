"""Someone else's calendar, read with suspicion: bounded in bytes, events and repetitions, wrong line by wrong line.

`icalendar` reads one event at a time, so that one that is broken costs the others nothing; `dateutil` repeats them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Event

from newsletter.core.calendar.days import FIRST_YEAR, LAST_YEAR, ONE_DAY, Span
from newsletter.core.calendar.feasts import LONGEST

MAX_BYTES = 1_000_000
MAX_EVENTS = 300  # what one calendar may bring, repetitions counted
MAX_FAULTS = 50
MAX_LINES = 40_000
# Steps of all repetitions of a file together, those before the window included.
MAX_STEPS = 40_000
PARIS = ZoneInfo("Europe/Paris")
TITLE, PLACE, UID = 120, 80, 200


class Fault(StrEnum):
    """What can be wrong with a calendar, or with one of its lines; the sentences stand in calendar_words.py."""

    TOO_LARGE = "too_large"
    NOT_UTF8 = "not_utf8"
    NOT_A_CALENDAR = "not_a_calendar"
    CUT_SHORT = "cut_short"
    BROKEN = "broken"
    NO_DAY = "no_day"
    NO_TITLE = "no_title"
    CENTURY = "century"
    BACKWARDS = "backwards"
    TOO_LONG = "too_long"
    REPEATS_TOO_MUCH = "repeats_too_much"
    TOO_MANY = "too_many"


@dataclass(frozen=True)
class Wrong:
    """One thing that was not taken in: at which line, and why."""

    line: int
    fault: Fault
    title: str = ""


@dataclass(frozen=True, order=True)
class Happening:
    """One event on its days, as Provence reads its clock."""

    span: Span
    title: str
    place: str = ""
    uid: str = ""


@dataclass(frozen=True)
class Read:
    """What a calendar brings, and what of it was left out."""

    happenings: tuple[Happening, ...]
    wrong: tuple[Wrong, ...]


class BadEvent(ValueError):
    def __init__(self, fault: Fault, prop: str = "") -> None:
        super().__init__(fault.value)
        self.fault, self.prop = fault, prop


def read_calendar(raw: bytes, *, window: Span) -> Read:
    """Return what happens within the window; a file that is no calendar brings nothing but the reason."""
    if len(raw) > MAX_BYTES:
        return Read((), (Wrong(1, Fault.TOO_LARGE),))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        return Read((), (Wrong(raw.count(b"\n", 0, wrong.start) + 1, Fault.NOT_UTF8),))
    lines = [line.rstrip("\r") for line in text.replace("\x00", "").split("\n")]
    if len(lines) > MAX_LINES:
        return Read((), (Wrong(MAX_LINES, Fault.TOO_LARGE),))
    if next((line for line in lines if line.strip()), "").strip().upper() != "BEGIN:VCALENDAR":
        return Read((), (Wrong(1, Fault.NOT_A_CALENDAR),))
    return _Reading(window).read(lines)


class _Reading:
    def __init__(self, window: Span) -> None:
        self.window = window
        self.steps = 0
        self.found: dict[tuple[str, date], Happening] = {}
        self.wrong: list[Wrong] = []

    def read(self, lines: Sequence[str]) -> Read:
        moved: dict[tuple[str, date], Happening | None] = {}
        for number, block in _events(lines):
            title = ""
            try:
                event = _parsed(block)
                title = _text(event, "SUMMARY", TITLE)
                for key, happening in self._happenings(event, title):
                    if "RECURRENCE-ID" in event:
                        moved[key] = happening
                    elif happening is not None:
                        self.found.setdefault(key, happening)
            except BadEvent as bad:
                self._note(number + _line_of(bad.prop, block), bad.fault, title)
            if len(self.found) > MAX_EVENTS:
                self._note(number, Fault.TOO_MANY, title)
                break
        self._note_the_end(lines)
        self.found |= {key: happening for key, happening in moved.items() if happening is not None}
        gone = {key for key, happening in moved.items() if happening is None}
        kept = sorted(happening for key, happening in self.found.items() if key not in gone)
        return Read(tuple(kept[:MAX_EVENTS]), tuple(self.wrong[:MAX_FAULTS]))

    def _note(self, line: int, fault: Fault, title: str = "") -> None:
        self.wrong.append(Wrong(line, fault, title))

    def _note_the_end(self, lines: Sequence[str]) -> None:
        last = next((n for n in range(len(lines), 0, -1) if lines[n - 1].strip()), 1)
        if lines[last - 1].strip().upper() != "END:VCALENDAR":
            self._note(last, Fault.CUT_SHORT)

    def _happenings(self, event: Any, title: str) -> Iterator[tuple[tuple[str, date], Happening | None]]:
        """Yield each time the event happens within the window, by its own name for that time; None: no longer."""
        span = _span(event)
        uid = _text(event, "UID", UID)
        cancelled = _text(event, "STATUS", 20).upper() == "CANCELLED"
        if "RECURRENCE-ID" in event:
            first = _day(_value(event, "RECURRENCE-ID"))
            happening = None if cancelled else self._at(span.first, span, title, event, uid)
            yield (uid, first), happening
            return
        if cancelled:
            return
        if not title:
            raise BadEvent(Fault.NO_TITLE)
        if "RRULE" in event:
            firsts = self._repeated(event, span)
        elif span.first.year >= FIRST_YEAR and span.last.year <= LAST_YEAR:
            firsts = [span.first]
        else:
            raise BadEvent(Fault.CENTURY, "DTSTART")
        away = set(_excluded(event))
        for first in firsts:
            happening = self._at(first, span, title, event, uid)
            if first not in away and happening is not None:
                yield (uid or f"{title} {span.first}", first), happening

    def _at(self, first: date, span: Span, title: str, event: Event, uid: str) -> Happening | None:
        there = Span(first, first + timedelta(days=span.days - 1))
        return Happening(there, title, _text(event, "LOCATION", PLACE), uid) if there.meets(self.window) else None

    def _repeated(self, event: Any, span: Span) -> list[date]:
        """Return the first days of the repetitions; the steps to get there are counted, not only what they bring."""
        rule = event["RRULE"]
        # an event without end, or one of the last century, is followed as far as the window and no further
        if isinstance(rule, list) or not _is_followable(rule):
            raise BadEvent(Fault.REPEATS_TOO_MUCH, "RRULE")
        plain = {**rule, "UNTIL": [_day(day) for day in rule["UNTIL"]]} if "UNTIL" in rule else dict(rule)
        start = datetime.combine(span.first, datetime.min.time())
        words = ";".join(f"{name}={_said(values)}" for name, values in plain.items())
        found = []
        try:
            for moment in takewhile(lambda at: at.date() <= self.window.last, rrulestr(words, dtstart=start)):
                self.steps += 1
                if self.steps > MAX_STEPS:
                    raise BadEvent(Fault.REPEATS_TOO_MUCH, "RRULE")
                if moment.date() + timedelta(days=span.days) > self.window.first:
                    found.append(moment.date())
                if len(found) > MAX_EVENTS:
                    raise BadEvent(Fault.REPEATS_TOO_MUCH, "RRULE")
        except (ValueError, TypeError, OverflowError) as problem:
            raise problem if isinstance(problem, BadEvent) else BadEvent(Fault.BROKEN, "RRULE") from None
        return found


def _events(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield each event's lines, with the number of the first; one that is not ended is not begun."""
    begun, block = 0, list[str]()
    for number, line in enumerate(lines, start=1):
        word = line.strip().upper()
        if word == "BEGIN:VEVENT":
            begun, block = number, []
        if begun:
            block.append(line)
        if word == "END:VEVENT" and begun:
            yield begun, block
            begun = 0


def _parsed(block: Sequence[str]) -> Any:
    try:
        event: Any = Event.from_ical("\r\n".join(block) + "\r\n")
    except (ValueError, IndexError, KeyError, TypeError, AttributeError) as problem:
        raise BadEvent(Fault.BROKEN) from problem
    for name, _ in getattr(event, "errors", ()):
        if name in ("DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "RECURRENCE-ID"):
            raise BadEvent(Fault.NO_DAY if name == "DTSTART" else Fault.BROKEN, name)
    if not isinstance(event, Event) or "DTSTART" not in event:
        raise BadEvent(Fault.NO_DAY)
    return event


def _line_of(prop: str, block: Sequence[str]) -> int:
    return next((n for n, line in enumerate(block) if prop and line.upper().startswith(prop)), 0)


def _value(event: Any, name: str) -> Any:
    said = event[name]
    if isinstance(said, list):
        raise BadEvent(Fault.BROKEN, name)
    return said.dt


def _day(moment: Any) -> date:
    """Return the day of it on the clocks of Provence; a time without a zone is theirs already."""
    try:
        if isinstance(moment, datetime):
            return (moment.astimezone(PARIS) if moment.tzinfo else moment).date()
        if isinstance(moment, date):
            return moment
    except (OverflowError, ValueError):
        raise BadEvent(Fault.CENTURY, "DTSTART") from None
    raise BadEvent(Fault.NO_DAY, "DTSTART")


def _span(event: Any) -> Span:
    begins = _value(event, "DTSTART")
    first = _day(begins)
    try:
        if "DTEND" in event:
            ends = _value(event, "DTEND")
        elif "DURATION" in event:
            ends = begins + _value(event, "DURATION")
        else:
            return Span(first, first)
        # the end is not part of it: a day that ends the next midnight is one day
        last = _day(ends) - ONE_DAY if not isinstance(ends, datetime) else _day(ends - timedelta(seconds=1))
    except OverflowError:
        raise BadEvent(Fault.CENTURY, "DTEND") from None
    except TypeError:
        raise BadEvent(Fault.BROKEN, "DTEND") from None
    if ends == begins:
        last = first
    if last < first:
        raise BadEvent(Fault.BACKWARDS, "DTEND")
    if (last - first).days >= LONGEST:
        raise BadEvent(Fault.TOO_LONG, "DTEND")
    return Span(first, last)


def _excluded(event: Any) -> Iterator[date]:
    said = event.get("EXDATE", ())
    try:
        for group in said if isinstance(said, list) else [said] if said else []:
            yield from (_day(one.dt) for one in getattr(group, "dts", ()))
    except ValueError:  # icalendar says only now what it could not read
        raise BadEvent(Fault.BROKEN, "EXDATE") from None


def _text(event: Any, name: str, longest: int) -> str:
    """Return the words on one line; they are shown as they are, whatever they look like."""
    said = event.get(name, "")
    words = str(said[0] if isinstance(said, list) and said else said)
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())
    return plain if len(plain) <= longest else plain[: longest - 1].rstrip() + "…"


def _said(values: Any) -> str:
    """Return one part of a rule as dateutil reads it."""
    found = values if isinstance(values, list) else [values]
    return ",".join(value.strftime("%Y%m%dT235959") if isinstance(value, date) else str(value) for value in found)


def _is_followable(rule: Any) -> bool:
    """Return whether the rule surely comes true again and again: one that never does would be sought for ever.

    So no hours, no weeks of the year, and no far steps together with parts that they may miss for ever.
    """
    known = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH", "BYMONTHDAY"}
    every = str((rule.get("FREQ") or [""])[0]).upper()
    step = int((rule.get("INTERVAL") or [1])[0])
    parts = set(rule) & {"BYDAY", "BYMONTH", "BYMONTHDAY"}
    if {"COUNT", "UNTIL"} <= set(rule):  # one of them is meant, and nobody knows which
        return False
    if not set(rule) <= known or every not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY") or not 1 <= step <= 60:
        return False
    if any(not 1 <= abs(int(day)) <= 31 for day in rule.get("BYMONTHDAY", ())):
        return False
    if any(not 1 <= int(month) <= 12 for month in rule.get("BYMONTH", ())):
        return False
    if "BYMONTHDAY" in parts and (len(parts) > 1 or step > 1):
        # the 30th of February, the 31st of every twelfth month from November
        return parts == {"BYMONTHDAY", "BYMONTH"} and step == 1 and all(abs(int(d)) <= 28 for d in rule["BYMONTHDAY"])
    ordinals = [str(day).strip("+").rstrip("MOTUWEHFRSA") for day in rule.get("BYDAY", ())]
    if every in ("DAILY", "WEEKLY"):
        return not any(ordinals) and (step == 1 or parts <= ({"BYDAY"} if every == "WEEKLY" else set()))
    if any(ordinal and abs(int(ordinal)) not in range(1, 5) for ordinal in ordinals):
        return False
    return step == 1 or every == "YEARLY" or parts <= {"BYDAY"}
