"""Who had a chance in an edition: the members with an eligible offer on the day that it was locked for.

What was seen of a member is divided by their chances, so these rows stand beside the seats and are as final as they.
"""

from collections.abc import Iterable

from django.db import transaction

from newsletter.models import Edition, Member, Offer, Opportunity


@transaction.atomic
def record(edition: Edition) -> int:
    """Write down whoever could have had a seat when the edition is locked, and whoever has one; return how many."""
    forget(edition)
    ready = Offer.objects.ready(edition.planned_on).values("member")
    seated = edition.placements.values("offer__member")
    members = Member.objects.active().filter(pk__in=ready) | Member.objects.filter(pk__in=seated)
    add(edition, members.values_list("pk", flat=True))
    return edition.opportunities.count()


def add(edition: Edition, members: Iterable[int]) -> None:
    """Write down these members too; told twice, it is true once."""
    rows = [Opportunity(edition=edition, member_id=member) for member in members]
    Opportunity.objects.bulk_create(rows, ignore_conflicts=True)


def forget(edition: Edition) -> None:
    """Forget who had a chance in an edition that is written anew."""
    edition.opportunities.all().delete()
