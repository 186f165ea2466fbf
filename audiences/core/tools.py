"""Exports of other tools, known by their headings: when people agreed, and who is not to be written to any more.

listmonk writes all into one file, Mailchimp one each of subscribed, unsubscribed and cleaned contacts, Brevo its
contacts.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from audiences.core.consent import StopReason
from audiences.core.guessing import Column
from newsletter.core.roster import plain

# Not a reason of a suppression: this one newsletter ended.
LEFT = "left"


class Tool(StrEnum):
    """Who wrote a file."""

    LISTMONK = "listmonk"
    MAILCHIMP = "mailchimp"
    BREVO = "brevo"


@dataclass(frozen=True)
class Export:
    """How a tool's file is read: the columns that say when, and what a line says of who is not written to."""

    needs: frozenset[str]
    columns: dict[Column, tuple[str, ...]]
    # the first of these columns that says something
    agreed: tuple[str, ...]
    ended: tuple[str, ...]
    stop: Callable[[dict[str, str]], str]
    attributes: str = ""


def _listmonk(line: dict[str, str]) -> str:
    state = line.get("status", "").strip().lower()
    # a disabled subscriber receives nothing of any list
    return {"blocklisted": StopReason.BOARD.value, "disabled": LEFT}.get(state, "")


def _mailchimp(line: dict[str, str]) -> str:
    if "clean time" in line:
        return StopReason.BOUNCED.value
    if "unsub time" in line:
        reason = plain(line.get("unsub reason", ""))
        spam = any(word in reason for word in ("abuse", "spam", "complain"))
        return StopReason.COMPLAINED.value if spam else LEFT
    return ""


def _brevo(line: dict[str, str]) -> str:
    for name in ("email blacklisted", "email blocklisted", "blacklisted", "blocklisted"):
        if plain(line.get(name, "")) in ("yes", "true", "1", "oui"):
            return StopReason.UNSUBSCRIBED.value
    state = plain(line.get("email marketing", ""))
    return StopReason.UNSUBSCRIBED.value if state in ("unsubscribed", "blocklisted", "blacklisted") else ""


EXPORTS: dict[Tool, Export] = {
    Tool.LISTMONK: Export(
        frozenset({"uuid", "email", "name", "attributes", "status", "created at", "updated at"}),
        {Column.ADDRESS: ("email",), Column.FIRST_NAME: ("first name", "name")},
        ("created at",),
        ("updated at",),
        _listmonk,
        "attributes",
    ),
    Tool.MAILCHIMP: Export(
        frozenset({"leid", "euid"}),
        {Column.ADDRESS: ("email address", "adresse e mail", "email")},
        ("confirm time", "optin time"),
        ("unsub time", "clean time", "last changed"),
        _mailchimp,
    ),
    Tool.BREVO: Export(
        frozenset({"email", "added time", "modified time"}),
        {Column.ADDRESS: ("email",)},
        ("added time",),
        ("modified time",),
        _brevo,
    ),
}


def recognise(heading: Sequence[str]) -> Tool | None:
    """Return whose export has this heading, or None."""
    names = {plain(name) for name in heading}
    return next((tool for tool, export in EXPORTS.items() if export.needs <= names), None)


def preset(tool: Tool, heading: Sequence[str]) -> dict[Column, int]:
    """Return what is known of the tool's columns beforehand."""
    names = [plain(name) for name in heading]
    wanted = EXPORTS[tool].columns | {Column.CONSENT_DATE: EXPORTS[tool].agreed}
    return {
        column: names.index(found)
        for column, said in wanted.items()
        if (found := next((name for name in said if name in names), ""))
    }


class Sayings:
    """What one export's lines say beside the columns that the board can see on the page."""

    def __init__(self, tool: Tool, heading: Sequence[str]) -> None:
        self._export = EXPORTS[tool]
        self._names = [plain(name) for name in heading]

    def line(self, cells: Sequence[str]) -> dict[str, str]:
        """Return the cells by their headings; of two alike the first."""
        padded = [*cells, *[""] * (len(self._names) - len(cells))][: len(self._names)]
        return dict(zip(reversed(self._names), reversed(padded), strict=True))

    def stop(self, line: dict[str, str]) -> str:
        """Return why this person is not to be written to: a reason, LEFT, or nothing."""
        return self._export.stop(line)

    def agreed(self, line: dict[str, str]) -> str:
        return next((line[name].strip() for name in self._export.agreed if line.get(name, "").strip()), "")

    def ended(self, line: dict[str, str]) -> str:
        return next((line[name].strip() for name in self._export.ended if line.get(name, "").strip()), "")

    def attributes(self, line: dict[str, str]) -> dict[str, str]:
        """Return what listmonk keeps of a person in JSON, as text by plain names."""
        try:
            told = json.loads(line.get(self._export.attributes, "") or "{}") if self._export.attributes else {}
        except (ValueError, RecursionError):
            return {}
        if not isinstance(told, dict):
            return {}
        return {plain(str(name)): _text(value) for name, value in told.items()}


def _text(value: object) -> str:
    return "|".join(map(str, value)) if isinstance(value, list) else str(value) if isinstance(value, str | int) else ""
