"""What mail providers tell by webhook: django-anymail reads their words, our token says which message they mean."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from anymail.signals import AnymailTrackingEvent
from anymail.webhooks.amazon_ses import AmazonSESTrackingWebhookView
from anymail.webhooks.base import AnymailBaseWebhookView
from anymail.webhooks.brevo import BrevoTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.mailjet import MailjetTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from django.conf import settings
from django.http import HttpRequest

from audiences.core.address import BadAddress
from audiences.keys import key_of
from campaigns import feedback, returns, rounds
from campaigns.core import hook
from campaigns.core.feedback import Feedback
from campaigns.core.sns import is_amazons
from campaigns.returns import Named
from campaigns.wire import sns
from campaigns.wire.provider import METADATA


class Ses(AmazonSESTrackingWebhookView):  # type: ignore[misc]  # anymail carries no types
    """Amazon's notifications without Amazon's library, and with Amazon's signature, which anymail does not look at.

    A topic is confirmed by whoever made it (docs/feedback.md).
    """

    def __init__(self, **kwargs: Any) -> None:
        self.auto_confirm_enabled = False
        AnymailBaseWebhookView.__init__(self, **kwargs)


@dataclass(frozen=True)
class Told:
    """How many events a call held, and how many of them were news."""

    events: int
    news: int


READERS: dict[str, type[Any]] = {
    "brevo": BrevoTrackingWebhookView,
    "mailgun": MailgunTrackingWebhookView,
    "mailjet": MailjetTrackingWebhookView,
    "postmark": PostmarkTrackingWebhookView,
    "ses": Ses,
}


def is_known(provider: str) -> bool:
    """Return whether this provider may tell us anything: it needs a secret of ours, Mailgun's signature needs a key."""
    if not settings.WEBHOOK_SECRET or provider not in READERS:
        return False
    return provider != "mailgun" or bool(settings.MAILGUN_WEBHOOK_KEY)


def take(provider: str, request: HttpRequest, *, now: datetime) -> Told:
    """Write down what a provider tells, once; raise anymail's refusals, or whatever a broken body makes it raise.

    Of Amazon also sns.Forged, and sns.Unavailable where its signature could not be looked at.
    """
    own = {"webhook_signing_key": settings.MAILGUN_WEBHOOK_KEY} if provider == "mailgun" else {}
    reader = READERS[provider](webhook_secret=settings.WEBHOOK_SECRET, **own)
    reader.run_validators(request)
    if provider == "ses":
        said = json.loads(request.body)
        sns.verify(said if isinstance(said, dict) else {}, now=now, fetch=sns.fetch)
    told = [_feedback(provider, number, event, now) for number, event in enumerate(reader.parse_events(request))]
    known = [one for one in told if one is not None]
    return Told(len(told), feedback.record_many(known, now=now))


def _feedback(provider: str, number: int, event: AnymailTrackingEvent, now: datetime) -> Feedback | None:
    """Return what an event says of one of our messages; None where it is none of ours, not for us, or too old."""
    kind = hook.KINDS.get(event.event_type)
    at = event.timestamp or now
    if kind is None or not hook.is_timely(at, now):
        return None
    named = _named(event)
    if named is None:
        return None
    said = dict(event.esp_event or {})
    words = str(event.mta_response or said.get("error") or event.description or "")
    return Feedback(
        _key(number, event),
        provider,
        named.delivery,
        kind,
        at,
        hook.fault(kind, words, soft=hook.is_soft(provider, said)),
        words,
        _about(event.recipient),
        round=named.round,
    )


def _named(event: AnymailTrackingEvent) -> Named | None:
    """Return the delivery whose token came back: as metadata, or in the Return-Path of what left by SMTP."""
    token = event.metadata.get(METADATA) if isinstance(event.metadata, Mapping) else None
    if isinstance(token, str) and (named := rounds.delivery_of(token)) is not None:
        return Named(*named[1:])
    mail = (event.esp_event or {}).get("mail")
    source = mail.get("source") if isinstance(mail, Mapping) else None
    return returns.named(source) if isinstance(source, str) else None


def _key(number: int, event: AnymailTrackingEvent) -> str:
    """Return what makes two tellings one: what is told again has the same content, whatever it is wrapped in."""
    said = event.esp_event or {}
    said = said.get("event-data", said)  # Mailgun signs each telling anew
    return f"{number} {sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()}"


def _about(recipient: object) -> bytes | None:
    try:
        return key_of(recipient) if isinstance(recipient, str) and recipient else None
    except BadAddress:
        return None


def confirmation(request: HttpRequest) -> str:
    """Return the address by which a new topic of Amazon's is confirmed; empty for every other call."""
    try:
        said = json.loads(request.body)
        url = said["SubscribeURL"] if said["Type"] == "SubscriptionConfirmation" else ""
    except (ValueError, KeyError, TypeError):
        return ""
    return url if isinstance(url, str) and is_amazons(url) else ""
