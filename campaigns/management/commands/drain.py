"""`manage.py drain`: one drain loop without Celery, the same code that a worker runs."""

import signal
import threading
from datetime import timedelta
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from campaigns import sending


class Command(BaseCommand):
    help = (
        "Send what is due, until nothing is or the time is over; Ctrl-C and SIGTERM let no new message begin. "
        "Campaigns are started, swept and finished by the clock (celery beat), or by --clock."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seconds", type=float, default=30.0, help="how long at most (30)")
        parser.add_argument("--clock", action="store_true", help="do what the clock does before and after, once")

    def handle(self, *args: Any, seconds: float, clock: bool, **options: Any) -> None:
        """Print how many messages the relay accepted."""
        stop = threading.Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            if threading.current_thread() is threading.main_thread():
                signal.signal(sign, lambda number, frame: _stop(stop, number, frame))
        if clock:
            _tick()
        accepted = sending.drain(until=timezone.now() + timedelta(seconds=seconds), stop=stop.is_set)
        if clock:
            _tick()
        self.stdout.write(f"accepted {accepted}")


def _stop(event: threading.Event, number: int, frame: FrameType | None) -> None:
    event.set()


def _tick() -> None:
    """The clock's round, without waking anybody."""
    from campaigns import tasks

    tasks.turn(now=timezone.now())
