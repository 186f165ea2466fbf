"""The links of a campaign's letter: laid down when it is compiled, followed by redirects, mended by the board."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, TypedDict

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, Sum

from campaigns.core import targets
from campaigns.core.clicks import TRAP
from campaigns.models import Campaign, Link, LinkRepair, Measuring
from newsletter import signing
from newsletter.core.content import EditionContent
from newsletter.core.linking import Choose, Part, Spot
from newsletter.models import User
from newsletter.signing import BadToken, Purpose

# Long enough for every letter and every delivery there will be; the same in every token.
_NUMBER = 8


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class _Counts(TypedDict):
        times: int
        by_machines: int

    # A link with how often it was followed, and how often of that by what is known to be a machine.
    Counted = WithAnnotations[Link, _Counts]


@dataclass(frozen=True)
class Table:
    """The links of one letter: what stands at each spot, by number and by where it leads."""

    numbers: Mapping[Spot, int]
    targets: Mapping[int, str]


@transaction.atomic
def lay(campaign: Campaign, content: EditionContent, rules: Measuring) -> Table:
    """Write down every link of the letter and return them by number; laid again it is the same table.

    What no redirect may lead to is left as it stands in the letter, and has no row.
    """
    origin = targets.origin(campaign.edition.newsletter.slug, campaign.edition.slug) if rules.marks_origin else {}
    numbers = numbered(content)
    rows = [_row(campaign, number, spot, origin) for spot, number in numbers.items()]
    trap = Link(campaign=campaign, position=TRAP, target=f"{settings.SITE_URL}/", part=Part.TRAP.value)
    Link.objects.filter(campaign=campaign).exclude(position__in=[TRAP, *numbers.values()]).delete()
    Link.objects.bulk_create(
        [trap, *rows],
        update_conflicts=True,
        unique_fields=["campaign", "position"],
        update_fields=["target", "label", "part", "offer", "contribution"],
    )
    return Table(numbers, {row.position: row.target for row in rows})


def numbered(content: EditionContent) -> dict[Spot, int]:
    """Return the number of each link of the letter, in the order in which they are read."""
    spots = [spot for spot in _spots(content) if targets.may_lead(spot.target)]
    return {spot: number for number, spot in enumerate(dict.fromkeys(spots), start=TRAP + 1)}


def _spots(content: EditionContent) -> list[Spot]:
    found: list[Spot] = []

    def note(spot: Spot) -> str:
        found.append(spot)
        return spot.target

    content.linked(note)
    return found


def _row(campaign: Campaign, number: int, spot: Spot, origin: Mapping[str, str]) -> Link:
    key = int(spot.key) if spot.key else None
    return Link(
        campaign=campaign,
        position=number,
        target=targets.marked(targets.checked(spot.target), origin),
        label=spot.label[:200],
        part=spot.part.value,
        offer_id=key if spot.part is Part.OFFER else None,
        contribution_id=key if spot.part is Part.DESTINATION else None,
    )


def for_all(campaign: Campaign, table: Table, rules: Measuring) -> Choose:
    """Return what writes the links of readers who are not measured: the same for every one of them."""

    def choose(spot: Spot) -> str:
        number = table.numbers.get(spot)
        if number is None:
            return spot.target
        return shared_url(campaign.pk, number) if rules.counts_clicks else table.targets[number]

    return choose


def shared_url(campaign: int, position: int) -> str:
    """Return the redirect that all readers of a letter share."""
    sealed = campaign.to_bytes(_NUMBER, "big") + position.to_bytes(2, "big")
    return f"{settings.SITE_URL}/l/{signing.seal(Purpose.LINK, sealed)}"


def read_shared(token: str) -> tuple[int, int]:
    """Return the campaign and the place that a shared redirect names; raise BadToken."""
    sealed = _unseal(Purpose.LINK, token, _NUMBER + 2)
    return int.from_bytes(sealed[:_NUMBER], "big"), int.from_bytes(sealed[_NUMBER:], "big")


class Own(NamedTuple):
    """One message's own redirects (each link's number comes behind), and its picture of one pixel."""

    click: str
    opened: str


def own_ways(deliveries: Sequence[int]) -> list[Own]:
    """Return what the letters of readers who may be measured lead to, in their order.

    Sealed once for all links of a message: whoever changes the number behind finds another link of the same letter.
    """
    site = settings.SITE_URL
    named = signing.encode_all([delivery.to_bytes(_NUMBER, "big") for delivery in deliveries])
    clicks = signing.sealer(Purpose.CLICK).seal_all(named)
    opens = signing.sealer(Purpose.OPEN).seal_all(named)
    return [Own(f"{site}/c/{click}", f"{site}/o/{one}.gif") for click, one in zip(clicks, opens, strict=True)]


def read_own(purpose: Purpose, token: str) -> int:
    """Return the delivery that a click or an open names; raise BadToken."""
    return int.from_bytes(_unseal(purpose, token, _NUMBER), "big")


def _unseal(purpose: Purpose, token: str, length: int) -> bytes:
    sealed = signing.unseal_bytes(purpose, token)
    if len(sealed) != length or int.from_bytes(sealed[:_NUMBER], "big") >= 1 << 63:
        raise BadToken
    return sealed


@transaction.atomic
def repair(link: Link, *, target: str, by: User | None, now: datetime) -> Link:
    """Let a link lead elsewhere, in the mails already sent too where they go by way of us; raise BadTarget."""
    held = Link.objects.select_for_update(of=("self",)).select_related("campaign__edition__newsletter").get(pk=link.pk)
    if held.part == Part.TRAP:
        raise targets.BadTarget("not_web")
    became = targets.checked(target)
    if became != held.target:
        LinkRepair.objects.create(link=held, was=held.target, became=became, at=now, by=by)
        held.target = became
        held.save(update_fields=["target"])
    return held


def listed(campaign: Campaign) -> "QuerySet[Counted]":
    """Return the letter's links in order with how often each was followed, in one query."""
    return (
        Link.objects.filter(campaign=campaign)
        .exclude(part=Part.TRAP)
        .select_related("offer__member", "contribution")
        .annotate(times=Sum("counts__times", default=0), by_machines=Sum("counts__by_machines", default=0))
        .order_by("position")
    )


def repairs(campaign: Campaign) -> QuerySet[LinkRepair]:
    """Return what was mended in this letter, the newest first."""
    return LinkRepair.objects.filter(link__campaign=campaign).select_related("link", "by").order_by("-at", "-pk")
