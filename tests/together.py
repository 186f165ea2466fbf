"""Several people at the same moment."""

import threading
from collections.abc import Callable

from django.db import connection


def together(*acts: Callable[[], object]) -> list[BaseException]:
    """Run the acts at the same moment, each on a connection of its own; return what they raised."""
    barrier, raised = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        try:
            barrier.wait(10)
            act()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return raised
