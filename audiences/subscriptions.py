"""A reader asks for the letter, confirms, chooses, pauses, leaves and comes back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from psycopg.types.numeric import Int8

from audiences import ledger, links, suppressions, wordings
from audiences.admissions import Admission, ConsentSource, Newcomer, Refused, admit, admit_many
from audiences.core import profile
from audiences.core.address import parse
from audiences.core.consent import (
    LIFTED_BY_CONFIRMING,
    Act,
    Method,
    Purpose,
    Said,
    SubscriptionState,
    may_ask,
)
from audiences.core.profile import BadProfile
from audiences.keys import key_of
from audiences.ledger import Saying
from audiences.models import Consent, Subscriber, Subscription
from newsletter.models import Newsletter, Place
from newsletter.statements import Statement

__all__ = [
    "Admission",
    "Asked",
    "ConsentSource",
    "Newcomer",
    "NotSubscribed",
    "Refused",
    "admit",
    "admit_many",
    "ask",
    "come_back",
    "confirm",
    "find",
    "leave",
    "pause",
    "prefer",
    "put_mail_back",
    "standing_ask",
    "take_mail",
    "unmailed",
    "unmeasure",
]

FORM_VERSION = "1"
ASK_LIVES = timedelta(days=30)
A_DAY, A_MINUTE = timedelta(days=1), timedelta(minutes=1)
# Who holds a forwarded mail can put its reader out; they shall not put them back in a year later.
COME_BACK_WITHIN = timedelta(hours=24)
S = SubscriptionState
# Whole mailings leave by one click: one statement says no to the letter (and to being measured, where that was agreed),
# each unless a no stands (`core.consent.stands`), and ends the subscription. Asked behind the person's lock alone.
LEAVE = Statement("""
WITH held AS MATERIALIZED (
    SELECT mine.id, mine.state <> 'ended' AS reads, mine.state <> 'ended' AND mine.tracking AS measured, who.language
    FROM audiences_subscription mine JOIN audiences_subscriber who ON who.id = mine.subscriber_id
    WHERE mine.newsletter_id = %(newsletter)s AND who.address_key = %(key)s::bytea
), letter AS MATERIALIZED (
    SELECT slug FROM newsletter_newsletter WHERE id = %(newsletter)s
), said AS MATERIALIZED (
    SELECT line.purpose, max(line.at) AS at, bool_or(line.act = 'withdrawn') AS refused,
           (array_agg(line.act ORDER BY line.at DESC, line.act DESC) FILTER (WHERE line.act <> 'asked'))[1] = 'given'
               AS stands
    FROM audiences_consent line JOIN letter ON letter.slug = line.newsletter
    WHERE line.address_key = %(key)s GROUP BY line.purpose
), written AS (
    INSERT INTO audiences_consent
        (address_key, purpose, newsletter, act, method, wording, locale, form_version, source, actor, at)
    SELECT %(key)s, asked.purpose, letter.slug, 'withdrawn', %(method)s::text, '', COALESCE(held.language, 'fr'), '',
           %(source)s::text, NULL, GREATEST(%(now)s::timestamptz, said.at + interval '1 microsecond')
    FROM letter CROSS JOIN (VALUES ('newsletter'), ('tracking')) AS asked (purpose)
    LEFT JOIN held ON true LEFT JOIN said ON said.purpose = asked.purpose
    WHERE (asked.purpose = 'newsletter' OR held.measured) AND (said.stands OR said.refused IS NOT TRUE)
    RETURNING id
), ended AS (
    UPDATE audiences_subscription AS mine SET state = 'ended', ended_at = %(now)s, tracking = false
    FROM held WHERE mine.id = held.id AND held.reads RETURNING mine.id
)
SELECT EXISTS (SELECT FROM written) OR EXISTS (SELECT FROM ended)
""")


class NotSubscribed(Exception):
    """Only someone who receives the letter can choose how."""


@dataclass(frozen=True)
class Asked:
    """The subscription whose reader is to be written to, or None; the page says the same to everyone."""

    mail_to: int | None


@transaction.atomic
def ask(
    newsletter: Newsletter,
    *,
    address: str,
    first_name: str = "",
    language: str = "fr",
    commune: str = "",
    interests: Iterable[str] = (),
    tracking: bool = False,
    source: str = "",
    read_in: str = "",
    now: datetime,
) -> Asked:
    """Note that someone typed this address and ticked the box; nothing is sent to it until it confirms.

    Each ASKED line is one confirmation mail: at most one a day and three unanswered, for ever.
    What a stranger types never changes a reader who already receives something. `read_in` is the language in
    which the words beside the boxes were read, where it is not that of the letter.
    """
    parsed = parse(address)
    key = key_of(parsed)
    told = _profile(first_name, language, commune, interests)
    suppressions.hold(key)
    reason = suppressions.reason_for(key)
    if reason is not None and reason not in LIFTED_BY_CONFIRMING:
        return Asked(None)
    if not may_ask(_asks(key), now):
        return Asked(None)
    subscriber, is_new = Subscriber.objects.get_or_create(
        address_key=key,
        defaults={"address": parsed.shown, "subscribed_on": timezone.localdate(now), **told},
    )
    if not is_new and not subscriber.subscriptions.filter(state=S.CONFIRMED.value).exists():
        Subscriber.objects.filter(pk=subscriber.pk).update(address=parsed.shown, **told)
    purposes = [Purpose.NEWSLETTER, *([Purpose.TRACKING] if tracking else [])]
    at = max(ledger.later(now, ledger.lines(newsletter, key, purpose)) for purpose in purposes)
    subscription = _asked(newsletter, subscriber, at=at)
    for purpose in purposes:
        saying = _in_words(purpose, Method.FORM, source, read_in or language)
        ledger.line(newsletter, key, purpose, Act.ASKED, saying, at=at).save(force_insert=True)
    return Asked(subscription.pk)


def unmailed(*, now: datetime) -> list[int]:
    """Return the subscriptions of the last day whose mail should have left a minute ago and has not."""
    late = Subscription.objects.to_be_mailed().filter(asked_at__range=(now - A_DAY, now - A_MINUTE))
    return list(late.order_by("asked_at").values_list("pk", flat=True)[:500])


def take_mail(subscription_id: int) -> Subscription | None:
    """Return the subscription whose mail the caller now has to send; None if somebody else has it."""
    found = (
        Subscription.objects.to_be_mailed()
        .select_related("subscriber", "newsletter__association")
        .filter(pk=subscription_id)
        .first()
    )
    if found is None:
        return None
    mine = Subscription.objects.to_be_mailed().filter(pk=found.pk, asked_at=found.asked_at)
    return found if mine.update(mailed_for=found.asked_at) else None


def put_mail_back(subscription: Subscription) -> None:
    """Say that the mail did not leave after all; it is tried again a little later."""
    Subscription.objects.filter(pk=subscription.pk, mailed_for=subscription.asked_at).update(mailed_for=None)


def standing_ask(token: str, *, now: datetime) -> Subscription:
    """Return the subscription that a confirmation link would confirm, or has confirmed; else BadToken."""
    asked = links.read_ask(token)
    found = (
        Subscription.objects.select_related("subscriber", "newsletter__association")
        .filter(pk=asked.subscription_id)
        .first()
    )
    if found is None or now - asked.asked_at > ASK_LIVES:
        raise links.BadToken
    if found.ended_at is not None and asked.asked_at <= found.ended_at:
        raise links.BadToken  # they have left since: an old mail does not bring them back
    reason = suppressions.reason_for(bytes(found.subscriber.address_key))
    if reason is not None and reason not in LIFTED_BY_CONFIRMING:
        raise links.BadToken
    return found


@transaction.atomic
def confirm(token: str, *, now: datetime) -> Subscription:
    """Subscribe the person who holds the mail, with one line of consent for each box that was ticked.

    Said twice it changes nothing. BadToken where the link is not, or no longer, good.
    """
    found = standing_ask(token, now=now)
    key = bytes(found.subscriber.address_key)
    suppressions.hold(key)
    found = standing_ask(token, now=now)
    if found.state == S.CONFIRMED:
        return found
    tracking = False
    asked = Consent.objects.filter(
        address_key=key, newsletter=found.newsletter.slug, act=Act.ASKED.value, at=links.read_ask(token).asked_at
    )
    for line in asked.order_by("pk"):
        saying = Saying(Method.DOUBLE_OPT_IN, line.source, line.locale, line.wording, line.form_version)
        ledger.give(found.newsletter, key, Purpose(line.purpose), saying, now=now)
        tracking = tracking or line.purpose == Purpose.TRACKING
    found.state, found.confirmed_at, found.tracking = S.CONFIRMED.value, now, tracking
    found.save(update_fields=["state", "confirmed_at", "tracking"])
    elsewhere = found.subscriber.subscriptions.exclude(pk=found.pk).filter(state=S.CONFIRMED.value)
    if not elsewhere.exists():
        found.subscriber.subscribed_on, found.subscriber.paused_until = timezone.localdate(now), None
    found.subscriber.acted_on = timezone.localdate(now)
    found.subscriber.save(update_fields=["subscribed_on", "paused_until", "acted_on"])
    suppressions.lift(key)
    return found


@transaction.atomic
def prefer(
    subscriber: Subscriber,
    newsletter: Newsletter,
    *,
    interests: Iterable[str],
    language: str,
    commune: str,
    paused_until: date | None,
    tracking: bool,
    monthly: bool,
    operations_only: bool = False,
    source: str = "",
    read_in: str = "",
    now: datetime,
) -> Subscription:
    """Keep what a reader chose; a change of mind about being measured is a line of consent."""
    key = bytes(subscriber.address_key)
    suppressions.hold(key)
    held = find(newsletter, key)
    if held is None or held.state != S.CONFIRMED:
        raise NotSubscribed
    reader = held.subscriber
    told = _profile(reader.first_name, language, commune, interests)
    acted = {"paused_until": paused_until, "acted_on": timezone.localdate(now)}
    Subscriber.objects.filter(pk=reader.pk).update(**acted, **told)
    saying = _in_words(Purpose.TRACKING, Method.PREFERENCE_CENTRE, source, read_in or language)
    if tracking:
        ledger.give(newsletter, key, Purpose.TRACKING, saying, now=now)
    elif held.tracking:
        ledger.withdraw(newsletter, key, Purpose.TRACKING, saying=saying, now=now)
    held.tracking, held.monthly, held.operations_only = tracking, monthly, operations_only
    held.save(update_fields=["tracking", "monthly", "operations_only"])
    held.subscriber.refresh_from_db()
    return held


@transaction.atomic
def leave(
    newsletter: Newsletter,
    address_key: bytes,
    *,
    method: Method = Method.ONE_CLICK,
    source: str = "",
    now: datetime,
) -> bool:
    """End this reader's subscription before the next message is armed; return whether that is news.

    Of the newsletter the number is enough. Works without a subscriber row too: after erasure the line of consent is
    still written, once.
    """
    said = {"key": bytes(address_key), "method": method.value, "source": source[:200], "now": now}
    leaving = {"newsletter": Int8(newsletter.pk), **said}
    [[is_news]] = suppressions.behind_the_lock(address_key, LEAVE, leaving)
    if is_news:
        suppressions.stopped(address_key, newsletter.pk, now=now)
    return bool(is_news)


@transaction.atomic
def unmeasure(newsletter: Newsletter, address_key: bytes, *, source: str = "", now: datetime) -> bool:
    """Measure this reader no more, in letters already sent either; return whether that is news.

    They keep the letter. Who never agreed refuses by this even what needs no consent. Works without a subscriber row.
    """
    suppressions.hold(address_key)
    held = find(newsletter, address_key)
    saying = _in_words(Purpose.TRACKING, Method.FORM, source, held.subscriber.language if held else "fr")
    is_news = ledger.withdraw(newsletter, address_key, Purpose.TRACKING, saying=saying, now=now)
    if held is not None:
        Subscription.objects.filter(pk=held.pk, tracking=True).update(tracking=False)
        Subscriber.objects.filter(pk=held.subscriber_id).update(opened_on=None, acted_on=timezone.localdate(now))
    return is_news


@transaction.atomic
def come_back(
    newsletter: Newsletter,
    address_key: bytes,
    *,
    monthly: bool | None = None,
    paused_until: date | None = None,
    source: str = "",
    now: datetime,
) -> bool:
    """Take back a leave of the last day, perhaps less often or after a pause; return whether it stands now."""
    suppressions.hold(address_key)
    held = find(newsletter, address_key)
    if held is None or held.state == S.ASKED or suppressions.reason_for(address_key) is not None:
        return False
    if held.state == S.ENDED:
        if held.ended_at is None or held.confirmed_at is None or now - held.ended_at > COME_BACK_WITHIN:
            return False
        saying = _in_words(Purpose.NEWSLETTER, Method.FORM, source, held.subscriber.language)
        ledger.give(newsletter, address_key, Purpose.NEWSLETTER, saying, now=now)
        held.state, held.confirmed_at = S.CONFIRMED.value, now
    if monthly is not None:
        held.monthly, held.operations_only = monthly, False
    held.save(update_fields=["state", "confirmed_at", "monthly", "operations_only"])
    acted = {"acted_on": timezone.localdate(now)} | ({"paused_until": paused_until} if paused_until else {})
    Subscriber.objects.filter(pk=held.subscriber_id).update(**acted)
    return True


@transaction.atomic
def pause(newsletter: Newsletter, address_key: bytes, *, until: date | None, now: datetime) -> bool:
    """Send this reader nothing before that day, or again from now on; return whether they are subscribed."""
    suppressions.hold(address_key)
    held = find(newsletter, address_key)
    if held is None or held.state != S.CONFIRMED:
        return False
    Subscriber.objects.filter(pk=held.subscriber_id).update(paused_until=until, acted_on=timezone.localdate(now))
    return True


def find(newsletter: Newsletter, address_key: bytes) -> Subscription | None:
    """Return this person's subscription to this newsletter, whatever its state."""
    return (
        Subscription.objects.select_related("subscriber", "newsletter")
        .filter(newsletter=newsletter, subscriber__address_key=address_key)
        .first()
    )


def _asked(newsletter: Newsletter, subscriber: Subscriber, *, at: datetime) -> Subscription:
    subscription, is_new = Subscription.objects.get_or_create(
        newsletter=newsletter, subscriber=subscriber, defaults={"state": S.ASKED.value, "asked_at": at}
    )
    if not is_new:
        if subscription.state == S.ENDED:
            subscription.state = S.ASKED.value
        subscription.asked_at = at
        subscription.save(update_fields=["state", "asked_at"])
    return subscription


def _asks(address_key: bytes) -> list[Said]:
    rows = Consent.objects.filter(address_key=address_key, purpose=Purpose.NEWSLETTER.value)
    return [Said(Act(act), at) for act, at in rows.values_list("act", "at")]


def _profile(first_name: str, language: str, commune: str, interests: Iterable[str]) -> dict[str, object]:
    """Return a reader's columns, tidied; BadProfile where something cannot be."""
    department = ""
    if commune:
        place = Place.objects.filter(insee=commune).first()
        if place is None:
            raise BadProfile("unknown_commune")
        department = place.department
    return {
        "first_name": profile.first_name(first_name),
        "language": profile.language(language),
        "commune": commune,
        "department": department,
        "interests": profile.interests(interests),
    }


def _in_words(purpose: Purpose, method: Method, source: str, locale: str) -> Saying:
    version = wordings.current(purpose, locale)
    return Saying(method, source, version.locale, version.digest, FORM_VERSION)
