"""What this wing does in the background."""

import logging
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from audiences import ceilings, demands, imports, links, mydata, readings, retention, seals, subscriptions
from audiences.core.address import sendable
from audiences.core.consent import SubscriptionState
from newsletter import mailer
from newsletter.models import Newsletter

log = logging.getLogger(__name__)
# Letters of re-confirmation in one wake; the next night goes on.
MOST_ASKED = 5_000
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
def answer_demand(demand_id: int) -> None:
    """Read what somebody typed, and ask by mail whether the address is theirs."""
    mail_to = demands.answer(demand_id)
    if mail_to is not None:
        send_confirmation(mail_to)


@shared_task
def send_late_confirmations() -> None:
    """Woken every minute: send what a lost message or a relay that was away has left unsent."""
    for demand_id in demands.left(now=timezone.now()):
        try:
            answer_demand(demand_id)
        except Exception:
            log.exception("demand %s could not be answered", demand_id)
    for subscriber_id in mydata.unmailed(now=timezone.now()):
        try:
            send_data_link(subscriber_id)
        except Exception:
            log.exception("the link to the data of reader %s did not leave", subscriber_id)
    for subscription_id in subscriptions.unmailed(now=timezone.now()):
        try:
            send_confirmation(subscription_id)
        except Exception:  # one mailbox that is refused does not hold up the others
            log.exception("the confirmation of subscription %s did not leave", subscription_id)


@shared_task
def send_data_link(subscriber_id: int) -> None:
    """Mail a reader the link to everything that is held of them."""
    reader = mydata.take(subscriber_id)
    if reader is None or reader.data_asked_at is None:
        return
    held = reader.subscriptions.select_related("newsletter__association").order_by("pk").first()
    newsletter = held.newsletter if held else Newsletter.objects.select_related("association").first()
    link = links.data_url(links.DataAsk(bytes(reader.address_key), reader.data_asked_at))
    try:
        mailer.send("my_data", sendable(reader.address), {"newsletter": newsletter, "link": link}, reader.language)
    except Exception:
        mydata.put_back(reader)
        raise


@shared_task
def seal_consents() -> None:
    """Woken every ten seconds: add the new lines of consent to the chain."""
    seals.seal_due()


@shared_task
def keep_retention() -> None:
    """Woken at night: forget whoever said nothing for three years, ask whoever soon will have, look for lost seals."""
    retention.forget_due(now=timezone.now())
    for subscriber_id in retention.due_to_be_asked(most=MOST_ASKED, now=timezone.now()):
        try:
            ask_to_stay(subscriber_id)
        except Exception:  # one mailbox that is refused does not keep the others from being asked
            log.exception("reader %s could not be asked whether they stay", subscriber_id)
    ceilings.forget(now=timezone.now())
    seals.look_again()


@shared_task
def ask_to_stay(subscriber_id: int) -> None:
    """Ask one reader of long ago, once, whether they stay."""
    now = timezone.now()
    held = retention.take(subscriber_id, now=now)
    if held is None:
        return
    reader, key = held.subscriber, bytes(held.subscriber.address_key)
    context: dict[str, object] = {
        "newsletter": held.newsletter,
        "link": links.stay_url(held.newsletter_id, key),
        "leave": links.unsubscribe_url(held.newsletter_id, key),
    }
    try:
        mailer.send("stay", sendable(reader.address), context, reader.language)
    except Exception:
        retention.put_back(held)
        raise
    retention.note_asked(now=now)


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
