"""Readers are kept for three years after their last own act: asked once whether they stay, then forgotten.

An act is what only the person does: to confirm, choose, pause, come back, click while measured by their own consent, or
say that they stay. Opens never count, nor do clicks of machines: neither stands in any column that is read here.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest, TruncDate
from django.utils import timezone

from audiences import ledger, links, privacy, subscriptions, suppressions, wordings
from audiences.core import retention
from audiences.core.consent import Act, Method, Purpose, SubscriptionState
from audiences.ledger import Saying
from audiences.models import RetentionNight, Subscriber, Subscription, Suppression
from newsletter.models import Newsletter

BATCH = 500
S = SubscriptionState


def last_acts() -> QuerySet[Any]:
    """Return the readers with the day of their last own act, to leave one letter being one too."""
    left = Subscription.objects.filter(subscriber=OuterRef("pk"), ended_at__isnull=False).values("subscriber")
    day = Subquery(left.annotate(day=Max(TruncDate("ended_at"))).values("day"))
    # GREATEST passes over what is unknown
    return Subscriber.objects.annotate(last_act=Greatest("subscribed_on", "acted_on", "clicked_on", day))


def to_be_asked(*, now: datetime) -> QuerySet[Subscriber]:
    """Return who receives a letter, said nothing for 33 months and was not asked since their last act."""
    today = timezone.localdate(now)
    return last_acts().filter(
        Exists(Subscription.objects.confirmed().filter(subscriber=OuterRef("pk"))),
        ~Exists(Suppression.objects.filter(address_key=OuterRef("address_key"))),
        Q(asked_again_at__isnull=True) | Q(asked_again_at__date__lt=F("last_act")),
        last_act__lte=retention.to_be_asked(today),
        last_act__gt=retention.to_be_forgotten(today),
    )


def to_be_forgotten(*, now: datetime) -> QuerySet[Subscriber]:
    """Return who said nothing for three years, whether they were asked or not."""
    return last_acts().filter(last_act__lte=retention.to_be_forgotten(timezone.localdate(now)))


def unconfirmed(*, now: datetime) -> QuerySet[Subscriber]:
    """Return who asked for a letter a month ago or more, and never confirmed any."""
    standing = Subscription.objects.filter(subscriber=OuterRef("pk"))
    return Subscriber.objects.filter(
        Exists(standing),
        ~Exists(standing.exclude(state=S.ASKED.value)),
        ~Exists(standing.filter(asked_at__gt=now - retention.UNCONFIRMED)),
    )


def forget_due(*, most: int = 20_000, now: datetime) -> RetentionNight:
    """Forget whoever is due, each in a transaction of their own, and write down how many; again it finds nobody."""
    night = night_of(now)
    forgotten = _forget(to_be_forgotten, silently=False, most=most, now=now)
    unheard = _forget(unconfirmed, silently=True, most=most, now=now)
    RetentionNight.objects.filter(pk=night.pk).update(
        forgotten=F("forgotten") + forgotten, unconfirmed=F("unconfirmed") + unheard
    )
    night.refresh_from_db()
    return night


def _forget(due: Callable[..., QuerySet[Subscriber]], *, silently: bool, most: int, now: datetime) -> int:
    done = 0
    for pk in _numbers(due(now=now), most):
        with transaction.atomic():
            reader = Subscriber.objects.filter(pk=pk).first()
            if reader is None:
                continue
            suppressions.hold(bytes(reader.address_key))
            if due(now=now).filter(pk=pk).exists():  # unless they acted a moment ago
                privacy.erase(reader, method=Method.RETENTION, source="retention", silently=silently, now=now)
                done += 1
    return done


def _numbers(rows: QuerySet[Subscriber], most: int) -> Iterator[int]:
    """Yield the numbers of these rows in batches, so that a million readers are no list in memory."""
    last, left = 0, most
    while left > 0:
        batch = list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[: min(BATCH, left)])
        yield from batch
        if len(batch) < BATCH:
            return
        last, left = batch[-1], left - len(batch)


def due_to_be_asked(*, most: int, now: datetime) -> Iterator[int]:
    """Yield the numbers of the readers who are to be asked whether they stay."""
    yield from _numbers(to_be_asked(now=now), most)


def take(subscriber_id: int, *, now: datetime) -> Subscription | None:
    """Return a letter of the reader whom the caller now has to ask; None where they need not be, or somebody else does.

    They are asked once: what is taken is noted before the mail leaves.
    """
    if not Subscriber.objects.filter(pk__in=to_be_asked(now=now).filter(pk=subscriber_id).values("pk")).update(
        asked_again_at=now
    ):
        return None
    held = Subscription.objects.confirmed().filter(subscriber=subscriber_id)
    return held.select_related("subscriber", "newsletter__association").order_by("pk").first()


def put_back(subscription: Subscription) -> None:
    """Say that the mail did not leave after all."""
    Subscriber.objects.filter(pk=subscription.subscriber_id).update(asked_again_at=None)


def note_asked(*, now: datetime) -> None:
    """Count one reader more who was asked this night."""
    RetentionNight.objects.filter(pk=night_of(now).pk).update(asked=F("asked") + 1)


def night_of(now: datetime) -> RetentionNight:
    """Return the row of this night."""
    return RetentionNight.objects.get_or_create(night=timezone.localdate(now))[0]


def staying(token: str) -> Subscription:
    """Return the subscription that a letter of re-confirmation is about; BadToken where there is none any more."""
    who = links.read_stay(token)
    newsletter = Newsletter.objects.filter(pk=who.newsletter_id).first()
    held = subscriptions.find(newsletter, who.address_key) if newsletter else None
    if held is None or held.state != S.CONFIRMED:
        raise links.BadToken
    return held


@transaction.atomic
def stay(token: str, *, read_in: str = "fr", now: datetime) -> Subscription:
    """Keep a reader for three years more: their word is a line of consent for each letter that they receive."""
    key = bytes(staying(token).subscriber.address_key)
    suppressions.hold(key)
    held = staying(token)
    version = wordings.current(Purpose.NEWSLETTER, read_in)
    saying = Saying(Method.DOUBLE_OPT_IN, "/rester/", version.locale, version.digest, subscriptions.FORM_VERSION)
    today = timezone.localdate(now)
    if held.subscriber.acted_on != today:
        for one in held.subscriber.subscriptions.confirmed().select_related("newsletter").order_by("pk"):
            ledger.say(one.newsletter, key, Purpose.NEWSLETTER, Act.GIVEN, saying, now=now)
        Subscriber.objects.filter(pk=held.subscriber_id).update(acted_on=today)
    return held
