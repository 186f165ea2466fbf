"""A question about readers, as a typed tree: read strictly, answered in plain Python.

`audiences.segments.to_q` asks the database the same question; a property test holds the two together.
What another wing knows of a reader is a `Told`, under a name that the wing registers.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar, assert_never

from audiences.core.consent import CustomerKind
from newsletter.core.calendar.zones import SchoolZone, zone_of
from newsletter.core.interests import Interest
from newsletter.core.regions import REGIONS

DEPTH = 12
NODES = 200
FARTHEST_KM = 300


@dataclass(frozen=True)
class Likes:
    interest: Interest


@dataclass(frozen=True)
class Speaks:
    language: str


@dataclass(frozen=True)
class Near:
    """Lives in a commune whose centre lies within so many km of this commune's."""

    commune: str
    km: int


@dataclass(frozen=True)
class NearMember:
    """Lives within so many km of the commune where this member is at home."""

    member: int
    km: int


@dataclass(frozen=True)
class InDepartment:
    code: str


@dataclass(frozen=True)
class InRegion:
    code: str


@dataclass(frozen=True)
class InEpci:
    """Lives in a commune of this intercommunality, named by its SIREN code."""

    code: str


@dataclass(frozen=True)
class InZone:
    """Lives where the schools follow this calendar."""

    zone: SchoolZone


class Came(StrEnum):
    """By which door a reader came in."""

    FORM = "form"
    FILE = "file"
    BOARD = "board"


@dataclass(frozen=True)
class CameBy:
    door: Came


@dataclass(frozen=True)
class Kind:
    kind: CustomerKind


@dataclass(frozen=True)
class SubscribedSince:
    """On that day or later."""

    day: date


@dataclass(frozen=True)
class Told:
    """What another wing tells of a reader: its fact's name, and what is asked of it."""

    name: str
    value: int | str


@dataclass(frozen=True)
class Within:
    """Is meant by this stored segment, as it then stands."""

    segment: int


@dataclass(frozen=True)
class All:
    """Every one of these; of nothing: everybody."""

    of: tuple["Segment", ...] = ()


@dataclass(frozen=True)
class Any:
    """At least one of these; of nothing: nobody."""

    of: tuple["Segment", ...] = ()


@dataclass(frozen=True)
class Not:
    of: "Segment"


Leaf = (
    Likes
    | Speaks
    | Near
    | NearMember
    | InDepartment
    | InRegion
    | InEpci
    | InZone
    | Kind
    | SubscribedSince
    | CameBy
    | Told
    | Within
)
Segment = All | Any | Not | Leaf
Ring = Callable[[str, int], Collection[str]]
EVERYBODY = All()


@dataclass(frozen=True)
class Facts:
    """What a segment may ask of one reader. Nothing here is ever missing, so NOT is simply not."""

    language: str
    commune: str
    department: str
    interests: frozenset[str]
    kind: str
    subscribed_on: date
    epci: str = ""
    came_by: str = Came.FORM.value
    # By which other wings know them.
    reader: int = 0


@dataclass(frozen=True)
class ToldOf:
    """How a registered fact is read (a ValueError's words say why not), answered of one reader, and said.

    `describe` gives two ways of saying it in a language: that it is so, and that it is not.
    """

    parse: Callable[[object], int | str]
    matches: Callable[[int | str, Facts], bool]
    describe: Callable[[int | str, str], tuple[str, str]]


TOLD: dict[str, ToldOf] = {}


class BadSegment(ValueError):
    """Not a question we know; the path says where, the code says why."""

    def __init__(self, path: str, code: str) -> None:
        super().__init__(f"{path}: {code}")
        self.path, self.code = path, code


def matches(segment: Segment, facts: Facts, ring: Ring) -> bool:
    """Return whether the reader with these facts is meant; `ring` gives the communes around a place.

    Members and other segments are asked of a tree that `references.resolved` has gone through.
    """
    match segment:
        case All(of):
            return all(matches(part, facts, ring) for part in of)
        case Any(of):
            return any(matches(part, facts, ring) for part in of)
        case Not(of):
            return not matches(of, facts, ring)
        case Likes(interest):
            return interest.value in facts.interests
        case Speaks(language):
            return facts.language == language
        case Near(commune, km):
            return facts.commune in ring(commune, km)
        case InDepartment(code):
            return facts.department == code
        case InRegion(code):
            return facts.department in REGIONS[code].departments
        case InEpci(code):
            return facts.epci == code
        case InZone(zone):
            return zone_of(facts.department) is zone
        case Kind(kind):
            return facts.kind == kind.value
        case SubscribedSince(day):
            return facts.subscribed_on >= day
        case CameBy(door):
            return facts.came_by == door.value
        case NearMember() | Within():
            raise LookupError(f"{segment} is resolved first")
        case Told(name, value):
            return TOLD[name].matches(value, facts)
        case _:
            assert_never(segment)


def leaves(segment: Segment) -> Iterator[Leaf]:
    """Yield every question about a single fact in the tree."""
    match segment:
        case All(of) | Any(of):
            for part in of:
                yield from leaves(part)
        case Not(of):
            yield from leaves(of)
        case _:
            yield segment


def parse(value: object) -> Segment:
    """Return the tree that `to_json` wrote; raise BadSegment for anything else, too deep or too large."""
    return _Reading().node(value, "$", 1)


def to_json(segment: Segment) -> dict[str, object]:
    """Return the tree as plain JSON values, one key for each node."""
    match segment:
        case All(of):
            return {"all": [to_json(part) for part in of]}
        case Any(of):
            return {"any": [to_json(part) for part in of]}
        case Not(of):
            return {"not": to_json(of)}
        case Likes(interest):
            return {"likes": interest.value}
        case Speaks(language):
            return {"speaks": language}
        case Near(commune, km):
            return {"near": {"commune": commune, "km": km}}
        case NearMember(member, km):
            return {"near_member": {"member": member, "km": km}}
        case InDepartment(code):
            return {"department": code}
        case InRegion(code):
            return {"region": code}
        case InEpci(code):
            return {"epci": code}
        case InZone(zone):
            return {"zone": zone.value}
        case CameBy(door):
            return {"came_by": door.value}
        case Within(number):
            return {"segment": number}
        case Kind(kind):
            return {"kind": kind.value}
        case SubscribedSince(day):
            return {"subscribed_since": day.isoformat()}
        case Told(name, value):
            return {name: value}
        case _:
            assert_never(segment)


class _Reading:
    """One reading of one tree: it counts the nodes as it goes."""

    def __init__(self) -> None:
        self.nodes = 0

    def node(self, value: object, path: str, depth: int) -> Segment:
        self.nodes += 1
        if depth > DEPTH:
            raise BadSegment(path, "too_deep")
        if self.nodes > NODES:
            raise BadSegment(path, "too_large")
        if not isinstance(value, dict) or len(value) != 1:
            raise BadSegment(path, "not_a_node")
        key, argument = next(iter(value.items()))
        path = f"{path}.{key}"
        if key == "not":
            return Not(self.node(argument, path, depth + 1))
        if key in ("all", "any"):
            if not isinstance(argument, list):
                raise BadSegment(path, "not_a_list")
            parts = tuple(self.node(part, f"{path}[{index}]", depth + 1) for index, part in enumerate(argument))
            return All(parts) if key == "all" else Any(parts)
        if key in TOLD:
            return _told(key, argument, path)
        if key not in LEAVES:
            raise BadSegment(path, "unknown_fact")
        return LEAVES[key](argument, path)


Choice = TypeVar("Choice", bound=StrEnum)
_SIREN = re.compile(r"[0-9]{9}")
_INSEE = re.compile(r"(?:[0-9]{2}|2[AB])[0-9]{3}")
_DEPARTMENT = re.compile(r"[0-9]{2}|2[AB]|97[0-9]|98[0-9]")
_LANGUAGE = re.compile(r"[a-z]{2}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _text(value: object, path: str, shape: re.Pattern[str], code: str) -> str:
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise BadSegment(path, code)
    return value


def _choice(value: object, path: str, kind: type[Choice], code: str) -> Choice:
    if not isinstance(value, str) or value not in {member.value for member in kind}:
        raise BadSegment(path, code)
    return kind(value)


def _near(value: object, path: str) -> Near:
    if not isinstance(value, dict) or set(value) != {"commune", "km"}:
        raise BadSegment(path, "not_a_ring")
    km = _km(value["km"], path)
    return Near(_text(value["commune"], path, _INSEE, "bad_commune"), km)


def _near_member(value: object, path: str) -> NearMember:
    if not isinstance(value, dict) or set(value) != {"member", "km"}:
        raise BadSegment(path, "not_a_ring")
    return NearMember(_number(value["member"], path, "bad_member"), _km(value["km"], path))


def _km(value: object, path: str) -> int:
    if type(value) is not int or not 0 < value <= FARTHEST_KM:  # True is an int, and no distance
        raise BadSegment(path, "bad_distance")
    return value


def _number(value: object, path: str, code: str) -> int:
    if type(value) is not int or not 0 < value < 2**63:
        raise BadSegment(path, code)
    return value


def _region(value: object, path: str) -> InRegion:
    if not isinstance(value, str) or value not in REGIONS:
        raise BadSegment(path, "bad_region")
    return InRegion(value)


def _told(name: str, value: object, path: str) -> Told:
    try:
        return Told(name, TOLD[name].parse(value))
    except ValueError as problem:
        raise BadSegment(path, str(problem)) from None


def _since(value: object, path: str) -> SubscribedSince:
    try:
        return SubscribedSince(date.fromisoformat(_text(value, path, _DAY, "bad_day")))
    except BadSegment:
        raise
    except ValueError:
        raise BadSegment(path, "bad_day") from None


LEAVES: dict[str, Callable[[object, str], Leaf]] = {
    "likes": lambda value, path: Likes(_choice(value, path, Interest, "unknown_interest")),
    "speaks": lambda value, path: Speaks(_text(value, path, _LANGUAGE, "bad_language")),
    "near": _near,
    "near_member": _near_member,
    "region": _region,
    "epci": lambda value, path: InEpci(_text(value, path, _SIREN, "bad_epci")),
    "zone": lambda value, path: InZone(_choice(value, path, SchoolZone, "bad_zone")),
    "came_by": lambda value, path: CameBy(_choice(value, path, Came, "unknown_door")),
    "segment": lambda value, path: Within(_number(value, path, "bad_segment")),
    "department": lambda value, path: InDepartment(_text(value, path, _DEPARTMENT, "bad_department")),
    "kind": lambda value, path: Kind(_choice(value, path, CustomerKind, "unknown_kind")),
    "subscribed_since": _since,
}
