"""So many clocks, two at a time, each killed half a second after it began to tick. Forked, or Python's start were all.

python -m tests.faults.clocks 100
"""

import os
import signal
import sys
import time

from celery_app import app


def tick() -> int:
    """Fork a clock; return its process."""
    child = os.fork()
    if child:
        return child
    app.Beat(
        loglevel="WARNING", pidfile=None, quiet=True, schedule=f"{app.conf.beat_schedule_filename}-{os.getpid()}"
    ).run()
    os._exit(0)


def main(number: int) -> None:
    app.loader.import_default_modules()
    before: list[int] = []
    for _ in range(number):
        before.append(tick())
        time.sleep(0.4)
        if len(before) > 1:
            end(before.pop(0))
    for child in before:
        end(child)


def end(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
