"""A worker that is connected but moves nothing says so and ends itself, so that its supervisor starts it anew.

Celery's worker may lose its place at the broker and never notice. A thread in the parent of each `send` worker asks
the database every few seconds: does the clock tick, are messages due, and has none moved for STUCK_AFTER seconds?
"""

import logging
import os
import threading
import time
from datetime import datetime
from typing import Any

import psycopg
from celery.signals import worker_ready
from celery.worker import state as worker_state
from django.conf import settings
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.utils import timezone

from campaigns import pulses

log = logging.getLogger(__name__)
EVERY = 10.0
# For the children to end what they have in hand; then the parent goes without them.
FAREWELL = 30.0
FAILURE = 1


@worker_ready.connect
def _watch(sender: Any = None, **_: Any) -> None:
    """Start the watch in workers that send."""
    if sender is not None and "send" in sender.app.amqp.queues.consume_from:
        arguments = (sender.controller, timezone.now())
        threading.Thread(target=_keep_watch, args=arguments, name="watchdog", daemon=True).start()


def _keep_watch(worker: Any, since: datetime) -> None:
    while not _stands_still(since):
        time.sleep(min(EVERY, settings.STUCK_AFTER))
    log.critical("messages are due and none has moved for %s s: this worker ends itself", settings.STUCK_AFTER)
    # Cold: celery's loop sees it, ends the pool and exits with this code.
    worker.exitcode = worker_state.should_terminate = FAILURE
    time.sleep(FAREWELL)
    log.critical("the worker's loop does not answer either")
    os._exit(FAILURE)


def _stands_still(since: datetime) -> bool:
    """Ask through a connection of our own: the pool's children are forked from this process."""
    try:
        with _own_connection() as own:
            return pulses.is_stuck(timezone.now(), since=since, using=own)
    except psycopg.Error:
        return False  # away, or not migrated: a new worker would meet the same


def _own_connection() -> "psycopg.Connection[Any]":
    theirs = connections["default"].settings_dict
    options = {key: value for key, value in theirs["OPTIONS"].items() if key != "pool"}
    wrapper = DatabaseWrapper({**theirs, "OPTIONS": options}, alias="watchdog")
    raw: psycopg.Connection[Any] = wrapper.get_new_connection(wrapper.get_connection_params())
    return raw
