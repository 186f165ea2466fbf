"""Log-in and confirmation mails without a relay: each to its reader's own mail exchanger (`EMAIL_URL=mx://`)."""

import smtplib
import ssl
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import sanitize_address

from newsletter import exchangers
from newsletter.core.relay import Relay


class EmailBackend(BaseEmailBackend):
    """Speaks to each recipient's exchangers in their order; what none of them takes is the caller's to hear."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Return how many messages were taken, each of them by all of its recipients' exchangers."""
        return sum(self._send(message) for message in email_messages)

    def _send(self, message: EmailMessage) -> bool:
        encoding = message.encoding or "utf-8"
        sender = sanitize_address(message.from_email, encoding)
        whole: Any = message.message()
        data = whole.as_bytes(linesep="\r\n")
        try:
            for recipient in message.recipients():
                _deliver(sender, sanitize_address(recipient, encoding), data)
        except (smtplib.SMTPException, OSError):
            if not self.fail_silently:
                raise
            return False
        return True


def _deliver(sender: str, recipient: str, data: bytes) -> None:
    found = exchangers.find(recipient.rpartition("@")[2])
    problem: Exception = smtplib.SMTPException(f"no mail exchanger: {found.problem}")
    for host in found.hosts:
        try:
            return _speak(host, sender, recipient, data)
        except smtplib.SMTPRecipientsRefused:
            raise
        except (smtplib.SMTPException, OSError) as other:
            problem = other
    raise problem


def _speak(host: str, sender: str, recipient: str, data: bytes) -> None:
    assert isinstance(settings.RELAY, Relay)
    port = settings.RELAY.port
    with smtplib.SMTP(host, port, local_hostname=settings.EHLO_NAME, timeout=settings.EMAIL_TIMEOUT) as server:
        server.ehlo()
        if server.has_extn("starttls"):
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            server.starttls(context=context)
            server.ehlo()
        server.sendmail(sender, [recipient], data)
