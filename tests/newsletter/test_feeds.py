"""Other people's calendars: read when their hour has come, by one worker, and kept when they cannot be read."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from newsletter import feasts, feeds, fetching, tasks
from newsletter.core.calendar.days import Span
from newsletter.core.calendar.feasts import Feast as Rule
from newsletter.core.calendar.feasts import Returns
from newsletter.core.calendar.ical_in import Fault, Happening, Read, Wrong
from newsletter.models import CalendarFeed, Feast
from tests.make import NOON

pytestmark = pytest.mark.django_db
URL = "https://www.ville.example/agenda.ics"
BAL = Happening(Span(date(2027, 6, 6), date(2027, 6, 6)), "Bal", uid="1")
LOTO = Happening(Span(date(2027, 6, 7), date(2027, 6, 7)), "Loto", uid="2")


@pytest.fixture
def feed() -> CalendarFeed:
    return feeds.subscribe(URL, name="Ville", by=None, now=NOON)


def titles() -> list[str]:
    return list(Feast.objects.values_list("title", flat=True))


def test_an_address_is_followed_once_and_not_too_many_are(feed: CalendarFeed) -> None:
    with pytest.raises(feeds.AlreadyFollowed):
        feeds.subscribe(URL, name="Encore", by=None, now=NOON)
    for number in range(feeds.MOST - 1):
        feeds.subscribe(f"{URL}?{number}", name="?", by=None, now=NOON)
    with pytest.raises(feeds.TooManyFeeds):
        feeds.subscribe(f"{URL}?more", name="?", by=None, now=NOON)


def test_whoever_takes_it_first_has_it_and_if_they_die_it_comes_back(feed: CalendarFeed) -> None:
    assert feeds.due(now=NOON) == [feed.pk]
    assert feeds.take(feed.pk, now=NOON) == feed
    assert feeds.take(feed.pk, now=NOON) is None
    assert feeds.due(now=NOON + feeds.LEASE) == [feed.pk]


def test_it_holds_what_its_calendar_says_now_and_nothing_of_the_board_s_own(feed: CalendarFeed) -> None:
    feasts.add(Rule("Foire", Span(date(2027, 6, 6), date(2027, 6, 6)), Returns.DATES), by=None, now=NOON)
    feeds.fill(feed, Read((BAL,), ()), now=NOON)
    feeds.fill(feed, Read((LOTO,), (Wrong(3, Fault.NO_DAY),)), now=NOON)

    assert sorted(titles()) == ["Foire", "Loto"]
    feed.refresh_from_db()
    assert (feed.read_at, feed.due_at, feed.left_out) == (NOON, NOON + feeds.AGAIN, 1)


@pytest.mark.parametrize("fault", sorted(feeds.WHOLE))
def test_a_file_that_cannot_be_read_leaves_what_stood(feed: CalendarFeed, fault: Fault) -> None:
    feeds.fill(feed, Read((BAL,), ()), now=NOON)
    feeds.fill(feed, Read((), (Wrong(1, fault),)), now=NOON)

    feed.refresh_from_db()
    assert (titles(), feed.failure, feed.failures) == (["Bal"], fault.value, 1)


def test_it_is_tried_again_later_each_time_up_to_a_day_and_anew_once_it_answers(feed: CalendarFeed) -> None:
    waits = []
    for _ in range(8):
        feeds.note_failure(feed, "too_slow", now=NOON)
        feed.refresh_from_db()
        waits.append(feed.due_at - NOON)
    assert [wait // timedelta(hours=1) for wait in waits] == [1, 2, 4, 8, 16, 24, 24, 24]

    feeds.fill(feed, Read((BAL,), ()), now=NOON)
    feed.refresh_from_db()
    assert (feed.failures, feed.failure) == (0, "")


def test_what_is_dropped_while_it_is_read_does_not_come_back(feed: CalendarFeed) -> None:
    feeds.fill(feed, Read((BAL,), ()), now=NOON)
    feeds.drop(feed)
    feeds.fill(feed, Read((LOTO,), ()), now=NOON)
    feeds.note_failure(feed, "refused", now=NOON)

    assert (titles(), CalendarFeed.objects.count()) == ([], 0)


def test_the_window_is_from_last_year_to_the_year_after_next() -> None:
    assert feeds.window(date(2026, 12, 31)) == Span(date(2025, 1, 1), date(2028, 12, 31))


def calendar(title: str) -> bytes:
    day = f"DTSTART;VALUE=DATE:{timezone.localdate().year}0606"
    return f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:{title}\n{day}\nEND:VEVENT\nEND:VCALENDAR\n".encode()


def test_the_clock_reads_every_calendar_whose_hour_has_come(
    feed: CalendarFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    feeds.subscribe(f"{URL}?2", name="Autre", by=None, now=NOON)
    feeds.subscribe(f"{URL}?3", name="Cassé", by=None, now=NOON)
    asked = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        if url.endswith("3"):
            raise RuntimeError("un défaut de notre part")
        if url.endswith("2"):
            raise fetching.NotFetched("private")
        return calendar("Bal")

    monkeypatch.setattr(fetching, "fetch", fetch)
    tasks.read_calendars()
    tasks.read_calendars()

    assert sorted(asked) == [URL, f"{URL}?2", f"{URL}?3"], "each of them once"
    assert titles() == ["Bal"]
    assert list(CalendarFeed.objects.order_by("url").values_list("failure", flat=True)) == ["", "private", ""]


def test_no_address_of_a_calendar_is_logged(
    feed: CalendarFeed, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fetch(url: str) -> bytes:
        raise fetching.NotFetched("refused")

    monkeypatch.setattr(fetching, "fetch", fetch)
    with caplog.at_level("INFO"):
        tasks.read_calendar(feed.pk)

    assert "refused" in caplog.text
    assert "ville.example" not in caplog.text
