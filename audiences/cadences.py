"""How often readers are written to at most: the board's choice for all, beside what each of them chose."""

from datetime import datetime

from audiences.models import Cadence
from newsletter.models import Association, User


def rules(association_id: int) -> Cadence:
    """Return the choice; where none was made, one that caps nothing."""
    return Cadence.objects.filter(association=association_id).first() or Cadence(association_id=association_id)


def weekly_most(association_id: int) -> int | None:
    """Return how many letters a reader gets at most in seven days; None for any number."""
    return rules(association_id).weekly_most


def choose(association: Association, *, weekly_most: int | None, by: User | None, now: datetime) -> Cadence:
    """Keep the choice. Lists that are drawn up from now on heed it."""
    said = {"weekly_most": weekly_most, "changed_at": now, "changed_by": by}
    return Cadence.objects.update_or_create(association=association, defaults=said)[0]
