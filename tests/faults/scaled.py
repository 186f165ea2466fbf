"""The real worker with its clocks turned faster: a server's ten minutes pass in `10 min × PACE`. Nothing else differs.

PACE=0.02 celery -A tests.faults.scaled worker …
"""

import os
from datetime import timedelta
from functools import partial

import django

from celery_app import app

django.setup()

from campaigns import chunks, deliveries, drains, sweeping  # noqa: E402
from campaigns.wire import calls, http  # noqa: E402

PACE = float(os.environ["PACE"])

drains.Wire = partial(drains.Wire, pace=PACE)  # type: ignore[misc, assignment]
calls.EspSession = partial(  # type: ignore[misc, assignment]
    calls.EspSession, answer_timeout=http.ANSWER_TIMEOUT * PACE
)
chunks.LEASE *= PACE
sweeping.SILENCE *= PACE
deliveries.SEND_WITHIN = max(timedelta(seconds=2), deliveries.SEND_WITHIN * PACE)

__all__ = ["app"]
