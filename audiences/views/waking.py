"""Having a task begin at once, where it can be told; if not, the clock finds its row."""

import logging
from typing import Any

from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def wake(task: Any, row: int) -> None:
    """Tell a worker of a row; without a broker nothing is lost, for the rows are the queue."""
    try:
        task.delay_on_commit(row)
    except OperationalError:
        log.warning("no broker: %s of %s is left to the clock", task.name, row)
