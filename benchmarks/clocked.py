"""The project's Celery app with a stop-watch at the ledger's doors, for `ledger-percent` alone.

`celery -A benchmarks.clocked worker …`: each drain adds a line to $BENCH_CLOCK: its seconds, and how many of them it
stood in the ledger (claiming, exchanging, releasing, asking whether the campaign still runs).
"""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from celery_app import app

__all__ = ["app"]
spent = [0.0]
depth = [0]


def clocked(verb: Callable[..., Any]) -> Callable[..., Any]:
    """Return the verb with its time taken; what it calls is not counted twice."""

    def timed(*args: Any, **kwargs: Any) -> Any:
        depth[0] += 1
        start = time.perf_counter()
        try:
            return verb(*args, **kwargs)
        finally:
            depth[0] -= 1
            if not depth[0]:
                spent[0] += time.perf_counter() - start

    return timed


def told(drain: Callable[..., int]) -> Callable[..., int]:
    """Return the drain that writes down what it spent."""

    def drained(*args: Any, **kwargs: Any) -> int:
        start, spent[0] = time.perf_counter(), 0.0
        accepted = drain(*args, **kwargs)
        if accepted:
            line = {"seconds": time.perf_counter() - start, "ledger": spent[0], "accepted": accepted}
            with Path(os.environ["BENCH_CLOCK"]).open("a") as file:
                file.write(json.dumps(line) + "\n")
        return accepted

    return drained


@app.on_after_finalize.connect
def _put_up_the_clocks(**_: Any) -> None:
    import django

    django.setup()
    from campaigns import chunks, deliveries, paces, sending, workers

    for room, verbs in (
        (deliveries, ("exchange", "record", "disarm", "disarm_the_rest")),
        (chunks, ("due", "claim", "release")),
        (paces, ("limits", "take", "give_back")),
        (workers.Worker, ("__init__", "all_run", "end")),
    ):
        for verb in verbs:
            setattr(room, verb, clocked(getattr(room, verb)))
    sending.drain = told(sending.drain)
