"""A letter's report on paper: all that the page says, as the JSON that the template reads, and never markup."""

import json
from dataclasses import replace
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext

from campaigns import letter_words, words
from campaigns.core.picture import lengths
from campaigns.letter_reports import LetterReport
from campaigns.workbook import Table


def said(report: LetterReport, association: str, printed_on: str) -> str:
    """Return the words of the paper."""
    edition, figures = report.campaign.edition, report.whole
    left = report.campaign.enqueued_at
    great = [
        (figures.sent, gettext("partis, acceptés par le relais")),
        (figures.failed, gettext("non remis")),
        (figures.complained, gettext("signalés comme indésirables")),
        (figures.left, gettext("désinscrits après cette lettre")),
    ]
    if report.delivered is not None:
        great.insert(1, (report.delivered, gettext("remis, d’après le prestataire")))
    found: dict[str, Any] = {
        "lang": get_language() or "fr",
        "association": association,
        "title": gettext("Bilan de la lettre"),
        "edition": edition.title,
        "newsletter": edition.newsletter.name,
        "left": gettext("partie le %s") % date_format(left, "j F Y") if left else "",
        "printed": gettext("Édité le %s") % printed_on,
        "page": gettext("page"),
        "figures": [{"n": letter_words.told(count), "of": of} for count, of in great],
        "bounced": [words.reason(code, count) for code, count in report.bounced.items()],
        "clicks_title": gettext("Les clics"),
        "clicked": letter_words.clicked_of_who_agree(figures),
        "clicks": letter_words.clicks(report),
        "days": _drawn(report),
        "legend": gettext("Les clics jour par jour : en vert sans les robots reconnus, en clair avec eux."),
        "tables": [_table(one) for one in _tables(report)],
        "note_title": gettext("Comment c’est compté"),
        "notes": [str(one) for one in letter_words.NOTES],
    }
    return json.dumps(found, ensure_ascii=False)


def _tables(report: LetterReport) -> list[Table]:
    """Return the tables; a link's address has no room on paper."""
    found = letter_words.click_tables(report)
    if report.followed.links:
        links = found[0]
        found[0] = replace(links, heading=links.heading[:-1], rows=[row[:-1] for row in links.rows])
    return found + letter_words.slice_tables(report)


def _table(table: Table) -> dict[str, Any]:
    rows = [[words.number(cell) if isinstance(cell, int) else cell for cell in row] for row in table.rows]
    return {"title": table.title, "words": table.words, "head": list(table.heading), "rows": rows}


def _drawn(report: LetterReport) -> list[dict[str, int]]:
    """Return how high each day's columns are, of a thousand."""
    days = report.followed.days
    if not any(one.times for one in days):
        return []
    every = [one.times or 0 for one in days]
    return [
        {"all": height, "own": height * (one.own or 0) // (one.times or 1)}
        for one, height in zip(days, lengths(every), strict=True)
    ]
