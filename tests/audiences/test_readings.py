"""Whoever works on an import may be killed anywhere: another goes on, and what comes out is the same."""

import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings as django_settings
from django.db import connection

from audiences import imports, readings, staging, suppressions
from audiences.core.consent import StopReason
from audiences.core.guessing import BadFile, Column
from audiences.core.importing import Counts
from audiences.models import Consent, Import, ImportPart, RefusedLine, StagedReader, Subscription
from newsletter.servers.process import CODE
from tests import make
from tests.audiences.files import FAIR, LATER, counted, everybody, received, worked

pytestmark = pytest.mark.django_db
LINES = 120


class Killed(BaseException):
    """The end of a worker, wherever it was."""


def content(lines: int = LINES) -> str:
    """So many lines with faults among them, and every tenth person twice."""
    told = ["email;prenom;date"]
    for number in range(lines):
        told.append(f"r{number}@lavande.example;Zoé;{'demain' if number % 33 == 0 else '01/03/2025'}")
        if number % 10 == 0:
            told.append(f"R{number}@LAVANDE.example;Zoé;")
    return "\n".join(told) + "\nsans-arobase;;\n"


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "BLOCK", 25)
    monkeypatch.setattr(staging, "PART", 20)


@pytest.fixture
def expected() -> Counts:
    make.newsletter()
    suppressions.suppress("r7@lavande.example", reason=StopReason.UNSUBSCRIBED, now=make.NOON)
    # r0 is bad in its first line and good in its second
    return Counts(new=LINES - 3 - 1, reasons={"bad_day": 4, "repeated": 11, "no_at": 1, "suppressed": 1})


def all_the_way(row: Import, now: datetime) -> None:
    """Have one worker do everything, confirmed in between."""
    while row.state != "done":
        row.refresh_from_db()
        if row.state == "counted":
            imports.confirm(row, by=None, now=now)
        readings.work(row.pk, until=LATER, clock=lambda: now)


@pytest.mark.parametrize("name", ["stage", "_refuse", "judge", "take", "forget_lines"])
def test_killed_at_every_step_in_turn_the_outcome_is_the_same(
    expected: Counts, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    row = received(content())
    imports.tell(row, {Column(key): at for key, at in row.columns.items()}, FAIR, by=None, now=make.NOON)
    real, now, deaths, calls = getattr(readings, name), make.NOON, 0, 0

    def dies(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > deaths:  # the first worker at its first call, the second at its second
            raise Killed
        return real(*args, **kwargs)

    monkeypatch.setattr(readings, name, dies)
    while row.state != "done":
        now, calls = now + 2 * readings.HELD, 0  # what the dead held is free again
        try:
            all_the_way(row, now)
        except Killed:
            deaths += 1

    assert deaths
    assert imports.counts_of(row) == expected
    assert len(everybody()) == Consent.objects.count() == expected.new
    assert sorted(RefusedLine.objects.values_list("code", flat=True)) == sorted(
        code for code, count in expected.reasons.items() for _ in range(count)
    )
    assert not StagedReader.objects.exists()


def test_a_worker_stops_when_its_time_is_over_and_another_goes_on(expected: Counts) -> None:
    row = received(content())
    imports.tell(row, {Column(key): at for key, at in row.columns.items()}, FAIR, by=None, now=make.NOON)
    ticks = iter(make.NOON + timedelta(seconds=second) for second in range(10_000))
    assert readings.work(row.pk, until=make.NOON + timedelta(seconds=4), clock=lambda: next(ticks))
    row.refresh_from_db()
    assert row.state == "reading"
    assert 0 < row.read_lines < LINES
    assert 0 < readings.progress(row) <= 1
    assert readings.due(now=make.NOON) == [row.pk]

    worked(row)
    assert imports.counts_of(row) == expected


def test_two_workers_never_read_the_same_file(expected: Counts, monkeypatch: pytest.MonkeyPatch) -> None:
    row = received(content())
    imports.tell(row, {Column(key): at for key, at in row.columns.items()}, FAIR, by=None, now=make.NOON)
    real = readings.stage

    def and_another(*args: Any) -> None:
        assert not readings.work(row.pk, until=LATER, clock=lambda: make.NOON)
        real(*args)

    monkeypatch.setattr(readings, "stage", and_another)
    worked(row)
    assert imports.counts_of(row) == expected


def test_who_was_away_too_long_keeps_nothing_that_another_has_read(
    expected: Counts, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = received(content())
    imports.tell(row, {Column(key): at for key, at in row.columns.items()}, FAIR, by=None, now=make.NOON)
    real, away = readings._keep, [True]

    def slow(*args: Any, **kwargs: Any) -> Any:
        if away.pop() if away else False:
            later = make.NOON + 2 * readings.HELD
            readings.work(row.pk, until=LATER, clock=lambda: later)
        return real(*args, **kwargs)

    monkeypatch.setattr(readings, "_keep", slow)
    worked(row)
    assert row.state == "counted"
    assert imports.counts_of(row) == expected


def test_lines_that_a_crashed_database_lost_are_read_again(expected: Counts) -> None:
    row = counted(content())
    StagedReader.objects.all().delete()  # what PostgreSQL does to an unlogged table
    imports.confirm(row, by=None, now=make.NOON)
    worked(row)
    assert row.state == "done"
    assert imports.counts_of(row) == expected


def test_a_file_that_was_taken_away_waits_to_be_given_again(expected: Counts) -> None:
    row = received(content())
    imports.tell(row, {Column(key): at for key, at in row.columns.items()}, FAIR, by=None, now=make.NOON)
    row.file.storage.delete(row.file.name)

    assert not readings.work(row.pk, until=LATER, clock=lambda: make.NOON)
    row.refresh_from_db()
    assert (row.state, row.held_until) == ("received", None)
    with pytest.raises(BadFile, match="gone"):
        imports.preview(row)


def test_a_sign_up_in_the_same_moment_only_costs_a_second_look(
    expected: Counts, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import IntegrityError

    row = counted(content())
    imports.confirm(row, by=None, now=make.NOON)
    real, clashes = readings.take, [True, True]

    def clashing(*args: Any, **kwargs: Any) -> Any:
        if clashes:
            clashes.pop()
            raise IntegrityError
        return real(*args, **kwargs)

    monkeypatch.setattr(readings, "take", clashing)
    worked(row)
    assert imports.counts_of(row) == expected


WORKER = """
import django, sys
django.setup()
from audiences import readings, staging
from datetime import datetime, timezone
readings.BLOCK, staging.PART = 500, 500
import time
print("ready", flush=True)
readings.work(int(sys.argv[1]), until=datetime(2100, 1, 1, tzinfo=timezone.utc))
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_dead_again_and_again_brings_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    make.newsletter()
    monkeypatch.setattr(readings, "HELD", timedelta(0))
    row = received(content(6_000))
    imports.tell(row, {Column(key): at for key, at in row.columns.items()}, FAIR, by=None, now=make.NOON)
    url = urlsplit(os.environ["DATABASE_URL"])
    name = connection.settings_dict["NAME"]
    env = os.environ | {
        "DATABASE_URL": urlunsplit(url._replace(path=f"/{name}")),
        "PRIVATE_DIR": str(django_settings.PRIVATE_ROOT),
        "DJANGO_SETTINGS_MODULE": "newsletter.settings",
    }
    lives = 0
    while row.state != "done":
        if row.state == "counted":
            imports.confirm(row, by=None, now=make.NOON)
        Import.objects.filter(pk=row.pk).update(held_until=None)
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(row.pk)], env=env, cwd=CODE, stdout=subprocess.PIPE
        )
        assert worker.stdout is not None
        worker.stdout.readline()
        time.sleep(0.3 + 0.2 * (lives % 4))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        worker.stdout.close()
        lives += 1
        assert lives < 100
        row.refresh_from_db()

    bad = len(range(0, 6_000, 33))
    counts = imports.counts_of(row)
    people = {number for number in range(6_000) if number % 33 or number % 10 == 0}
    assert (counts.new, counts.reasons["bad_day"], counts.reasons["no_at"]) == (len(people), bad, 1)
    assert Subscription.objects.filter(state="confirmed").count() == Consent.objects.count() == len(people)
    assert ImportPart.objects.filter(taken=False).count() == 0
    assert lives > 2
