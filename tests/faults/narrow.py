"""The real worker on a slow uplink: its kernel takes two kilobytes at a time, so a body leaves in many pieces.

Else a loopback swallows a whole letter, its dot included, before the peer has read the first byte of it.
"""

import django

from celery_app import app

django.setup()

from campaigns.wire import dialling  # noqa: E402

BYTES = 2048
dialling.SEND_BUFFER = BYTES

__all__ = ["app"]
