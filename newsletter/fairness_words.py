"""The words of the fair selection: why an offer is placed or not, and what would help. One place, French first."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from newsletter.core.advice import Advice, Help
from newsletter.core.quotas import By, Quota, Unmet
from newsletter.core.reasons import PLACED, Code, Number, Reason
from newsletter.words import CATEGORIES, number

Words = str | Promise

# Said of an offer, not to somebody: the member, the board and a reply to a letter all read the same sentence.
REASONS: dict[Code, Words] = {
    Code.LEAST_EXPOSED: _(
        "Parmi les moins vus : rang %(rank)s sur %(of)s, les moins vus d’abord "
        "(%(exposure)s ; candidat du milieu : %(median)s)."
    ),
    Code.WON_DRAW: _(
        "À égalité avec d’autres (%(exposure)s), le tirage au sort l’a mise devant : rang %(rank)s sur %(of)s."
    ),
    Code.QUOTA_WANTED: _(
        "L’édition en voulait au moins %(at_least)s (%(value)s) : c’est la moins vue de celles qui le permettaient, "
        "rang %(rank)s sur %(of)s."
    ),
    Code.BOARD_PLACED: _("Le bureau l’a placée lui-même et a dit pourquoi : « %(why)s »"),
    Code.MORE_EXPOSED: _(
        "Des membres moins vus sont passés avant : rang %(rank)s sur %(of)s, places à donner : %(places)s "
        "(%(exposure)s ; le dernier placé : %(last)s)."
    ),
    Code.LOST_DRAW: _(
        "À égalité avec le dernier placé (%(exposure)s), le tirage au sort l’a mise derrière : "
        "rang %(rank)s sur %(of)s, places à donner : %(places)s."
    ),
    Code.CATEGORY_FULL: _(
        "Métier complet (%(value)s, %(at_most)s au plus dans l’édition) : des membres moins vus sont passés avant, "
        "rang %(rank)s sur %(of)s."
    ),
    Code.COMMUNE_FULL: _(
        "Commune complète (%(value)s, %(at_most)s au plus dans l’édition) : des membres moins vus sont passés avant, "
        "rang %(rank)s sur %(of)s."
    ),
    Code.MADE_ROOM: _(
        "Son rang (%(rank)s sur %(of)s) aurait pu suffire ; les quotas de l’édition ont gardé la place pour un autre "
        "métier ou une autre commune."
    ),
    Code.OTHER_OFFER: _("Une autre offre du même membre le représentait : chacun a une place au plus."),
    Code.NO_PLACE: _("L’édition n’avait pas de place à donner."),
    Code.BOARD_LEFT_OUT: _("Le bureau ne l’a pas gardée et a dit pourquoi : « %(why)s »"),
    Code.NOT_SENT_IN: _("Elle n’avait pas été envoyée au bureau à temps."),
    Code.NOT_APPROVED: _("Le bureau ne l’avait pas encore acceptée."),
    Code.OVER: _("Elle se terminait avant le départ de la lettre."),
    Code.WITHDRAWN: _("Son membre l’avait retirée."),
}

# The numbers that a reason must bring, for its sentence to be said.
NUMBERS: dict[Code, tuple[str, ...]] = {
    Code.LEAST_EXPOSED: ("rank", "of", "exposure", "median"),
    Code.WON_DRAW: ("rank", "of", "exposure"),
    Code.QUOTA_WANTED: ("rank", "of", "by", "value", "at_least"),
    Code.BOARD_PLACED: ("why",),
    Code.MORE_EXPOSED: ("rank", "of", "exposure", "places", "last"),
    Code.LOST_DRAW: ("rank", "of", "exposure", "places"),
    Code.CATEGORY_FULL: ("rank", "of", "value", "at_most"),
    Code.COMMUNE_FULL: ("rank", "of", "value", "at_most"),
    Code.MADE_ROOM: ("rank", "of"),
    Code.BOARD_LEFT_OUT: ("why",),
}


@dataclass(frozen=True)
class Told:
    """A reason as a page shows it: whether it is a place, the sentence, and the tone of its mark."""

    placed: bool
    words: str
    tone: str


def told(reason: Reason) -> Told:
    """Return a reason as every page shows it."""
    placed = reason.code in PLACED
    return Told(placed, sentence(reason), "good" if placed else "rest")


def sentence(reason: Reason) -> str:
    """Return why, in one sentence of the page's language."""
    numbers: dict[str, Number] = dict(reason.numbers)
    category = reason.code is Code.CATEGORY_FULL or numbers.get("by") == By.CATEGORY
    if category and "value" in numbers:
        numbers["value"] = category_word(str(numbers["value"]))
    alike = numbers.get("exposure")
    numbers |= {name: seen(int(numbers[name])) for name in ("exposure", "median", "last") if name in numbers}
    if reason.code is Code.LEAST_EXPOSED and reason["median"] == alike:
        return (
            gettext(
                "Parmi les moins vus : rang %(rank)s sur %(of)s, les moins vus d’abord "
                "(%(exposure)s, comme le candidat du milieu)."
            )
            % numbers
        )
    # rounded numbers that look alike are still not equal
    if reason.code is Code.MORE_EXPOSED and reason["last"] == alike:
        return (
            gettext(
                "Des membres à peine moins vus sont passés avant : rang %(rank)s sur %(of)s, places à donner : "
                "%(places)s (%(exposure)s, comme le dernier placé à une fraction près)."
            )
            % numbers
        )
    return str(REASONS[reason.code]) % numbers


def seen(readers: int) -> str:
    """Return by how many readers somebody was seen for each letter; in words while no letter has shown them."""
    if not readers:
        return gettext("aucun lecteur pour l’instant")
    said = ngettext("%(n)s lecteur par lettre", "%(n)s lecteurs par lettre", readers)
    return said % {"n": number(readers)}


def unmet(one: Unmet) -> str:
    """Return which quota could not be met, for the board."""
    return gettext("%(what)s : %(got)s sur %(at_least)s demandées, aucune autre offre ne pouvait s’asseoir.") % {
        "what": quota_word(one.quota),
        "got": one.got,
        "at_least": one.quota.at_least,
    }


def quota_word(quota: Quota) -> str:
    """Return what a quota is about: a trade in words, or a commune by its name."""
    return category_word(quota.value) if quota.by is By.CATEGORY else quota.value


def category_word(value: str) -> str:
    """Return a trade in words; one that we do not know stays as it is."""
    known = {category.value: words for category, words in CATEGORIES.items()}
    return str(known.get(value, value))


def helps(advice: Advice) -> str:
    """Return what would help, said to the member."""
    n = advice.count
    said: Mapping[Help, str] = {
        Help.ANSWER_BOARD: ngettext(
            "Répondez au bureau : il vous demande un changement sur %(n)s offre.",
            "Répondez au bureau : il vous demande un changement sur %(n)s offres.",
            n,
        ),
        Help.FINISH_DRAFT: ngettext(
            "Terminez votre brouillon et envoyez-le : un brouillon ne peut pas être choisi.",
            "Terminez vos %(n)s brouillons et envoyez-les : un brouillon ne peut pas être choisi.",
            n,
        ),
        Help.PROPOSE: gettext("Proposez une offre : sans offre prête, aucune lettre ne peut vous choisir."),
        Help.PROPOSE_MORE_OFTEN: ngettext(
            "%(n)s lettre est partie sans que vous ayez d’offre prête : proposez plus tôt, ou pour plus longtemps.",
            "%(n)s lettres sont parties sans que vous ayez d’offre prête : proposez plus tôt, ou pour plus longtemps.",
            n,
        ),
        Help.ENDS_TOO_SOON: ngettext(
            "%(n)s offre acceptée se termine avant la prochaine lettre : prolongez ses dates, ou reprenez-la.",
            "%(n)s offres acceptées se terminent avant la prochaine lettre : prolongez leurs dates, ou reprenez-les.",
            n,
        ),
        Help.BOARD_READS: ngettext(
            "Rien à faire pour %(n)s offre : le bureau la relit.",
            "Rien à faire pour %(n)s offres : le bureau les relit.",
            n,
        ),
        Help.CATEGORY_CROWDED: ngettext(
            "%(n)s fois, votre métier avait déjà toutes ses places : visez une date où il propose moins.",
            "%(n)s fois, votre métier avait déjà toutes ses places : visez une date où il propose moins.",
            n,
        ),
        Help.COMMUNE_CROWDED: ngettext(
            "%(n)s fois, votre commune avait déjà toutes ses places : visez une date où elle propose moins.",
            "%(n)s fois, votre commune avait déjà toutes ses places : visez une date où elle propose moins.",
            n,
        ),
        Help.ADD_PICTURE: ngettext(
            "Ajoutez une photo à %(n)s offre : elle ne change pas votre rang, mais les lecteurs s’y arrêtent.",
            "Ajoutez une photo à %(n)s offres : elles ne changent pas votre rang, mais les lecteurs s’y arrêtent.",
            n,
        ),
        Help.YOUR_TURN_COMES: gettext(
            "Rien : vous avez été moins vu que la moitié des membres, votre offre est prête, elle passe devant."
        ),
    }
    return said[advice.help] % {"n": n}
