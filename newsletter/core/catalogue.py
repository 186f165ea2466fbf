"""A catalogue's file, whoever published it, as listings."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from newsletter.core import apidae, datatourisme, feed
from newsletter.core.feed import Archive, BadFeed, Trouble
from newsletter.core.listing import Flaw, Listing, Refused, Source


@dataclass(frozen=True)
class Feed:
    """Who speaks, what they list, and what they say is no more."""

    source: Source
    objects: Iterator[Listing | Refused]
    gone: frozenset[str] = frozenset()


def read(file: IO[bytes]) -> Feed:
    """Return the feed of a file, its objects read as they are asked for; raise BadFeed for what is none."""
    if feed.is_zip(file):
        return _packed(Archive(file))
    told = feed.paper(file)
    if isinstance(told, dict):
        told = told.get("objetsTouristiques", told.get("objects", [told]))
    if not isinstance(told, list):
        raise BadFeed(Trouble.BAD_SHAPE)
    if any(apidae.is_object(one) for one in told):
        return Feed(Source.APIDAE, once(apidae.objects(told)))
    if any(datatourisme.is_object(one) for one in told):
        return Feed(Source.DATATOURISME, once(datatourisme.objects(told)))
    raise BadFeed(Trouble.NEITHER)


def _packed(archive: Archive) -> Feed:
    if archive.find(datatourisme.INDEX) is not None:
        return Feed(Source.DATATOURISME, once(datatourisme.read(archive)))
    if apidae.is_export(archive):
        return Feed(Source.APIDAE, once(apidae.read(archive)), apidae.gone(archive))
    if any(name.startswith("objects/") or "/objects/" in name for name in archive.names):
        raise BadFeed(Trouble.NO_INDEX)
    raise BadFeed(Trouble.NEITHER)


def once(found: Iterable[Listing | Refused]) -> Iterator[Listing | Refused]:
    """Yield each identifier once; who comes again under it is refused."""
    seen: set[str] = set()
    for one in found:
        if isinstance(one, Listing):
            if one.identifier in seen:
                yield Refused(one.name, Flaw.TWICE, one.identifier)
                continue
            seen.add(one.identifier)
        yield one
