"""How far an association counts: its board's choice, and nothing at all until it chose."""

from datetime import datetime

from campaigns.models import Measuring
from newsletter.models import Association, User


def rules(association_id: int) -> Measuring:
    """Return the choice; where none was made, what counts nobody."""
    return Measuring.objects.filter(association=association_id).first() or Measuring(association_id=association_id)


def choose(
    association: Association,
    *,
    marks_origin: bool,
    counts_clicks: bool,
    keeps_last_open: bool,
    by: User | None,
    now: datetime,
) -> Measuring:
    """Keep the choice. Letters already written keep their links; what a hit may write is asked anew each time."""
    said = {"marks_origin": marks_origin, "counts_clicks": counts_clicks, "keeps_last_open": keeps_last_open}
    row, _ = Measuring.objects.update_or_create(
        association=association, defaults={**said, "changed_at": now, "changed_by": by}
    )
    return row
