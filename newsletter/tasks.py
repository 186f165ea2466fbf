"""What this wing does in the background."""

import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from celery import shared_task
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from newsletter import (
    access,
    catalogue,
    consultation,
    diary,
    difference_words,
    editions,
    feeds,
    fetching,
    invitations,
    mailer,
    notices,
    offers,
    proofs,
    reviewing,
    roles,
    selecting,
    signin,
    summaries,
)
from newsletter.core.calendar.ical_in import read_calendar as read
from newsletter.core.operation import NoticeKind
from newsletter.models import Call, Edition, Invitation, Member, Notice, OfferMove, User

log = logging.getLogger(__name__)
# The hour from which the board's digest leaves.
MORNING = 7


@shared_task
def send_sign_in(user_id: int, next_path: str = "") -> None:
    """Mail a link and six digits; the sixth mail within an hour is not written."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    keys = signin.issue(user, now=timezone.now()) if user else None
    if user is None or keys is None:
        return
    path = reverse("sign-in-link", args=[keys.link, keys.again])
    query = "?" + urlencode({"next": next_path}) if next_path else ""
    mailer.send(
        "sign_in",
        user.email,
        {"name": user.name, "link": f"{settings.SITE_URL}{path}{query}", "code": keys.code},
        user.language,
    )


@shared_task
def expire_offers() -> None:
    """Woken every hour: end the offers whose last day has passed, forget old codes and files that nobody confirmed."""
    now = timezone.now()
    offers.expire_over(now=now)
    signin.forget_old(now=now)
    catalogue.forget_unconfirmed(now=now)


@shared_task
def send_invitation(invitation_id: int) -> None:
    """Mail the link to a member's draft, while it still opens it."""
    invitation = Invitation.objects.select_related("member", "offer").filter(pk=invitation_id).first()
    if invitation is None or invitations.open_invitation(invitations.token_of(invitation), now=timezone.now()) is None:
        return
    link = settings.SITE_URL + reverse("invitation", args=[invitations.token_of(invitation)])
    for address, language in invitations.addresses(invitation):
        mailer.send("invitation", address, {"invitation": invitation, "link": link}, language)


@shared_task
def send_test(edition_id: int, user_id: int) -> None:
    """Mail the edition as it is now to the person of the board who asked to see it."""
    edition = Edition.objects.select_related("newsletter__association").filter(pk=edition_id).first()
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if edition is None or user is None or not access.is_editor(user):
        return
    proofs.send(edition, user)


@shared_task
def tell_member(move_id: int) -> None:
    """Mail the board's answer, once, to those who sign in for the member; not while it can be undone."""
    move = offers.take_news(move_id, now=timezone.now())
    if move is None:
        return
    link = settings.SITE_URL + reverse("offer", args=[move.offer_id])
    if move.field:
        # by the address for whoever signs in on the way, by the anchor for who is signed in
        link = settings.SITE_URL + reverse("offer-edit", args=[move.offer_id])
        link += f"?{urlencode({'champ': move.field})}#id_{move.field}"
    words = {"move": move, "offer": move.offer, "link": link}
    if not _tell("verdict", move.offer.member, words, move=move):
        offers.put_news_back(move)


def tell_placed(placement_id: int) -> None:
    """Mail once, to those who sign in for its member, that an offer has its seat in a locked edition."""
    placement = editions.take_news(placement_id, now=timezone.now())
    if placement is None:
        return
    link = settings.SITE_URL + reverse("offer", args=[placement.offer_id])
    words = {"edition": placement.edition, "offer": placement.offer, "link": link}
    if not _tell("placed", placement.offer.member, words):
        editions.put_news_back(placement)


def _tell(template: str, member: Member, words: dict[str, Any], *, move: OfferMove | None = None) -> bool:
    """Mail this to everyone who signs in for the member; return False if the relay refused all of it."""
    people = list(User.objects.filter(memberships__member=member, is_active=True))
    refused = 0
    for person in people:
        with translation.override(person.language):
            changed = difference_words.corrected(move) if move else []
        said = {"name": person.name, "changed": changed, **words}
        try:
            mailer.send(template, person.email, said, person.language)
        except OSError:  # of the relay, or on the way to it
            log.exception("news of offer %s did not leave", words["offer"].pk)
            refused += 1
    # who has read it is not told twice
    return not people or refused < len(people)


@shared_task
def tell_late() -> None:
    """Woken every few seconds: tell members what can no longer be undone, and what a relay left untold."""
    for move_id in offers.untold(now=timezone.now()):
        tell_member(move_id)
    for placement_id in editions.untold(now=timezone.now()):
        tell_placed(placement_id)


@shared_task
def mail_digests() -> None:
    """Woken every quarter of an hour: once a morning, tell whoever reads offers what waits, and what was objected."""
    now = timezone.localtime()
    if now.hour < MORNING or (told := reviewing.digest()) is None:
        return
    link = settings.SITE_URL + reverse("board:offers") + "?state=submitted"
    for holder in roles.holders():
        person = holder.user
        if not reviewing.take_digest(person, day=now.date()):
            continue
        try:
            mailer.send("digest", person.email, {"told": told, "link": link}, person.language)
        except OSError:  # of the relay, or on the way to it
            log.exception("a digest did not leave")
            reviewing.put_digest_back(person)


@shared_task
def read_calendar(feed_id: int) -> None:
    """Fetch a calendar that the board follows, when its hour has come; where it leads is never logged."""
    feed = feeds.take(feed_id, now=timezone.now())
    if feed is None:
        return
    try:
        raw = fetching.fetch(feed.url)
    except fetching.NotFetched as refused:
        log.info("calendar %s was not read: %s", feed.pk, refused.code)
        feeds.note_failure(feed, refused.code, now=timezone.now())
        return
    feeds.fill(feed, read(raw, window=feeds.window(timezone.localdate())), now=timezone.now())


@shared_task
def read_calendars() -> None:
    """Woken every ten minutes: read the calendars whose hour has come."""
    for feed_id in feeds.due(now=timezone.now()):
        try:
            read_calendar(feed_id)
        except Exception:  # one calendar does not hold up the others
            log.exception("calendar %s could not be taken in", feed_id)


@shared_task
def keep_operations() -> None:
    """Woken every minute: open, remind, close and draft what is due, and mail what is owed. Readers get nothing."""
    diary.keep(now=timezone.now())
    mail_notices()


@shared_task
def mail_notices() -> None:
    """Mail every letter that is owed to members and partners, each once."""
    for notice_id in notices.to_be_mailed(now=timezone.now()):
        mail_notice(notice_id)


def mail_notice(notice_id: int) -> None:
    """Mail one letter to everyone it is for, in their languages; what the relay refused is tried again."""
    notice = notices.take(notice_id, now=timezone.now())
    if notice is None:
        return
    letters = _to_member(notice) if notice.call else _to_partner(notice)
    refused = 0
    for template, address, words, language in letters:
        try:
            mailer.send(template, address, words, language)
        except OSError:  # of the relay, or on the way to it
            log.exception("letter %s did not leave", notice.pk)
            refused += 1
    # who has read it is not told twice
    if letters and refused == len(letters):
        notices.put_back(notice)
    else:
        notices.settle(notice, letters=len(letters) - refused, now=timezone.now())


Written = tuple[str, str, dict[str, Any], str]


def _to_member(notice: Notice) -> list[Written]:
    call = notice.call
    assert call is not None
    if not call.member.is_active:
        return []
    operation = call.operation
    if notice.kind == NoticeKind.SUMMARY:
        return list(_summaries(call))
    if notice.kind == NoticeKind.OUTCOME:
        link = settings.SITE_URL + reverse("call", args=[call.pk])
    else:
        token = invitations.token_of(call.invitation)
        if invitations.open_invitation(token, now=timezone.now()) is None:
            return []
        link = settings.SITE_URL + reverse("invitation-call", args=[token])
    words = {
        "member": call.member,
        "operation": operation,
        "reminder": notice.kind == NoticeKind.REMINDER,
        "link": link,
        "outcomes": selecting.outcomes(call) if notice.kind == NoticeKind.OUTCOME else [],
    }
    template = "outcome" if notice.kind == NoticeKind.OUTCOME else "call"
    return [(template, address, words, language) for address, language in invitations.addresses(call.invitation)]


def _summaries(call: Call) -> Iterator[Written]:
    """Yield what the offer brought, in each one's language; nothing where no letter left with it."""
    for address, language in invitations.addresses(call.invitation):
        with translation.override(language):
            summary = summaries.of(call.offer)
        if summary:
            link = settings.SITE_URL + summary.path
            words = {"member": call.member, "operation": call.operation, "lines": summary.lines, "link": link}
            yield "summary", address, words, language


def _to_partner(notice: Notice) -> list[Written]:
    asked = notice.consultation
    assert asked is not None
    words = {
        "partner": asked.partner,
        "operation": asked.operation,
        "answered": notice.kind == NoticeKind.ANSWER,
        "link": settings.SITE_URL + reverse("consultation", args=[consultation.token_of(asked)]),
    }
    return [("consultation", asked.partner.email, words, asked.partner.language)]
