"""django-post-office, tuned: two processes of five threads, batches of 2,000, only failures logged.

`python -m benchmarks.peers.post_office COUNT`: everything is rendered and queued before the clock starts, which
measures what its command `send_queued_mail --processes 2` does, without the time that Django takes to start.
"""

import json
import os
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.peers.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection

from benchmarks.letter import SENDER, SUBJECT
from benchmarks.peers.plain import Letter, people


def measure(count: int) -> dict[str, float]:
    """Return how many mails a second."""
    from post_office import mail
    from post_office.models import STATUS, Email

    call_command("migrate", run_syncdb=True, verbosity=0)
    Email.objects.all().delete()
    letter = Letter()
    emails = []
    for reader in people(count):
        text, html, out = letter.rendered(reader)
        email = mail.create(
            sender=f"La lettre des Alpilles <{SENDER}>",
            recipients=[reader.email],
            subject=SUBJECT,
            message=text,
            html_message=html,
            headers={"List-Unsubscribe": f"<{out}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
            commit=False,
        )
        email.status = STATUS.queued
        emails.append(email)
    Email.objects.bulk_create(emails)
    connection.close()
    start = time.perf_counter()
    mail.send_queued(processes=2, log_level=1)
    seconds = time.perf_counter() - start
    connection.close()  # as its command does: the children it forks have hung up on the server
    if Email.objects.filter(status=STATUS.sent).count() != count:
        sys.exit("the peer did not send everything")
    return {"messages": count, "seconds": seconds, "rate": count / seconds}


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
