"""Someone else's calendar is read as far as it can be, and never further than that."""

import time
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.core.calendar.days import Span
from newsletter.core.calendar.ical_in import MAX_BYTES, MAX_EVENTS, Fault, Happening, Read, Wrong, read_calendar
from newsletter.core.calendar.ical_out import Note, write_calendar
from tests.make import NOON

WINDOW = Span(date(2026, 1, 1), date(2028, 12, 31))
DAY = "DTSTART;VALUE=DATE:20270606"


def calendar(*events: str) -> bytes:
    """A calendar of these events, each given by its lines, with a title unless it has one."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for event in events:
        titled = event if "SUMMARY" in event else f"SUMMARY:Fête\n{event}"
        lines += ["BEGIN:VEVENT", *titled.split("\n"), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def read(*events: str) -> Read:
    return read_calendar(calendar(*events), window=WINDOW)


def spans(*events: str) -> list[tuple[str, str]]:
    found = read(*events)
    assert found.wrong == ()
    return [(one.span.first.isoformat(), one.span.last.isoformat()) for one in found.happenings]


def test_an_event_is_read_with_its_words() -> None:
    assert read(f"UID:7@mairie\nSUMMARY:Marché de Noël\nLOCATION:Les Baux\\, place\n{DAY}") == Read(
        (Happening(Span(date(2027, 6, 6), date(2027, 6, 6)), "Marché de Noël", "Les Baux, place", "7@mairie"),), ()
    )


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        (DAY, "2027-06-06", "2027-06-06"),
        (f"{DAY}\nDTEND;VALUE=DATE:20270607", "2027-06-06", "2027-06-06"),
        (f"{DAY}\nDTEND;VALUE=DATE:20270609", "2027-06-06", "2027-06-08"),
        (f"{DAY}\nDTEND;VALUE=DATE:20270606", "2027-06-06", "2027-06-06"),
        (f"{DAY}\nDTEND:20270607T200000", "2027-06-06", "2027-06-07"),
        (f"{DAY}\nDURATION:P2D", "2027-06-06", "2027-06-07"),
        ("DTSTART:20270606T200000\nDTEND:20270607T000000", "2027-06-06", "2027-06-06"),
        ("DTSTART:20270606T200000\nDTEND:20270607T020000", "2027-06-06", "2027-06-07"),
        ("DTSTART:20270606T223000Z\nDURATION:PT1H", "2027-06-07", "2027-06-07"),  # half past midnight in Provence
        ("DTSTART;TZID=America/New_York:20270606T200000", "2027-06-07", "2027-06-07"),
    ],
)
def test_days_are_read_by_the_clocks_of_provence(said: str, first: str, last: str) -> None:
    assert spans(said) == [(first, last)]


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=YEARLY", ["2027-06-06", "2028-06-06"]),
        ("FREQ=MONTHLY;BYDAY=1SU;COUNT=3", ["2027-06-06", "2027-07-04", "2027-08-01"]),
        ("FREQ=WEEKLY;UNTIL=20270621", ["2027-06-06", "2027-06-13", "2027-06-20"]),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=2;BYDAY=SU,WE", ["2027-06-06", "2027-06-16"]),
        ("FREQ=DAILY;COUNT=2", ["2027-06-06", "2027-06-07"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=2", ["2027-06-30", "2027-07-31"]),
        ("FREQ=YEARLY;UNTIL=20280606T235959Z", ["2027-06-06", "2028-06-06"]),
    ],
)
def test_a_repetition_is_followed_as_far_as_the_window(rule: str, days: list[str]) -> None:
    assert [first for first, _ in spans(f"{DAY}\nRRULE:{rule}")] == days


def test_a_time_that_is_taken_out_or_moved_or_called_off_is_where_it_is_now() -> None:
    weekly = f"UID:1\n{DAY}\nRRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;VALUE=DATE:20270613"
    moved = "UID:1\nRECURRENCE-ID;VALUE=DATE:20270620\nDTSTART;VALUE=DATE:20270621"
    off = f"UID:1\nRECURRENCE-ID;VALUE=DATE:20270627\nSTATUS:CANCELLED\n{DAY}"

    assert [first for first, _ in spans(weekly, moved, off)] == ["2027-06-06", "2027-06-21"]
    assert spans(f"STATUS:CANCELLED\n{DAY}") == []


FOREVER = [
    "FREQ=SECONDLY",
    "FREQ=HOURLY;COUNT=5",
    "FREQ=DAILY",  # a thousand days are not a feast
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",  # never, and sought for ever
    "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
    "FREQ=MONTHLY;INTERVAL=12;BYMONTH=5",
    "FREQ=YEARLY;BYWEEKNO=53",
    "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=400",
    "FREQ=WEEKLY;INTERVAL=100000",
    "FREQ=DAILY;COUNT=2;UNTIL=20270701",
]


@pytest.mark.parametrize("rule", FOREVER)
def test_a_repetition_without_end_costs_nothing_but_itself(rule: str) -> None:
    began = time.monotonic()
    found = read(f"SUMMARY:Sans fin\n{DAY}\nRRULE:{rule}", f"SUMMARY:Bal\n{DAY}")

    assert time.monotonic() - began < 3
    assert [one.title for one in found.happenings] == ["Bal"]
    assert found.wrong == (Wrong(6, Fault.REPEATS_TOO_MUCH, "Sans fin"),)


def test_three_hundred_repetitions_since_the_middle_ages_are_given_up_together() -> None:
    old = "SUMMARY:Vieux\nDTSTART;VALUE=DATE:10010101\nRRULE:FREQ=DAILY"
    began = time.monotonic()
    found = read_calendar(calendar(*[old] * 300), window=WINDOW)

    assert time.monotonic() - began < 5
    assert found.happenings == ()
    assert {wrong.fault for wrong in found.wrong} == {Fault.REPEATS_TOO_MUCH}


EVERY = st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
PARTS = st.fixed_dictionaries(
    {},
    optional={
        "INTERVAL": st.sampled_from(["1", "2", "3", "7", "12", "59", "60"]),
        "BYMONTH": st.sampled_from(["2", "5", "2,11"]),
        "BYMONTHDAY": st.sampled_from(["1", "29", "30", "31", "-31", "-1,15"]),
        "BYDAY": st.sampled_from(["MO", "SU,WE", "2SU", "-1FR", "5MO", "53SA"]),
        "WKST": st.just("SU"),
    },
)


@settings(max_examples=150, deadline=None)
@given(EVERY, PARTS, st.dates(date(1990, 1, 1), date(2028, 1, 1)))
def test_whatever_rule_is_followed_ends_soon(every: str, parts: dict[str, str], first: date) -> None:
    rule = ";".join(f"{name}={value}" for name, value in {"FREQ": every, **parts}.items())
    began = time.process_time()
    found = read(f"DTSTART;VALUE=DATE:{first:%Y%m%d}\nRRULE:{rule}")

    assert time.process_time() - began < 2, rule
    assert all(one.span.meets(WINDOW) for one in found.happenings)
    assert len(found.happenings) <= MAX_EVENTS


@pytest.mark.parametrize(
    ("event", "line", "fault"),
    [
        ("SUMMARY:Fête", 3, Fault.NO_DAY),
        ("SUMMARY:Fête\nDTSTART:demain", 5, Fault.NO_DAY),
        ("SUMMARY:Fête\nDTSTART;VALUE=DATE:20270231", 5, Fault.NO_DAY),
        (f"SUMMARY:\n{DAY}", 3, Fault.NO_TITLE),
        (f"SUMMARY:Fête\n{DAY}\nDTEND;VALUE=DATE:20270601", 6, Fault.BACKWARDS),
        (f"SUMMARY:Fête\n{DAY}\nDTEND;VALUE=DATE:20290601", 6, Fault.TOO_LONG),
        (f"SUMMARY:Fête\n{DAY}\nRRULE:FREQ=JAMAIS", 6, Fault.BROKEN),
        (f"SUMMARY:Fête\n{DAY}\nRRULE:FREQ=DAILY;COUNT=x", 6, Fault.BROKEN),
        (f"SUMMARY:Fête\n{DAY}\nEXDATE:20270606T250000", 6, Fault.BROKEN),
        (f"SUMMARY:Fête\n{DAY}\nRRULE:", 6, Fault.REPEATS_TOO_MUCH),
        ("SUMMARY:Fête\nDTSTART;VALUE=DATE:19260606", 5, Fault.CENTURY),
        ("SUMMARY:Fête\nDTSTART;VALUE=DATE:21260606", 5, Fault.CENTURY),
        ("SUMMARY:Fête\nDTSTART:00010101T000000Z", 5, Fault.CENTURY),
        ("SUMMARY:Fête\nDTSTART:99991231T235959Z\nDURATION:P30D", 5, Fault.CENTURY),
        (f"SUMMARY:Fête\n{DAY}\n{DAY}", 5, Fault.BROKEN),
        ("SUMMARY:Fête\nune ligne sans rien", 3, Fault.NO_DAY),
    ],
)
def test_what_is_wrong_is_named_by_its_line_and_the_others_are_read(event: str, line: int, fault: Fault) -> None:
    found = read(event, f"SUMMARY:Bal\n{DAY}")

    assert [one.title for one in found.happenings] == ["Bal"]
    [wrong] = found.wrong
    assert (wrong.line, wrong.fault) == (line, fault)


def test_an_event_of_another_decade_is_left_out_without_a_word() -> None:
    assert read("DTSTART;VALUE=DATE:20100606") == Read((), ())


def test_ten_megabytes_are_refused_before_they_are_read() -> None:
    began = time.monotonic()
    found = read_calendar(b"BEGIN:VCALENDAR\r\n" + b"X" * 10_000_000, window=WINDOW)

    assert found == Read((), (Wrong(1, Fault.TOO_LARGE),))
    assert time.monotonic() - began < 0.5


def test_a_calendar_as_large_as_may_be_is_read_in_seconds_and_cut_at_its_events() -> None:
    event = f"{DAY}\nDESCRIPTION:" + "x" * 200
    raw = calendar(*(f"UID:{n}\n{event}" for n in range(3000)))
    began = time.monotonic()
    found = read_calendar(raw[:MAX_BYTES], window=WINDOW)

    assert time.monotonic() - began < 10
    assert len(found.happenings) == MAX_EVENTS
    assert Fault.TOO_MANY in {wrong.fault for wrong in found.wrong}


@pytest.mark.parametrize(
    ("raw", "wrong"),
    [
        (b"BEGIN:VCALENDAR\nSUMMARY:caf\xe9\nEND:VCALENDAR", Wrong(2, Fault.NOT_UTF8)),
        ("BEGIN:VCALENDAR\r\n".encode("utf-16"), Wrong(1, Fault.NOT_UTF8)),
        (b"", Wrong(1, Fault.NOT_A_CALENDAR)),
        (b"<!doctype html><html>", Wrong(1, Fault.NOT_A_CALENDAR)),
        (b"\x89PNG", Wrong(1, Fault.NOT_UTF8)),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x", Wrong(3, Fault.CUT_SHORT)),
        (b"BEGIN:VCALENDAR\n" + b"\n" * 50_000, Wrong(40_000, Fault.TOO_LARGE)),
    ],
)
def test_what_is_no_calendar_says_so(raw: bytes, wrong: Wrong) -> None:
    assert read_calendar(raw, window=WINDOW) == Read((), (wrong,))


def test_a_spreadsheet_s_mark_and_a_null_byte_do_no_harm() -> None:
    raw = b"\xef\xbb\xbf" + calendar(f"SUMMARY:F\x00\x07\x85te\n{DAY}")

    assert [one.title for one in read_calendar(raw, window=WINDOW).happenings] == ["F te"]


def test_tags_in_a_title_are_words_and_a_novel_is_cut() -> None:
    [tags] = read(f"SUMMARY:<script>alert(1)</script>\n{DAY}").happenings
    [novel] = read(f"SUMMARY:{'Noël ' * 100}\nLOCATION:{'x' * 900}\n{DAY}").happenings

    assert tags.title == "<script>alert(1)</script>"
    assert (len(novel.title), novel.title[-1], len(novel.place)) == (120, "…", 80)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_break_it(raw: bytes) -> None:
    read_calendar(raw, window=WINDOW)
    read_calendar(b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n" + raw + b"\nEND:VEVENT\nEND:VCALENDAR", window=WINDOW)


LINES = st.lists(
    st.tuples(
        st.sampled_from(
            ["DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "RECURRENCE-ID", "UID", "SUMMARY", "STATUS"]
        ),
        st.sampled_from(["", ";VALUE=DATE", ";TZID=Europe/Paris", ";TZID=Nowhere/Land", ";X"]),
        st.sampled_from(
            ["20270606", "20270606T250000", "PT0S", "-P9999999D", "FREQ=DAILY;UNTIL=99991231", "", ":", "\\,;"]
        ),
    ),
    max_size=8,
)


@settings(max_examples=300, deadline=None)
@given(LINES)
def test_no_event_breaks_it(lines: list[tuple[str, str, str]]) -> None:
    found = read("\n".join(f"{name}{how}:{value}" for name, how, value in lines))

    assert all(one.span.days >= 1 and one.title for one in found.happenings)


@given(st.text(max_size=80), st.dates(WINDOW.first, date(2028, 1, 1)), st.integers(0, 99))
def test_what_we_write_is_what_is_read(title: str, first: date, length: int) -> None:
    span = Span(first, first + timedelta(days=length))
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in title).split())
    raw = write_calendar("Nôtre", [Note("1", title, span, place=title)], told_at=NOON, refreshed=timedelta(hours=1))

    found = read_calendar(raw, window=WINDOW)
    if plain:
        assert found == Read((Happening(span, plain, plain, "1"),), ())
    else:
        assert [wrong.fault for wrong in found.wrong] == [Fault.NO_TITLE]
