"""What this wing does in the background."""

import logging
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from audiences import imports, links, readings, subscriptions
from audiences.core.address import sendable
from audiences.core.consent import SubscriptionState
from newsletter import mailer

log = logging.getLogger(__name__)
# A worker has other things to do than one file, and a task that is longer than the broker's patience comes twice.
A_WHILE = timedelta(seconds=40)


@shared_task
def send_confirmation(subscription_id: int) -> None:
    """Ask whether the address is theirs; who is subscribed already is told so. Nothing typed is repeated."""
    found = subscriptions.take_mail(subscription_id)
    if found is None or found.asked_at is None:
        return
    reader = found.subscriber
    context: dict[str, object] = {"newsletter": found.newsletter}
    if found.state == SubscriptionState.CONFIRMED:
        template = "already_subscribed"
        context["link"] = links.preferences_url(found.newsletter_id, bytes(reader.address_key))
    else:
        template = "confirm"
        context["link"] = links.confirm_url(links.Ask(found.pk, found.asked_at))
    try:
        mailer.send(template, sendable(reader.address), context, reader.language)
    except Exception:
        subscriptions.put_mail_back(found)
        raise


@shared_task
def send_late_confirmations() -> None:
    """Woken every minute: send what a lost message or a relay that was away has left unsent."""
    for subscription_id in subscriptions.unmailed(now=timezone.now()):
        try:
            send_confirmation(subscription_id)
        except Exception:  # one mailbox that is refused does not hold up the others
            log.exception("the confirmation of subscription %s did not leave", subscription_id)


@shared_task
def bring_in(import_id: int) -> None:
    """Read, count or take in a file of readers for a while; what is left is another wake's."""
    if readings.work(import_id, until=timezone.now() + A_WHILE):
        bring_in.delay(import_id)


@shared_task
def keep_imports() -> None:
    """Woken every ten seconds: go on where a worker was killed or a message was lost."""
    for import_id in readings.due(now=timezone.now()):
        # another worker may help; one that is busy shall not find a heap of these afterwards
        bring_in.apply_async((import_id,), expires=9)


@shared_task
def forget_old_imports() -> None:
    """Woken every hour: forget the files that nobody confirmed."""
    imports.forget_old(now=timezone.now())
