"""A segment as one sentence for people, in French or English: "Les lecteurs qui aiment le vin et qui …".

NOT is pushed down to the single facts first, so the sentence never has to say "it is not so that".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import assert_never

from audiences.core.consent import CustomerKind
from audiences.core.segment import (
    TOLD,
    All,
    Any,
    Came,
    CameBy,
    InDepartment,
    InEpci,
    InRegion,
    InZone,
    Kind,
    Leaf,
    Likes,
    Near,
    NearMember,
    Not,
    Segment,
    Speaks,
    SubscribedSince,
    Told,
    Within,
)
from newsletter.core.calendar.zones import SchoolZone
from newsletter.core.interests import Interest
from newsletter.core.regions import REGIONS

Name = Callable[[str], str]
"""From the code of a commune or intercommunality, from `member:7` or `segment:7`, to a name."""


@dataclass(frozen=True)
class Words:
    """What one language needs to say a segment; each fact as (it is so, it is not so)."""

    code: str
    everybody: str
    nobody: str
    readers: str
    who: str
    and_: str
    or_: str
    both: str
    like: tuple[str, str]
    speak: tuple[str, str]
    near: tuple[str, str]
    department: tuple[str, str]
    region: tuple[str, str]
    epci: tuple[str, str]
    zone: tuple[str, str]
    came: tuple[str, str]
    within: tuple[str, str]
    kind: tuple[str, str]
    since: tuple[str, str]
    interests: dict[Interest, str]
    languages: dict[str, str]
    kinds: dict[CustomerKind, str]
    zones: dict[SchoolZone, str]
    doors: dict[Came, str]
    months: Sequence[str]
    day: Callable[[date, Sequence[str]], str]
    of_place: Callable[[str], str]
    quoted: str


def describe(segment: Segment, name: Name, language: str = "fr") -> str:
    """Return the segment as one sentence without a full stop; unknown languages are answered in English."""
    words = WORDS.get(language, WORDS["en"])
    tree = _without_not(segment, yes=True)
    if tree == All():
        return words.everybody
    if tree == Any():
        return words.nobody
    return f"{words.readers} {_clause(tree, words, name, top=True)}"


def _without_not(segment: Segment, *, yes: bool) -> Segment:
    """Return the same question with NOT only before single facts, groups flat, and no idle groups."""
    match segment:
        case Not(of):
            return _without_not(of, yes=not yes)
        case All(of) | Any(of):
            group: type[All] | type[Any] = All if isinstance(segment, All) is yes else Any
            return _flat(group, [_without_not(part, yes=yes) for part in of])
        case _:
            return segment if yes else Not(segment)


def _flat(group: type[All] | type[Any], parts: Sequence[Segment]) -> Segment:
    flat: list[Segment] = []
    for part in parts:
        flat.extend(part.of if isinstance(part, group) else [part])
    deciding = Any() if group is All else All()  # nobody and …; everybody or …
    if deciding in flat:
        return deciding
    flat = list(dict.fromkeys(flat))
    return flat[0] if len(flat) == 1 else group(tuple(flat))


def _clause(segment: Segment, words: Words, name: Name, *, top: bool) -> str:
    match segment:
        case All(of) | Any(of):
            likes = [part.interest for part in of if isinstance(part, Likes)]
            if len(likes) == len(of):
                return f"{words.who} {_likes(likes, words, both=isinstance(segment, All))}"
            parts = [_clause(part, words, name, top=False) for part in of]
            joined = _join(parts, words.and_ if isinstance(segment, All) else words.or_)
            return joined if top else f"({joined})"
        case Not(of):
            assert not isinstance(of, All | Any | Not), "NOT stands only before single facts"
            return f"{words.who} {_fact(of, words, name, 1)}"
        case _:
            return f"{words.who} {_fact(segment, words, name, 0)}"


def _likes(interests: Sequence[Interest], words: Words, *, both: bool) -> str:
    liked = _join([words.interests[interest] for interest in interests], words.and_ if both else words.or_)
    return words.like[0].format((words.both if both else "{}").format(liked))


def _fact(leaf: Leaf, words: Words, name: Name, no: int) -> str:
    match leaf:
        case Likes(interest):
            return words.like[no].format(words.interests[interest])
        case Speaks(language):
            return words.speak[no].format(words.languages.get(language, language))
        case Near(commune, km):
            return words.near[no].format(km=km, place=words.of_place(name(commune)))
        case NearMember(member, km):
            return words.near[no].format(km=km, place=words.of_place(words.quoted.format(name(f"member:{member}"))))
        case InDepartment(code):
            return words.department[no].format(code)
        case InRegion(code):
            return words.region[no].format(REGIONS[code].name)
        case InEpci(code):
            return words.epci[no].format(name(code))
        case InZone(zone):
            return words.zone[no].format(words.zones[zone])
        case CameBy(door):
            return words.came[no].format(words.doors[door])
        case Within(number):
            return words.within[no].format(words.quoted.format(name(f"segment:{number}")))
        case Kind(kind):
            return words.kind[no].format(words.kinds[kind])
        case SubscribedSince(day):
            return words.since[no].format(words.day(day, words.months))
        case Told(fact, value):
            return TOLD[fact].describe(value, words.code)[no]
        case _:
            assert_never(leaf)


def _join(parts: Sequence[str], last: str) -> str:
    return f" {last} ".join([*([", ".join(parts[:-1])] if len(parts) > 1 else []), parts[-1]])


def _of_french_place(name: str) -> str:
    """Return "de Maussane", "d’Eygalières", "des Baux-de-Provence", "du Thor"."""
    if name.startswith("Les "):
        return f"des {name[4:]}"
    if name.startswith("Le "):
        return f"du {name[3:]}"
    if name[:1].lower() in "aàâeéèêiîoôuœ":
        return f"d’{name}"
    return f"de {name}"


def _french_day(day: date, months: Sequence[str]) -> str:
    return f"{'1er' if day.day == 1 else day.day}\u00a0{months[day.month - 1]} {day.year}"


def _english_day(day: date, months: Sequence[str]) -> str:
    return f"{day.day}\u00a0{months[day.month - 1]} {day.year}"


WORDS: dict[str, Words] = {
    "fr": Words(
        code="fr",
        everybody="Tous les lecteurs",
        nobody="Personne",
        readers="Les lecteurs",
        who="qui",
        and_="et",
        or_="ou",
        both="à la fois {}",
        like=("aiment {}", "n’ont pas choisi {}"),
        speak=("lisent en {}", "ne lisent pas en {}"),
        near=(
            "habitent à moins de {km}\u00a0km {place}",
            "n’habitent pas à moins de {km}\u00a0km {place}",
        ),
        department=("habitent le département {}", "n’habitent pas le département {}"),
        region=("habitent la région {}", "n’habitent pas la région {}"),
        epci=("habitent l’intercommunalité {}", "n’habitent pas l’intercommunalité {}"),
        zone=("ont les vacances scolaires {}", "n’ont pas les vacances scolaires {}"),
        came=("sont venus {}", "ne sont pas venus {}"),
        within=("sont dans le groupe {}", "ne sont pas dans le groupe {}"),
        kind=("sont {}", "ne sont pas {}"),
        since=("sont inscrits depuis le {}", "étaient inscrits avant le {}"),
        interests={
            Interest.TABLE: "la table",
            Interest.WINE: "le vin",
            Interest.OLIVE: "l’huile d’olive",
            Interest.STAY: "les séjours",
            Interest.FAMILY: "les sorties en famille",
            Interest.NATURE: "la nature",
            Interest.HERITAGE: "le patrimoine",
            Interest.CRAFT: "l’artisanat",
            Interest.WELLBEING: "le bien-être",
            Interest.FEASTS: "les fêtes",
        },
        languages={"fr": "français", "en": "anglais", "de": "allemand", "it": "italien", "es": "espagnol"},
        kinds={
            CustomerKind.DIRECT: "des particuliers",
            CustomerKind.TRADE: "des professionnels",
            CustomerKind.PRESS: "de la presse",
        },
        zones={
            SchoolZone.A: "de la zone A",
            SchoolZone.B: "de la zone B",
            SchoolZone.C: "de la zone C",
            SchoolZone.CORSICA: "de la Corse",
            SchoolZone.OVERSEAS: "de l’outre-mer",
        },
        doors={
            Came.FORM: "par le formulaire d’inscription",
            Came.FILE: "par un fichier",
            Came.BOARD: "par le bureau",
        },
        months=("janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()),
        day=_french_day,
        of_place=_of_french_place,
        quoted="«\u00a0{}\u00a0»",
    ),
    "en": Words(
        code="en",
        everybody="All readers",
        nobody="Nobody",
        readers="Readers",
        who="who",
        and_="and",
        or_="or",
        both="both {}",
        like=("like {}", "did not choose {}"),
        speak=("read in {}", "do not read in {}"),
        near=("live within {km}\u00a0km of {place}", "do not live within {km}\u00a0km of {place}"),
        department=("live in the département {}", "do not live in the département {}"),
        region=("live in the region {}", "do not live in the region {}"),
        epci=("live in the intercommunality {}", "do not live in the intercommunality {}"),
        zone=("have the school holidays of {}", "do not have the school holidays of {}"),
        came=("came {}", "did not come {}"),
        within=("are in the group {}", "are not in the group {}"),
        kind=("are {}", "are not {}"),
        since=("have subscribed since {}", "subscribed before {}"),
        interests={
            Interest.TABLE: "food",
            Interest.WINE: "wine",
            Interest.OLIVE: "olive oil",
            Interest.STAY: "stays",
            Interest.FAMILY: "family outings",
            Interest.NATURE: "nature",
            Interest.HERITAGE: "heritage",
            Interest.CRAFT: "crafts",
            Interest.WELLBEING: "well-being",
            Interest.FEASTS: "festivities",
        },
        languages={"fr": "French", "en": "English", "de": "German", "it": "Italian", "es": "Spanish"},
        kinds={
            CustomerKind.DIRECT: "private customers",
            CustomerKind.TRADE: "professionals",
            CustomerKind.PRESS: "press",
        },
        zones={
            SchoolZone.A: "zone A",
            SchoolZone.B: "zone B",
            SchoolZone.C: "zone C",
            SchoolZone.CORSICA: "Corsica",
            SchoolZone.OVERSEAS: "the overseas",
        },
        doors={Came.FORM: "by the sign-up form", Came.FILE: "in a file", Came.BOARD: "by the board"},
        months=("January February March April May June July August September October November December".split()),
        day=_english_day,
        of_place=lambda name: name,
        quoted="“{}”",
    ),
}
