"""The flight recorder's chain, in sentences for hoteliers."""

from datetime import date

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from audiences import segments
from audiences.core.segment import Segment
from campaigns import words
from campaigns.flight import Facts, Reason, leaves_of

Words = str | Promise

SENTENCES: dict[str, Words] = {
    "unknown_reader": _("Nous ne connaissons personne à cette adresse."),
    "never_subscribed": _("Cette personne ne s’est jamais inscrite à cette lettre."),
    "subscribed": _("Inscription confirmée."),
    "not_confirmed": _("Inscription demandée, mais jamais confirmée par le lien reçu."),
    "left": _("Désinscription : plus rien ne lui est écrit."),
    "joined_too_late": _("La liste des lecteurs a été arrêtée avant son inscription."),
    "consent_asked": _("Consentement : demande d’inscription (%(method)s)."),
    "consent_given": _("Consentement donné (%(method)s)."),
    "consent_withdrawn": _("Consentement retiré (%(method)s)."),
    "tracking_asked": _("Mesure des lectures : demande (%(method)s)."),
    "tracking_given": _("Accepte d’être mesuré (%(method)s)."),
    "tracking_withdrawn": _("Ne veut pas être mesuré (%(method)s)."),
    "suppressed": _("Adresse écartée : %(reason)s."),
    "pausing": _("A demandé une pause jusqu’au %(until)s."),
    "described_by": _("Fait partie de : « %(segment)s »."),
    "described_then": _("Au moment du départ, cette personne en faisait partie ; ses réponses ont changé depuis."),
    "not_described_by": _("Ne fait pas partie de « %(segment)s ». Il faudrait être parmi : %(missing)s."),
    "not_frozen_yet": _("La liste des lecteurs de cet envoi n’est pas encore arrêtée."),
    "edition_before": _("A déjà cette édition par un envoi précédent : personne ne la reçoit deux fois."),
    "monthly": _("Veut au plus une lettre par mois, et a reçu « %(edition)s » dans les quatre semaines d’avant."),
    "operations": _("Ne veut que les grandes opérations, et cette édition n’est d’aucune."),
    "capped": _("A déjà reçu %(most)s lettres en sept jours : le bureau n’en veut pas davantage pour une personne."),
    "left_out": _("La liste des lecteurs a été arrêtée sans cette personne."),
    "enqueued": _("Sur la liste des lecteurs : n° %(position)s sur %(of)s."),
    "new_round": _("Message renvoyé à la demande du bureau (tour %(round)s)."),
    "armed": _("Dernier départ ; nombre d’essais : %(attempts)s."),
    "reply": _("Réponse du serveur : « %(code)s %(text)s »."),
    "proven": _("Preuve apportée : %(proof)s (%(source)s)."),
    "heard_delivered": _("Remis à la boîte (dit par %(source)s)."),
    "heard_deferred": _("La remise tarde, le relais réessaie (dit par %(source)s)."),
    "heard_bounced": _("Revenu : %(reason)s (dit par %(source)s). « %(text)s »"),
    "heard_rejected": _("Le prestataire ne l’a pas envoyé : %(reason)s (dit par %(source)s)."),
    "heard_complained": _("Signalé comme indésirable (dit par %(source)s)."),
    "heard_unsubscribed": _("Désinscription demandée (dit par %(source)s)."),
    "heard_autoresponded": _("Une machine a répondu pour cette personne : absence, accusé de réception."),
    "heard_unknown": _("Quelque chose est revenu, que nous ne savons pas lire (dit par %(source)s)."),
    "retry": _("Le serveur a demandé d’attendre ; prochain essai à cette heure."),
    "is_queued": _("Le message attend son tour."),
    "is_sending": _("Le message est en train de partir."),
    "is_sent": _("Parti : le serveur l’a accepté."),
    "is_failed": _("N’a pas pu être remis (%(reason)s)."),
    "is_skipped": _("Laissé de côté au moment du départ : %(reason)s."),
    "is_expired": _("Trop tard : l’envoi était périmé avant que ce message ne parte."),
    "is_cancelled": _("L’envoi a été annulé avant que ce message ne parte."),
    "is_in_doubt": _("Incertain : le message est peut-être arrivé. Sans décision du bureau, il n’est pas renvoyé."),
    "letter_queued": _("« %(letter)s » : attend son tour."),
    "letter_sending": _("« %(letter)s » : en train de partir."),
    "letter_sent": _("« %(letter)s » : parti, le serveur l’a accepté."),
    "letter_failed": _("« %(letter)s » : n’a pas pu être remis (%(reason)s)."),
    "letter_skipped": _("« %(letter)s » : laissé de côté au moment du départ (%(reason)s)."),
    "letter_expired": _("« %(letter)s » : trop tard, l’envoi était périmé."),
    "letter_cancelled": _("« %(letter)s » : l’envoi a été annulé avant."),
    "letter_in_doubt": _("« %(letter)s » : incertain, le message est peut-être arrivé."),
    "clicked": _("« %(letter)s » : a suivi le lien « %(label)s »."),
    "campaign_paused": _("L’envoi est en pause. %(reason)s"),
    "campaign_cancelled": _("L’envoi a été annulé."),
}

METHODS: dict[str, Words] = {
    "double_opt_in": _("lien de confirmation"),
    "form": _("formulaire"),
    "attested_import": _("fichier importé, avec attestation"),
    "admin": _("par le bureau"),
    "one_click": _("lien de désinscription"),
    "preference_centre": _("page des préférences"),
    "mail": _("par courriel"),
    "provider": _("chez le prestataire d’envoi"),
    "complaint": _("signalement comme indésirable"),
    "retention": _("trois ans sans nouvelles"),
}

STOPS: dict[str, Words] = {
    "unsubscribed": _("la personne s’est désinscrite"),
    "complained": _("elle a signalé la lettre comme indésirable"),
    "unknown_user": _("la boîte n’existe pas"),
    "bounced": _("trois lettres sur cinq sont revenues"),
    "erased": _("ses données ont été effacées"),
    "board": _("décision du bureau"),
}

# One person, where the campaign's page counts many.
FATES: dict[str, Words] = {
    "suppressed": _("adresse écartée"),
    "no_consent": _("plus d’inscription à ce moment"),
    "erased": _("données effacées"),
    "paused": _("en pause à ce moment"),
    "capped": _("une lettre reçue récemment"),
    "unknown_user": _("la boîte n’existe pas"),
    "unknown_host": _("le domaine n’existe pas"),
    "mailbox_full": _("boîte pleine"),
    "policy": _("refus de principe du serveur"),
    "authentication": _("le serveur ne reconnaît pas notre identité"),
    "throttle": _("serveur trop occupé"),
    "quota": _("quota atteint"),
    "content": _("contenu refusé"),
    "size": _("message trop lourd"),
    "transient": _("le serveur n’a pas répondu favorablement"),
    "unfillable": _("adresse impossible à écrire"),
    "unknown": _("sans raison claire"),
}

# Who told; a provider is called by its name.
TELLERS: dict[str, Words] = {
    "dsn": _("le rapport d’un serveur"),
    "prose": _("la lettre d’un serveur"),
    "arf": _("sa messagerie"),
    "auto": _("une réponse automatique"),
    "letter": _("un courriel"),
}

PROOFS: dict[str, Words] = {
    "sent": _("le message est parti"),
    "refused": _("le message a été refusé"),
    "unsent": _("le message n’est pas parti"),
}


def sentence(reason: Reason) -> str:
    """Return one link of the chain as a sentence in the reader's language."""
    facts = {"segment": "", "reason": "", **reason.facts}
    return str(SENTENCES[reason.code]) % {name: _word(reason, name, value) for name, value in facts.items()}


def _word(reason: Reason, name: str, value: object) -> str:
    text = str(value if value is not None else "")
    match name:
        case "method":
            return str(METHODS.get(text, text))
        case "reason" if reason.code == "suppressed":
            return str(STOPS.get(text, text))
        case "reason" if reason.code == "campaign_paused":
            return str(words.PAUSES[text][0]) if text in words.PAUSES else ""
        case "reason":
            return str(FATES.get(text, text) or FATES["unknown"])
        case "source" if reason.code.startswith("heard_"):
            return str(TELLERS.get(text, text.capitalize()))
        case "proof":
            return str(PROOFS.get(text, text))
        case "segment":
            return text or _described(reason.facts)
        case "missing":
            return ", ".join(gettext("« %(words)s »") % {"words": part} for part in _sentences(leaves_of(reason.facts)))
        case "until" if isinstance(value, date):
            return date_format(value, "j F Y")
        case _:
            return text


def _described(facts: Facts) -> str:
    tree = facts.get("tree")
    return _sentences([tree])[0] if tree is not None else gettext("tous les lecteurs")  # type: ignore[list-item]


def _sentences(trees: list[Segment]) -> list[str]:
    return segments.describe_all(trees, get_language() or "fr")
