"""Celery wakes, the rows are the queue: a task that is lost, doubled or late changes nothing."""

import gc
import os
import sys
from pathlib import Path
from typing import cast

from celery import Celery, signals
from celery.beat import PersistentScheduler
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
# Django's checks look at every page; a worker has none, and would carry them all. `manage.py` checks.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

try:
    broker_url = settings.REDIS_URL
except ImproperlyConfigured as problem:
    sys.exit(str(problem))

app = Celery("garrigue")
app.conf.update(
    broker_url=broker_url,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # a broker may be away for a night
    # By default a killed worker's task stays unseen for 100 s.
    broker_transport_options={
        "visibility_timeout": 120,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_keepalive": True,
    },
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    task_default_queue="default",
    task_routes={"campaigns.tasks.drain": {"queue": "send"}},
    timezone=settings.TIME_ZONE,
    enable_utc=True,
    # The clock: it only wakes; what is due stands in the rows.
    beat_schedule={
        "tick": {"task": "campaigns.tasks.tick", "schedule": 1.0, "options": {"expires": 5}},
        "examine": {"task": "campaigns.tasks.examine", "schedule": 60.0, "options": {"expires": 50}},
        "domains": {
            "task": "campaigns.tasks.look_up_domains",
            "schedule": 300.0,
            "options": {"expires": 250},
        },
        "bounces": {"task": "campaigns.tasks.read_bounces", "schedule": 60.0, "options": {"expires": 50}},
        "confirmations": {
            "task": "audiences.tasks.send_late_confirmations",
            "schedule": 60.0,
            "options": {"expires": 50},
        },
        "seals": {"task": "audiences.tasks.seal_consents", "schedule": 10.0, "options": {"expires": 9}},
        "retention": {
            "task": "audiences.tasks.keep_retention",
            "schedule": crontab(hour="1-5", minute="20"),
            "options": {"expires": 1800},
        },
        "imports": {"task": "audiences.tasks.keep_imports", "schedule": 10.0, "options": {"expires": 9}},
        "old-imports": {
            "task": "audiences.tasks.forget_old_imports",
            "schedule": 3600.0,
            "options": {"expires": 600},
        },
        "answers": {"task": "newsletter.tasks.tell_late", "schedule": 10.0, "options": {"expires": 9}},
        "digests": {"task": "newsletter.tasks.mail_digests", "schedule": 900.0, "options": {"expires": 600}},
        "calendars": {
            "task": "newsletter.tasks.read_calendars",
            "schedule": 600.0,
            "options": {"expires": 300},
        },
        "operations": {"task": "newsletter.tasks.keep_operations", "schedule": 15.0, "options": {"expires": 14}},
        "hourly": {
            "task": "newsletter.tasks.expire_offers",
            "schedule": 3600.0,
            "options": {"expires": 600},
        },
    },
    beat_scheduler="celery_app:Clock",
    beat_schedule_filename=str(settings.VAR_DIR / "clock"),
)
app.autodiscover_tasks()


class Clock(PersistentScheduler):  # type: ignore[misc]  # Celery carries no types
    """Celery's own clock, which makes the folder that it writes to: a fresh installation has none."""

    def setup_schedule(self) -> None:
        Path(self.schedule_filename).parent.mkdir(parents=True, exist_ok=True)
        super().setup_schedule()


@signals.worker_init.connect
@signals.beat_init.connect
def _keys_are_ours(**_: object) -> None:
    """A worker with other keys than the database's refuses to start."""
    from django.db import connections
    from django.db.backends.postgresql.base import DatabaseWrapper

    from newsletter import keys

    try:
        keys.verify()
    except keys.OtherKeys as problem:
        sys.exit(str(problem))
    # The pool's children must not share the parent's connections.
    connection = cast(DatabaseWrapper, connections["default"])
    connection.close()
    connection.close_pool()


@signals.worker_init.connect
def _share_what_is_loaded(**_: object) -> None:
    """What is loaded by now stays: the pool's children neither look through it for garbage nor copy its pages."""
    gc.collect()
    gc.freeze()
