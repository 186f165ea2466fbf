"""A Celery task per mail with EmailMultiAlternatives, as people write it.

`python -m benchmarks.peers.celery_per_mail COUNT` queues the tasks first, then starts a worker with two processes;
the clock runs from the first mail that was sent to the last, so neither queueing nor starting counts against it.
"""

import json
import os
import subprocess
import sys
import time
from functools import cache

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.peers.settings")

import django

django.setup()

from celery import Celery
from django.core.management import call_command
from django.db.models import Max, Min
from django.utils import timezone

from benchmarks.peers.mailing.models import Reader
from benchmarks.peers.plain import Letter, people

app = Celery("peer")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_default_queue = "peer"
app.conf.task_ignore_result = True


@cache
def letter() -> Letter:
    return Letter()


@app.task(name="send_letter")  # started by its name: here it is __main__, in the worker it is not
def send_letter(pk: int) -> None:
    """Write to one reader."""
    reader = Reader.objects.get(pk=pk)
    letter().message(reader).send()
    reader.sent_at = timezone.now()
    reader.save(update_fields=["sent_at"])


def measure(count: int) -> dict[str, float]:
    """Return how many mails a second."""
    call_command("migrate", run_syncdb=True, verbosity=0)
    Reader.objects.all().delete()
    Reader.objects.bulk_create(Reader(email=one.email, first_name=one.first_name) for one in people(count))
    for pk in Reader.objects.values_list("pk", flat=True):
        send_letter.delay(pk)
    command = [sys.executable, "-m", "celery", "-A", "benchmarks.peers.celery_per_mail", "worker", "-c", "2"]
    worker = subprocess.Popen(
        [*command, "-Q", "peer", "-n", "peer@%h"], stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
    )
    try:
        deadline = time.monotonic() + 300
        while Reader.objects.filter(sent_at=None).exists():
            if time.monotonic() > deadline or worker.poll() is not None:
                sys.exit("the peer's worker did not send everything")
            time.sleep(0.25)
    finally:
        worker.terminate()
        worker.wait()
    sent = Reader.objects.aggregate(first=Min("sent_at"), last=Max("sent_at"))
    seconds = (sent["last"] - sent["first"]).total_seconds()
    return {"messages": count, "seconds": seconds, "rate": (count - 1) / seconds}


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
