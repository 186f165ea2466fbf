"""A worker's life, as it is seen from outside."""

import pytest
from django.utils import timezone

from campaigns.workers import Worker

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_database_notices_within_a_minute_that_a_workers_whole_machine_is_gone() -> None:
    worker = Worker(now=timezone.now())
    try:
        names = ("tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count")
        idle, interval, count = (int(worker._direct.execute(f"SHOW {name}").fetchone()[0]) for name in names)
    finally:
        worker.end(now=timezone.now())
    assert 0 < idle + interval * count < 60
