"""What is said of a catalogue's file: what it brings, why it is refused, and why one of its objects is."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from newsletter.core.feed import BadFeed, Trouble
from newsletter.core.listing import Flaw, Kind, Refused, Reuse, Source

Words = str | Promise

SOURCES: dict[Source, Words] = {Source.DATATOURISME: "DATAtourisme", Source.APIDAE: "Apidae"}

KINDS: dict[Kind, Words] = {
    Kind.BUSINESS: _("Établissement"),
    Kind.PLACE: _("Lieu"),
    Kind.EVENT: _("Événement"),
}

TROUBLES: dict[Trouble, Words] = {
    Trouble.EMPTY: _("Ce fichier est vide."),
    Trouble.NEITHER: _("Ce fichier n’est ni un flux DATAtourisme ni un export Apidae."),
    Trouble.BROKEN: _("Cette archive est abîmée et ne s’ouvre pas. Téléchargez-la à nouveau."),
    Trouble.LOCKED: _("Cette archive est protégée par un mot de passe. Enregistrez-la sans mot de passe."),
    Trouble.ESCAPES: _("Cette archive contient un nom de fichier qui mène ailleurs : elle est refusée en entier."),
    Trouble.TOO_MANY: _("Cette archive contient trop de fichiers pour être un catalogue."),
    Trouble.BOMB: _("Ce fichier, une fois ouvert, est démesurément grand : il est refusé en entier."),
    Trouble.NO_INDEX: _("Il manque le fichier index.json : sans lui, on ne sait pas ce que le flux contient."),
    Trouble.BAD_ENCODING: _("Ce fichier n’est pas écrit en UTF-8."),
    Trouble.NOT_JSON: _("Ce fichier n’est pas du JSON lisible : il est peut-être coupé."),
    Trouble.TOO_DEEP: _("Ce fichier est emboîté sans fin : il est refusé en entier."),
    Trouble.BAD_SHAPE: _("Ce fichier n’a pas la forme attendue."),
}

FLAWS: dict[Flaw, Words] = {
    Flaw.NOT_THERE: _("annoncée par l’index, absente de l’archive"),
    Flaw.BAD_PATH: _("chemin qui mène hors de l’archive"),
    Flaw.BAD_ENCODING: _("fiche qui n’est pas écrite en UTF-8"),
    Flaw.NOT_JSON: _("fiche illisible ou coupée"),
    Flaw.TOO_DEEP: _("fiche emboîtée sans fin"),
    Flaw.TOO_LARGE: _("fiche démesurément grande"),
    Flaw.BAD_SHAPE: _("fiche sans la forme attendue"),
    Flaw.NO_IDENTIFIER: _("fiche sans identifiant"),
    Flaw.NO_NAME: _("fiche sans nom en français"),
    Flaw.NO_KIND: _("type que nous ne savons pas ranger"),
    Flaw.NOT_PUBLISHED: _("fiche qui n’est plus publiée"),
    Flaw.TWICE: _("identifiant déjà rencontré dans ce fichier"),
}

REUSES: dict[Reuse, Words] = {
    Reuse.FREE: _("réutilisable, en citant l’auteur"),
    Reuse.FORBIDDEN: _("non réutilisable"),
    Reuse.UNKNOWN: _("licence inconnue : non réutilisable sans accord"),
}


@dataclass(frozen=True)
class Reason:
    """Why some objects were refused, and which, as far as they are named."""

    words: str
    names: tuple[str, ...]
    more: int = 0


SHOWN = 12


def trouble(wrong: BadFeed) -> str:
    """Return why a file is refused, in a sentence that names the paper where there is one."""
    said = str(TROUBLES[wrong.trouble])
    if not wrong.name:
        return said
    return said + " " + gettext("Il s’agit de « %s ».") % wrong.name


def reasons(refused: Iterable[Refused]) -> list[Reason]:
    """Return the refusals by their reason, the most frequent first."""
    by_flaw: dict[Flaw, list[str]] = {}
    for one in refused:
        by_flaw.setdefault(one.flaw, []).append(one.name)
    most_first = sorted(by_flaw.items(), key=lambda pair: -len(pair[1]))
    return [Reason(str(FLAWS[flaw]), tuple(names[:SHOWN]), max(0, len(names) - SHOWN)) for flaw, names in most_first]
