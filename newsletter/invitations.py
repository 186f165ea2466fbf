"""A link to one member's draft, which opens that draft and nothing else."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from newsletter import offers, signing
from newsletter.core.review import OfferState
from newsletter.models import Invitation, Member, Offer, User
from newsletter.signing import Purpose


@transaction.atomic
def invite(offer: Offer, *, by: User | None, now: datetime, days: int = 30) -> Invitation:
    """Open one more way to this draft, for that many days."""
    return Invitation.objects.create(
        member=offer.member,
        offer=offer,
        invited_by=by,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )


@transaction.atomic
def invite_member(member: Member, *, by: User | None, now: datetime) -> Invitation:
    """Open a way to a draft that this member may fill in: one that nobody has begun, else a new one."""
    Member.objects.select_for_update().get(pk=member.pk)
    untouched = member.offers.filter(
        state=OfferState.DRAFT.value, title="", text="", image="", moves=None, call=None
    ).first()
    return invite(untouched or offers.draft(member, by=by, now=now), by=by, now=now)


def standing(offer: Offer, *, now: datetime) -> QuerySet[Invitation]:
    """Return the invitations that still open this draft, the newest first."""
    return offer.invitations.filter(revoked_at=None, expires_at__gt=now).order_by("-created_at", "-pk")


def addresses(invitation: Invitation) -> list[tuple[str, str]]:
    """Return where the link goes, each with its language: to who signs for the member, else to the member's address."""
    people = User.objects.filter(memberships__member=invitation.member, is_active=True).order_by("pk")
    found = [(person.email, person.language) for person in people]
    return found or ([(invitation.member.email, "fr")] if invitation.member.email else [])


@transaction.atomic
def renew(invitation: Invitation, *, now: datetime) -> Invitation | None:
    """Open the way to the same draft anew once it has run out; None where someone closed it, or the member left.

    Asked twice within the hour, the answer is the same invitation.
    """
    member = Member.objects.select_for_update().get(pk=invitation.member_id)
    if invitation.revoked_at or invitation.expires_at > now or not member.is_active:
        return None
    lately = standing(invitation.offer, now=now).filter(created_at__gt=now - timedelta(hours=1)).first()
    return lately or invite(invitation.offer, by=invitation.invited_by, now=now)


@transaction.atomic
def revoke(invitation: Invitation, *, now: datetime) -> None:
    """Close this way; the first time stands."""
    Invitation.objects.filter(pk=invitation.pk, revoked_at=None).update(revoked_at=now)
    invitation.refresh_from_db()


def token_of(invitation: Invitation) -> str:
    """Return what stands in the invitation's address."""
    return signing.seal(Purpose.INVITATION, str(invitation.pk))


def open_invitation(token: str, *, now: datetime) -> Invitation | None:
    """Return the invitation if it still opens its draft."""
    invitation = find(token)
    if invitation is None or invitation.revoked_at or invitation.expires_at <= now:
        return None
    if not invitation.member.is_active:
        return None
    return invitation


def find(token: str) -> Invitation | None:
    """Return the invitation that this link was written for, though it may be over; None for anyone's own link."""
    try:
        pk = int(signing.unseal(Purpose.INVITATION, token))
    except (signing.BadToken, ValueError):
        return None
    return Invitation.objects.select_related("member__commune", "offer__member__commune").filter(pk=pk).first()
