"""What the board's desk says when something cannot be done, and where a finding is."""

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from newsletter import words
from newsletter.core import merge
from newsletter.core.preflight import Finding
from newsletter.core.review import Review
from newsletter.editions import NotNow, NotReady, ReopeningForbidden
from newsletter.models import Offer
from newsletter.reviewing import Unread

REFUSALS: dict[str, str | Promise] = {
    "locked": _("L’édition est verrouillée : rouvrez-la pour y changer quelque chose."),
    "open": _("L’édition est déjà ouverte."),
    "not_approved": _("Cette offre n’est plus acceptée : elle ne peut pas être placée."),
    "over": _("Cette offre sera terminée le jour de l’envoi : elle ne peut pas être placée."),
    "suspended": _("Son membre est suspendu : son offre ne peut pas être placée."),
    "already_placed": _("Cette offre est déjà dans l’édition."),
    "not_placed": _("Cette offre n’est plus dans l’édition."),
    "too_long": _("L’éditorial n’a plus de place pour un paragraphe de plus."),
    "out_of_step": _("Quelqu’un a ajouté ou retiré une offre entre-temps. Voici l’ordre tel qu’il est."),
}

UNREAD: dict[Unread, str | Promise] = {
    Unread.FINDINGS: _("elle a des remarques : lisez-la et répondez-y seule"),
    Unread.UNSEEN: _("vous ne l’avez pas ouverte depuis son envoi"),
    Unread.MOVED: _("elle n’attend plus de réponse"),
}

WHERE: dict[str, str | Promise] = {
    "subject": _("objet"),
    "preheader": _("accroche"),
    "editorial": _("éditorial"),
}


def refusal(refused: NotNow) -> str:
    """Return why an edition would not let that happen, in a sentence."""
    if isinstance(refused, ReopeningForbidden):
        return refused.why
    if isinstance(refused, NotReady):
        said = " ".join(finding_sentence(finding) for finding in refused.findings)
        return gettext("L’édition ne peut pas encore être verrouillée. %s") % said
    return str(REFUSALS[refused.code])


def finding_sentence(finding: Finding) -> str:
    """Return a finding in the words of the page's language."""
    where = str(WHERE.get(finding.where, finding.where))
    shown = Finding(finding.severity, finding.code, where, finding.args)
    language = get_language() or "fr"
    said = shown.sentence(language)
    if finding.code == "unknown_merge_field":
        said += " " + gettext("Pour le prénom du lecteur, écrivez %s.") % merge.first_name(language)
    return said


def overtaken(offer: Offer) -> str:
    """Say what happened to an offer that no longer waits for an answer: who, when and what."""
    last = offer.moves.select_related("by").last()
    if last is None:
        return gettext("Cette offre n’a pas encore été envoyée au bureau.")
    what = {
        "what": words.MOVES[Review(last.move)],
        "who": last.by or gettext("le calendrier"),
        "when": date_format(localtime(last.at), "j F, H:i"),
    }
    return gettext("Cette offre n’attend plus de réponse : %(what)s (%(who)s, le %(when)s).") % what
