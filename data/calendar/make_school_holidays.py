"""Make school_holidays.csv: the breaks of the zones A, B and C, from the first day without school to the last.

Run by hand when a new year's package is out, never by the engine itself:

    .venv/bin/python data/calendar/make_school_holidays.py

It reads the package `vacances-scolaires-france` (requirements/dev.in), which tells them day by day, and joins the
days. The same package gives the same bytes. README.md beside it tells the source, its licence and the limits.
"""

import csv
from datetime import date, timedelta
from pathlib import Path

from vacances_scolaires_france import SchoolHolidayDates

TARGET = Path(__file__).parent / "school_holidays.csv"
SINCE = date(2024, 9, 2)
BREAKS = {
    "Vacances de la Toussaint": "autumn",
    "Vacances de Noël": "christmas",
    "Vacances d'hiver": "winter",
    "Vacances de printemps": "spring",
    "Pont de l'Ascension": "ascension",
    "Vacances d'été": "summer",
}


def breaks(days: dict[date, dict[str, object]], zone: str) -> list[tuple[str, str, date, date]]:
    """Join the days of one zone that follow each other under one name."""
    found: list[tuple[str, str, date, date]] = []
    for day in sorted(days):
        if day < SINCE or not days[day][f"vacances_zone_{zone}"]:
            continue
        name = BREAKS[str(days[day]["nom_vacances"])]
        if found and found[-1][1] == name and day - found[-1][3] == timedelta(days=1):
            found[-1] = (*found[-1][:3], day)
        else:
            found.append((zone, name, day, day))
    return found


def main() -> None:
    days = SchoolHolidayDates().data
    rows = sorted((row for zone in "abc" for row in breaks(days, zone)), key=lambda row: (row[2], row[0]))
    with TARGET.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["zone", "break", "first_day", "last_day"])
        writer.writerows((zone, name, first.isoformat(), last.isoformat()) for zone, name, first, last in rows)
    print(f"{len(rows)} breaks, until {rows[-1][3]}")


if __name__ == "__main__":
    main()
