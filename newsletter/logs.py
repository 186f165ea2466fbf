"""How our processes log: a line for people or JSON for machines, never with an address in it (DUTIES L4)."""

import logging
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from newsletter.core.masking import mask


class Line(logging.Formatter):
    """One line for people; tracebacks are masked too, since they quote what a server said."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


class Json(JsonFormatter):
    """One JSON object a record, masked value by value, so that it stays JSON."""

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        return {key: _masked(value) for key, value in super().process_log_record(log_data).items()}


def _masked(value: Any) -> Any:
    match value:
        case str():
            return mask(value)
        case bytes():
            return mask(value.decode(errors="replace"))
        case dict():
            return {_masked(key): _masked(inner) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_masked(inner) for inner in value]
        case bool() | int() | float() | None:
            return value
        case _:  # an exception given as an argument, a lazy text, a row
            return mask(str(value))
