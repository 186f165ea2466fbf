"""Which readers an operation is for, and how many they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import get_language, gettext

from audiences import segments
from audiences.core import segment as trees
from audiences.models import Segment
from campaigns.core.campaign import LIVE
from campaigns.models import Campaign, OperationTarget
from newsletter.aims import Target
from newsletter.models import Edition, Operation


@dataclass(frozen=True)
class Reached:
    """A group with how many readers it has, and all the groups of an operation together, each reader once."""

    groups: tuple[tuple[Segment, str, int], ...]
    together: int
    everyone: int


@transaction.atomic
def aim(operation: Operation, chosen: Iterable[Segment]) -> None:
    """Let the operation be for these groups; for none it is for every reader."""
    Operation.objects.select_for_update().get(pk=operation.pk)
    wanted = {segment.pk: segment for segment in chosen}
    operation.targets.exclude(segment__in=wanted).delete()
    OperationTarget.objects.bulk_create(
        [OperationTarget(operation=operation, segment=segment) for segment in wanted.values()], ignore_conflicts=True
    )


def chosen_for(operation: Operation) -> list[Segment]:
    """Return the groups that the operation is for, by name."""
    return list(Segment.objects.filter(operations__operation=operation).order_by("name"))


def chosen_for_edition(edition: Edition) -> list[Segment]:
    """Return the groups that the operation of this edition is for; none where it has no operation."""
    return list(Segment.objects.filter(operations__operation__planned__edition=edition).order_by("name"))


def in_words(operation_id: int) -> list[Target]:
    """Return the groups of an operation in words, for pages that know nothing of readers."""
    rows = list(Segment.objects.filter(operations__operation=operation_id).order_by("name"))
    sentences = segments.describe_all([segments.tree_of(row) for row in rows], get_language() or "fr")
    return [Target(row.name, sentence) for row, sentence in zip(rows, sentences, strict=True)]


def reached(operation: Operation, *, now: datetime) -> Reached:
    """Return every group with its readers, and how many the operation would reach today."""
    rows = chosen_for(operation)
    asked = [segments.tree_of(row) for row in rows]
    together = trees.Any(tuple(asked)) if asked else trees.EVERYBODY
    everyone, union, *sizes = segments.counts(operation.newsletter, [trees.EVERYBODY, together, *asked], now=now)
    sentences = segments.describe_all(asked, get_language() or "fr")
    return Reached(tuple(zip(rows, sentences, sizes, strict=True)), union, everyone)


def why_keep(segment: Segment) -> list[str]:
    """Return what of the sending needs a group, one sentence each: letters on their way to it, and operations."""
    letters = Campaign.objects.filter(variants__segment=segment, state__in=LIVE).distinct()
    titles = letters.order_by("pk").values_list("edition__title", flat=True)
    themes = Operation.objects.filter(targets__segment=segment).order_by("pk").values_list("theme", flat=True)
    return [
        *(gettext("L’envoi de « %s » est prévu pour lui.") % title for title in titles),
        *(gettext("L’opération « %s » le vise.") % theme for theme in themes),
    ]
