"""The table of school holidays says what its source says, and nothing beyond."""

import itertools
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from newsletter.core.calendar.days import Span
from newsletter.core.calendar.school import Break, SchoolHoliday, known_until, read_school_holidays, together
from newsletter.core.calendar.zones import ZONES, SchoolZone

DATA = settings.BASE_DIR / "data" / "calendar"
HOLIDAYS = read_school_holidays(DATA / "school_holidays.csv")


def test_the_table_is_what_its_script_makes(tmp_path: Path) -> None:
    script = tmp_path / "make_school_holidays.py"
    script.write_text((DATA / script.name).read_text())
    subprocess.run([sys.executable, str(script)], check=True, capture_output=True)

    assert (tmp_path / "school_holidays.csv").read_bytes() == (DATA / "school_holidays.csv").read_bytes()


def test_the_winter_of_2027_is_three_winters() -> None:
    winter = {h.zone: h.span for h in HOLIDAYS if h.of is Break.WINTER and h.span.first.year == 2027}

    assert winter == {
        SchoolZone.A: Span(date(2027, 2, 13), date(2027, 2, 28)),
        SchoolZone.B: Span(date(2027, 2, 20), date(2027, 3, 7)),
        SchoolZone.C: Span(date(2027, 2, 6), date(2027, 2, 21)),
    }


def test_who_leaves_together_is_told_once() -> None:
    christmas = [found for found in together(HOLIDAYS) if found.of is Break.CHRISTMAS]

    assert [(found.span.first, found.zones) for found in christmas][-1] == (date(2027, 12, 18), ZONES)
    assert sum(len(found.zones) for found in together(HOLIDAYS)) == len(HOLIDAYS)


@pytest.mark.parametrize("zone", ZONES)
def test_the_breaks_of_a_zone_follow_each_other_and_never_meet(zone: SchoolZone) -> None:
    spans = [holiday.span for holiday in HOLIDAYS if holiday.zone is zone]

    assert len(spans) == len(HOLIDAYS) / 3
    assert all(before.last < after.first for before, after in itertools.pairwise(spans))


def test_it_says_how_far_it_knows() -> None:
    assert known_until(HOLIDAYS) == date(2028, 8, 31)
    assert known_until([]) is None


@pytest.mark.parametrize(
    "line", ["d,winter,2027-02-06,2027-02-21", "a,carnival,2027-02-06,2027-02-21", "a,winter,2027-02-31,", "a,winter",
             "a,winter,2027-02-21,2027-02-06"]
)  # fmt: skip
def test_a_line_that_is_no_holiday_stops_it_by_its_number(tmp_path: Path, line: str) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(f"zone,break,first_day,last_day\na,winter,2027-02-13,2027-02-28\n{line}\n")

    with pytest.raises(ValueError, match=r"bad\.csv, line 3"):
        read_school_holidays(file)


def test_it_reads_what_it_is_given(tmp_path: Path) -> None:
    file = tmp_path / "good.csv"
    file.write_text("zone,break,first_day,last_day\na,winter,2027-02-13,2027-02-28\n")

    assert read_school_holidays(file) == (
        SchoolHoliday(SchoolZone.A, Break.WINTER, Span(date(2027, 2, 13), date(2027, 2, 28))),
    )
