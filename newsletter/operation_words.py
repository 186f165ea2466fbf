"""The words for operations: their states and steps, what members answered, what partners think, and why."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from newsletter import fairness_words
from newsletter.core.consultation import DestinationKind, Opinion, PartnerKind
from newsletter.core.fairness import Code, Reason
from newsletter.core.interests import Category
from newsletter.core.operation import Answer, Bar, OperationState, Step
from newsletter.models import OperationWish
from newsletter.operations import Refused
from newsletter.selecting import WAIVED, CannotPlace
from newsletter.words import CATEGORIES

Words = str | Promise

STATES: dict[OperationState, Words] = {
    OperationState.DRAFT: _("En préparation"),
    OperationState.CONSULTING: _("En consultation"),
    OperationState.SCHEDULED: _("Appel programmé"),
    OperationState.CALLING: _("Appel ouvert"),
    OperationState.SELECTING: _("Appel clos"),
    OperationState.COMPOSED: _("Édition composée"),
    OperationState.CLOSED: _("Terminée"),
    OperationState.CANCELLED: _("Abandonnée"),
}

TONES: dict[OperationState, str] = {
    OperationState.CONSULTING: "wait",
    OperationState.SCHEDULED: "wait",
    OperationState.CALLING: "good",
    OperationState.SELECTING: "ask",
    OperationState.COMPOSED: "ask",
}

STEPS: dict[Step, Words] = {
    Step.CONSULT: _("partenaires consultés"),
    Step.SCHEDULE: _("appel programmé"),
    Step.REVISE: _("reprise en préparation"),
    Step.OPEN: _("appel ouvert"),
    Step.CLOSE: _("appel clos"),
    Step.REOPEN: _("appel rouvert"),
    Step.COMPOSE: _("édition composée"),
    Step.FINISH: _("terminée"),
    Step.CANCEL: _("abandonnée"),
}

ANSWERS: dict[Answer, Words] = {
    Answer.NONE: _("Pas encore de réponse"),
    Answer.BEGUN: _("Brouillon commencé"),
    Answer.OFFERED: _("Offre à relire"),
    Answer.TO_CHANGE: _("Offre à compléter"),
    Answer.APPROVED: _("Offre acceptée"),
    Answer.REFUSED: _("Offre non retenue"),
    Answer.TAKEN_BACK: _("Offre retirée"),
    Answer.DECLINED: _("Pas cette fois"),
    Answer.LEFT: _("N’est plus membre"),
}

ANSWER_TONES: dict[Answer, str] = {
    Answer.OFFERED: "wait",
    Answer.TO_CHANGE: "ask",
    Answer.APPROVED: "good",
    Answer.REFUSED: "stop",
}

# Why an answer cannot be placed: said to the board, and to its member.
BARS: dict[Bar, Words] = {
    Bar.LEFT: _("L’établissement n’est plus membre."),
    Bar.NOT_SENT: _("Aucune offre n’a été envoyée au bureau."),
    Bar.UNREAD: _("L’offre n’était pas encore relue par le bureau."),
    Bar.TO_CHANGE: _("Le bureau attend un changement dans l’offre."),
    Bar.NOT_APPROVED: _("L’offre n’est pas acceptée, ou elle a été retirée."),
    Bar.LATE: _("L’offre est arrivée après l’échéance."),
    Bar.OVER: _("L’offre sera terminée le jour de l’envoi."),
    Bar.OUTSIDE: _("Les dates de l’offre sont hors de la période de l’opération."),
    Bar.ELSEWHERE: _("L’offre a déjà sa place dans une autre édition de l’opération."),
}

OPINIONS: dict[Opinion, Words] = {
    Opinion.AGREE: _("D’accord"),
    Opinion.RESERVE: _("Avec une réserve"),
    Opinion.AGAINST: _("Contre"),
}

OPINION_TONES: dict[Opinion, str] = {Opinion.AGREE: "good", Opinion.RESERVE: "wait", Opinion.AGAINST: "stop"}

PARTNER_KINDS: dict[PartnerKind, Words] = {
    PartnerKind.TOURIST_OFFICE: _("Office de tourisme"),
    PartnerKind.TOWN: _("Mairie"),
    PartnerKind.PARK: _("Parc naturel"),
    PartnerKind.FESTIVAL: _("Festival"),
    PartnerKind.MARKETS: _("Marchés"),
    PartnerKind.OTHER: _("Autre"),
}

DESTINATIONS: dict[DestinationKind, Words] = {
    DestinationKind.AGENDA: _("Agenda"),
    DestinationKind.MARKET: _("Marché"),
    DestinationKind.NATIVITY: _("Crèche"),
}

LINES: dict[str, Words] = {
    "theme": _("Thème"),
    "brief": _("Intention"),
    "window": _("Période"),
    "wanted": _("Offres cherchées"),
    "target": _("Lecteurs"),
}


REFUSALS: dict[str, Words] = {
    "not_writable": _("Cette opération ne se récrit plus : des membres la lisent telle qu’elle est."),
    "deadline_passed": _("L’échéance de l’appel est déjà passée : choisissez-en une autre."),
    "no_hour": _("Dites d’abord à quelle heure, à venir, l’appel s’ouvre de lui-même."),
    "nothing_planned": _("Aucune édition n’est prévue : il n’y a pas de place à donner."),
    "call_closed": _("L’appel n’est pas ouvert."),
    "already_sent": _("Une offre est déjà chez le bureau : retirez-la plutôt."),
    "address_taken": _("Un partenaire est déjà joint à cette adresse."),
    "not_consulting": _("La consultation n’est pas ouverte, ou elle ne l’est plus."),
    "line_changed": _("Cette ligne a changé depuis votre lecture. La voici telle qu’elle est."),
    "words_required": _("Dites-le en quelques mots."),
    "placed": _("Une édition verrouillée le dit déjà : cela ne se retire plus."),
    "not_selecting": _(
        "Les places ne se décident pas maintenant : l’appel court encore, ou l’édition est verrouillée."
    ),
}


def refusal(refused: Exception) -> str:
    """Return why an operation would not let that happen, in a sentence."""
    if isinstance(refused, CannotPlace):
        return str(BARS[refused.why])
    if isinstance(refused, Refused):
        return str(REFUSALS[refused.code])
    return gettext("L’opération a changé entre-temps ; la voici telle qu’elle est.")


def reason(code: str, facts: Mapping[str, int | str]) -> str:
    """Return why an answer is placed or not, in a sentence."""
    if code in set(Bar):
        return str(BARS[Bar(code)])
    return fairness_words.sentence(Reason.of(Code(code), **facts))


def can_be_placed(code: str) -> bool:
    """Return whether the board may place it all the same."""
    return code not in set(Bar) - set(WAIVED)


def deadline(days: int) -> str:
    """Return how long there still is, as people say it."""
    if days == 0:
        return gettext("dernier jour")
    return ngettext("encore %(n)s jour", "encore %(n)s jours", days) % {"n": days}


def wish_of(wanted: OperationWish) -> str:
    """Return a category or a commune that is wanted, with its bounds."""
    name = wanted.commune.name if wanted.commune else str(CATEGORIES[Category(wanted.category)])
    return wish(name, wanted.at_least, wanted.at_most)


def wish(name: str, at_least: int, at_most: int | None) -> str:
    """Return a category with its bounds: Restaurant (au moins 2, au plus 4)."""
    said = []
    if at_least:
        said.append(gettext("au moins %s") % at_least)
    if at_most is not None:
        said.append(gettext("au plus %s") % at_most)
    return f"{name} ({', '.join(said)})" if said else name
