"""EditionContent: what an edition says, as plain values; how it looks is the templates' matter.

A block is one frozen value here and two partials of the same name, `templates/emails/blocks/<name>.mjml`
and `.txt`. Adding one touches nothing else.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Self

from newsletter.core.holes import Marks
from newsletter.core.linking import Choose, Part, Spot, relink
from newsletter.core.richtext import as_letter, sanitise

# Whatever a form for addresses lets through; quotes and brackets are escaped where it is printed.
_WEB = re.compile(r"https?://[^\s\x00-\x1f\x7f]+", re.IGNORECASE)


@dataclass(frozen=True)
class Picture:
    """An image on our own site, with what it shows in words and its size in pixels."""

    url: str
    alt: str
    width: int
    height: int

    def __post_init__(self) -> None:
        require_web(self.url)

    def height_at(self, width: int) -> int:
        """Return its height when it is shown this wide."""
        return round(self.height * width / self.width)


@dataclass(frozen=True)
class OfferCard:
    """A member's offer as it is printed; price and dates are already in words."""

    key: str
    title: str
    text: str
    member_name: str
    commune: str
    category: str
    price: str = ""
    was: str = ""
    dates: str = ""
    phone: str = ""
    access: str = ""
    picture: Picture | None = None
    link: str = ""
    legal: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.link:
            require_web(self.link)

    def linked(self, choose: Choose) -> Self:
        """Return it with its link as `choose` writes it."""
        return replace(self, link=choose(Spot(self.link, self.title, Part.OFFER, self.key))) if self.link else self

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """Its text, cut where the member left a line."""
        return tuple(line.strip() for line in self.text.splitlines() if line.strip())

    @property
    def dial(self) -> str:
        """What a telephone dials; empty where the number is not one."""
        digits = re.sub(r"[\s.()/-]", "", self.phone)
        return digits if re.fullmatch(r"\+?[0-9]{3,15}", digits) else ""

    @property
    def alt(self) -> str:
        """What stands in for its picture; its title at least, since the picture is a link."""
        return (self.picture.alt if self.picture else "") or self.title


@dataclass(frozen=True)
class Identity:
    """Who writes, from where, and why to this reader: the footer that no template can leave out."""

    association: str
    postal_address: str
    why: str
    contact: str

    @property
    def contact_link(self) -> str:
        """Where the contact leads, if it is an e-mail or a web address."""
        if re.fullmatch(r"[^\s@<>\"']+@[^\s@<>\"']+", self.contact):
            return f"mailto:{self.contact}"
        return self.contact if _WEB.fullmatch(self.contact) else ""


@dataclass(frozen=True)
class Block:
    """A part of an edition, printed by the partials that bear its name."""

    @property
    def mjml(self) -> str:
        """The partial that typesets it."""
        return f"emails/blocks/{type(self).__name__.lower()}.mjml"

    @property
    def txt(self) -> str:
        """The partial that writes it in plain text."""
        return f"emails/blocks/{type(self).__name__.lower()}.txt"

    def marked(self, marks: Marks) -> Self:
        """Return it with the board's merge fields turned into marks; a member's text has none."""
        return self

    def linked(self, choose: Choose) -> Self:
        """Return it with each of its web links as `choose` writes it, in the order in which they are read."""
        return self

    def pictures(self) -> tuple[tuple[str, Picture], ...]:
        """Return its pictures, each with the place to name when one is amiss."""
        return ()


@dataclass(frozen=True)
class Hero(Block):
    """One wide picture, with a line beneath it."""

    picture: Picture
    caption: str = ""

    def pictures(self) -> tuple[tuple[str, Picture], ...]:
        return (("hero", self.picture),)


@dataclass(frozen=True)
class Editorial(Block):
    """The board's letter to the reader; its HTML passes `sanitise` again here."""

    html: str
    text: str = ""
    greeting: bool = True
    signature: str = ""

    @property
    def letter(self) -> str:
        """The same letter in plain text."""
        return self.text or as_letter(self.html)

    def marked(self, marks: Marks) -> Self:
        return replace(
            self,
            html=marks.in_html(sanitise(self.html)),
            text=marks.in_text(self.text),
            signature=marks.in_text(self.signature),
        )

    def linked(self, choose: Choose) -> Self:
        return replace(self, html=relink(sanitise(self.html), choose))


@dataclass(frozen=True)
class Offers(Block):
    """The members' offers: the first large if so wished, the others two by two, a last odd one across."""

    cards: tuple[OfferCard, ...]
    heading: str = ""
    large_first: bool = True

    @property
    def large(self) -> OfferCard | None:
        return self.cards[0] if self.large_first and self.cards else None

    @property
    def pairs(self) -> list[tuple[OfferCard, OfferCard]]:
        rest = self.cards[1:] if self.large else self.cards
        return list(zip(rest[::2], rest[1::2], strict=False))

    @property
    def last(self) -> OfferCard | None:
        rest = self.cards[1:] if self.large else self.cards
        return rest[-1] if len(rest) % 2 else None

    def linked(self, choose: Choose) -> Self:
        return replace(self, cards=tuple(card.linked(choose) for card in self.cards))

    def pictures(self) -> tuple[tuple[str, Picture], ...]:
        return tuple((card.title, card.picture) for card in self.cards if card.picture)


@dataclass(frozen=True)
class DestinationLine:
    """One thing that happens in the destination: an event, a market, a nativity scene; its days are in words."""

    kicker: str
    title: str
    text: str = ""
    where: str = ""
    dates: str = ""
    link: str = ""
    key: str = ""
    legal: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.link:
            require_web(self.link)

    def linked(self, choose: Choose) -> Self:
        """Return it with its link as `choose` writes it."""
        spot = Spot(self.link, self.title, Part.DESTINATION, self.key)
        return replace(self, link=choose(spot)) if self.link else self


@dataclass(frozen=True)
class Destination(Block):
    """What one partner tells of the destination: visibly theirs, apart from the members' offers."""

    partner: str
    heading: str
    lines: tuple[DestinationLine, ...]
    see: str = ""

    def linked(self, choose: Choose) -> Self:
        return replace(self, lines=tuple(line.linked(choose) for line in self.lines))


@dataclass(frozen=True)
class EditionContent:
    """Everything that one edition says in one language."""

    language: str
    title: str
    subject: str
    preheader: str
    identity: Identity
    blocks: tuple[Block, ...] = ()
    dateline: str = ""
    ornament: Picture | None = None

    def offers(self) -> Iterator[OfferCard]:
        """Yield every offer in printing order."""
        for block in self.blocks:
            if isinstance(block, Offers):
                yield from block.cards

    def marked(self, marks: Marks) -> Self:
        """Return it with every merge field of the board turned into a mark."""
        return replace(
            self,
            subject=marks.in_text(self.subject),
            preheader=marks.in_text(self.preheader),
            blocks=tuple(block.marked(marks) for block in self.blocks),
        )

    def linked(self, choose: Choose) -> Self:
        """Return it with each web link of its blocks as `choose` writes it; the footer's own are not asked about."""
        return replace(self, blocks=tuple(block.linked(choose) for block in self.blocks))

    def fingerprint(self) -> str:
        """SHA-256 of all it says: the same content has the same fingerprint."""
        said = asdict(self) | {"block_names": [type(block).__name__ for block in self.blocks]}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def require_web(url: str) -> None:
    """Refuse whatever is not an http or https address."""
    if not _WEB.fullmatch(url):
        raise ValueError(f"not a web address: {url!r}")
