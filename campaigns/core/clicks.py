"""Which clicks a person made: told apart from those of machines, in any order and as often as one likes.

A hit is judged by itself when it arrives; what only shows beside other clicks is judged again whenever one is added.
A machine that calls itself a browser and follows one link at leisure is taken for a person: nobody can tell.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from campaigns.core import scanners


class Scanner(StrEnum):
    """What gave a machine away."""

    HEAD = "head"  # a browser follows links by GET
    AGENT = "agent"
    NETWORK = "network"
    TRAP = "trap"  # the link that no person sees
    TOO_SOON = "too_soon"
    ALL_LINKS = "all_links"


# The place of the link that no person sees; the letter's own are numbered from 1.
TRAP = 0
# The relay has only just taken the message: a filter before the mailbox looks at it.
TOO_SOON = timedelta(seconds=10)
# Who follows nearly every link of a letter within this time reads none of them.
AT_ONCE = timedelta(seconds=20)
AT_LEAST, NEARLY = 3, 0.8
# What fell into the trap also follows the links beside it, in this time before and after.
ROUND = timedelta(seconds=60)
# After so long nothing more of a round is to come, and a click may count for its person.
SETTLED_AFTER = ROUND + AT_ONCE


@dataclass(frozen=True, slots=True)
class Hit:
    """A request for a link, as it came. It lives as long as the request: nothing of it is kept but the verdict."""

    link: int
    at: datetime
    method: str = "GET"
    agent: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Click:
    """A click that was kept: of which link, when, and what gave a machine away at once."""

    link: int
    at: datetime
    scanner: str = ""


def at_once(hit: Hit, sent_at: datetime | None) -> Scanner | None:
    """Return what gives a machine away in this one request."""
    if hit.link == TRAP:
        return Scanner.TRAP
    if hit.method == "HEAD":
        return Scanner.HEAD
    if scanners.is_known_agent(hit.agent):
        return Scanner.AGENT
    if scanners.is_known_network(hit.address):
        return Scanner.NETWORK
    if sent_at is not None and hit.at - sent_at < TOO_SOON:
        return Scanner.TOO_SOON
    return None


def judge(clicks: Iterable[Click], links: int) -> dict[Click, str]:
    """Return what each click of one message is, its letter having so many links: empty for a person's.

    A filter that asks at the moment of a person's click comes right before that person: so what a known agent or a
    HEAD did says nothing of its neighbours. Only the trap, and every link at once, do.
    """
    told = sorted(set(clicks), key=lambda click: (click.at, click.link, click.scanner))
    trapped = [click.at for click in told if click.scanner == Scanner.TRAP]
    swept = _swept(told, links)
    return {
        click: click.scanner
        or (Scanner.TRAP.value if any(abs(click.at - at) <= ROUND for at in trapped) else "")
        or (Scanner.ALL_LINKS.value if any(first <= click.at <= last for first, last in swept) else "")
        for click in told
    }


def _swept(told: Sequence[Click], links: int) -> list[tuple[datetime, datetime]]:
    """Return the spells in which nearly all links of the letter were followed."""
    if links < AT_LEAST:
        return []
    least = max(AT_LEAST, round(links * NEARLY))
    spells = []
    for index, first in enumerate(told):
        within = [click for click in told[index:] if click.at - first.at <= AT_ONCE and click.link != TRAP]
        if len({click.link for click in within}) >= least:
            spells.append((first.at, within[-1].at))
    return spells
