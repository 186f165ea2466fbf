"""How the sending stands, in words for hoteliers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from campaigns.core.campaign import CampaignState, PauseReason, Step
from campaigns.core.delivery import DeliveryState
from campaigns.core.frequency import LeftOut
from campaigns.core.parking import Problem
from campaigns.core.picture import stripes
from campaigns.core.tally import Tally
from newsletter.core.environment import Road
from newsletter.words import number as number

# Of mail that came back and could not be used: what happened, and what to do.
PARKED: dict[str, tuple[Promise | str, Promise | str]] = {
    Problem.FAILED: (
        _("Garrigue a échoué trois fois en le lisant."),
        _("C’est notre faute ou celle de la base de données. Une fois la panne réparée, réessayez."),
    ),
    Problem.NOT_UNDERSTOOD: (
        _("Il parle d’un de nos messages, dans des mots que Garrigue ne connaît pas."),
        _("Le plus souvent, un serveur qui raconte à sa façon. Réessayez après une mise à jour, ou mettez-le de côté."),
    ),
}

STATES: dict[str, tuple[Promise | str, str]] = {
    CampaignState.DRAFT: (_("En préparation"), "rest"),
    CampaignState.SCHEDULED: (_("Programmé"), "wait"),
    CampaignState.ENQUEUING: (_("Liste des lecteurs en préparation"), "wait"),
    CampaignState.RUNNING: (_("En cours d’envoi"), "wait"),
    CampaignState.PAUSED: (_("En pause"), "ask"),
    CampaignState.FINISHED: (_("Terminé"), "good"),
    CampaignState.CANCELLED: (_("Annulé"), "rest"),
}

PAUSES: dict[str, tuple[Promise | str, Promise | str]] = {
    PauseReason.BOARD: (
        _("Le bureau a mis cet envoi en pause."),
        _("Plus rien ne part. Reprenez quand vous voulez : personne ne recevra la lettre deux fois."),
    ),
    PauseReason.LOGIN_REFUSED: (
        _("Le relais refuse nos identifiants."),
        _(
            "Rien n’est perdu. Demandez à la personne qui a installé Garrigue de vérifier l’identifiant "
            "et le mot de passe du relais, puis reprenez."
        ),
    ),
    PauseReason.RELAY_INSECURE: (
        _("La liaison avec le relais n’est pas sûre."),
        _(
            "Ni le mot de passe ni aucun message n’est parti. Montrez les détails ci-dessous à la personne qui "
            "installe Garrigue : le certificat du relais, ou le chiffrement qu’il ne propose plus."
        ),
    ),
    PauseReason.RELAY_UNREACHABLE: (
        _("Le relais ne répond pas."),
        _("Rien n’est perdu. Attendez quelques minutes, puis reprenez. Si cela dure, prévenez votre hébergeur."),
    ),
    PauseReason.RELAY_QUOTA: (
        _("Le relais dit que son quota est atteint."),
        _(
            "Le reste partira à la reprise, demain par exemple. Notez la limite du relais : "
            "la prochaine fois, Garrigue la respectera de lui-même."
        ),
    ),
    PauseReason.RELAY_POLICY: (
        _("Le relais refuse nos messages."),
        _(
            "C’est un réglage de notre côté, pas la faute des lecteurs. Montrez les détails ci-dessous "
            "à la personne qui a installé Garrigue, puis reprenez."
        ),
    ),
    PauseReason.COMPLAINTS: (
        _("Des lecteurs signalent cette lettre comme indésirable."),
        _(
            "Plus d’un sur mille : les messageries commencent à se méfier de nous. Relisez la lettre, et demandez-vous "
            "à qui elle part, avant de reprendre. Ceux qui l’ont signalée ne recevront plus rien."
        ),
    ),
    PauseReason.COMPLAINTS_STOP: (
        _("Trop de lecteurs signalent cette lettre comme indésirable."),
        _(
            "Trois sur mille : à partir de là, les messageries écartent toutes nos lettres. Cet envoi ne peut plus "
            "reprendre. Annulez-le, et cherchez avec le bureau ce que ces lecteurs n’attendaient pas."
        ),
    ),
    PauseReason.UNKNOWN_USERS: (
        _("Trop d’adresses n’existent plus."),
        _(
            "Plus de cinq sur cent, parmi les premières : c’est le signe d’une liste ancienne ou recopiée. "
            "Elles sont déjà mises de côté. Vérifiez d’où viennent les autres avant de reprendre."
        ),
    ),
    PauseReason.TOO_MANY_FAULTS: (
        _("Trop de messages échouent."),
        _("L’envoi s’est arrêté pour que quelqu’un regarde. Rien n’est perdu : reprenez une fois la cause comprise."),
    ),
}

STEPS: dict[str, Promise | str] = {
    Step.LAUNCH: _("Lancé"),
    Step.TAKE_BACK: _("Repris en main avant le départ"),
    Step.START: _("L’heure est venue"),
    Step.RUN: _("La liste des lecteurs est prête, les messages partent"),
    Step.PAUSE: _("Mis en pause"),
    Step.RESUME: _("Repris"),
    Step.FINISH: _("Terminé"),
    Step.CANCEL: _("Annulé"),
    Step.REOPEN: _("Rouvert pour un nouvel essai"),
}

# Why some readers have no letter. Each begins with its number and stands alone.
REASONS: dict[str, Promise | str] = {
    "suppressed": ngettext_lazy(
        "%(n)s adresse à laquelle il ne faut plus écrire", "%(n)s adresses auxquelles il ne faut plus écrire", "count"
    ),
    "no_consent": ngettext_lazy("%(n)s s’est désinscrit entre-temps", "%(n)s se sont désinscrits entre-temps", "count"),
    "erased": ngettext_lazy("%(n)s a fait effacer ses données", "%(n)s ont fait effacer leurs données", "count"),
    "paused": ngettext_lazy("%(n)s a demandé une pause", "%(n)s ont demandé une pause", "count"),
    "capped": ngettext_lazy(
        "%(n)s a déjà reçu une lettre récemment", "%(n)s ont déjà reçu une lettre récemment", "count"
    ),
    "unknown_user": ngettext_lazy("%(n)s adresse n’existe plus", "%(n)s adresses n’existent plus", "count"),
    "unknown_host": ngettext_lazy(
        "%(n)s adresse dont le domaine n’existe plus", "%(n)s adresses dont le domaine n’existe plus", "count"
    ),
    "mailbox_full": ngettext_lazy("%(n)s boîte est pleine", "%(n)s boîtes sont pleines", "count"),
    "size": ngettext_lazy(
        "%(n)s boîte refuse un message de cette taille", "%(n)s boîtes refusent un message de cette taille", "count"
    ),
    "content": ngettext_lazy("%(n)s refusé pour son contenu", "%(n)s refusés pour leur contenu", "count"),
    "policy": ngettext_lazy(
        "%(n)s refusé par la règle d’un serveur", "%(n)s refusés par la règle d’un serveur", "count"
    ),
    "authentication": ngettext_lazy(
        "%(n)s refusé : le serveur ne reconnaît pas notre identité",
        "%(n)s refusés : le serveur ne reconnaît pas notre identité",
        "count",
    ),
    "transient": ngettext_lazy("%(n)s boîte est restée injoignable", "%(n)s boîtes sont restées injoignables", "count"),
    "throttle": ngettext_lazy(
        "%(n)s boîte chez un fournisseur trop occupé", "%(n)s boîtes chez un fournisseur trop occupé", "count"
    ),
    "unfillable": ngettext_lazy("%(n)s adresse impossible à écrire", "%(n)s adresses impossibles à écrire", "count"),
    "unknown": ngettext_lazy("%(n)s refusé sans raison claire", "%(n)s refusés sans raison claire", "count"),
}

# Readers whom a letter describes and its list left out.
LEFT_OUT: dict[str, Promise | str] = {
    LeftOut.PAUSED: ngettext_lazy("%(n)s lecteur fait une pause", "%(n)s lecteurs font une pause", "count"),
    LeftOut.EDITION_BEFORE: ngettext_lazy(
        "%(n)s lecteur a déjà cette édition", "%(n)s lecteurs ont déjà cette édition", "count"
    ),
    LeftOut.OPERATIONS: ngettext_lazy(
        "%(n)s lecteur ne veut que les grandes opérations",
        "%(n)s lecteurs ne veulent que les grandes opérations",
        "count",
    ),
    LeftOut.MONTHLY: ngettext_lazy(
        "%(n)s lecteur veut une lettre par mois au plus", "%(n)s lecteurs veulent une lettre par mois au plus", "count"
    ),
    LeftOut.CAPPED: ngettext_lazy(
        "%(n)s lecteur a eu assez de lettres cette semaine",
        "%(n)s lecteurs ont eu assez de lettres cette semaine",
        "count",
    ),
}

# What a state means, where its name does not say it all.
MEANINGS: dict[str, Promise | str] = {
    DeliveryState.IN_DOUBT: ngettext_lazy(
        "Nous ne savons pas s’il est arrivé. Ne rien faire est sans danger.",
        "Nous ne savons pas s’ils sont arrivés. Ne rien faire est sans danger.",
        "count",
    ),
    DeliveryState.EXPIRED: _("Une semaine après le départ, une lettre de saison ne se rattrape plus."),
}


@dataclass(frozen=True)
class Part:
    """One stripe of the picture: its state, how many, the words, where it is drawn, and what is behind it."""

    state: str
    count: int
    words: str
    start: int
    width: int
    more: tuple[str, ...] = ()


def parts(tally: Tally, reasons: Mapping[str, Mapping[str, int]] | None = None) -> list[Part]:
    """Return where the readers' messages stand, empty states left out, in the order of the story."""
    sentences = {
        "sent": ngettext("%(n)s parti", "%(n)s partis", tally.sent),
        "sending": ngettext("%(n)s en train de partir", "%(n)s en train de partir", tally.sending),
        "in_doubt": ngettext("%(n)s incertain", "%(n)s incertains", tally.in_doubt),
        "failed": ngettext("%(n)s n’a pas pu être remis", "%(n)s n’ont pas pu être remis", tally.failed),
        "skipped": ngettext("%(n)s laissé de côté, à raison", "%(n)s laissés de côté, à raison", tally.skipped),
        "expired": ngettext("%(n)s trop tard", "%(n)s trop tard", tally.expired),
        "cancelled": ngettext("%(n)s annulé", "%(n)s annulés", tally.cancelled),
        "queued": ngettext("%(n)s en attente", "%(n)s en attente", tally.queued),
    }
    standing = {state: getattr(tally, state) for state in sentences if getattr(tally, state)}
    found, start = [], 0
    for (state, count), width in zip(standing.items(), stripes(list(standing.values())), strict=True):
        words = sentences[state] % {"n": number(count)}
        found.append(Part(state, count, words, start, width, _more(state, count, (reasons or {}).get(state, {}))))
        start += width
    return found


def _more(state: str, count: int, reasons: Mapping[str, int]) -> tuple[str, ...]:
    meaning = [str(MEANINGS[state] % {"count": count})] if state in MEANINGS else []
    return (*meaning, *(reason(code, count) for code, count in reasons.items()))


def reason(code: str, count: int) -> str:
    """Return how many readers were left without a letter for this reason: 11 adresses n’existent plus."""
    return str(REASONS.get(code, REASONS["unknown"]) % {"count": count, "n": number(count)})


def left_out(counts: Mapping[str, int]) -> list[str]:
    """Return who was left out of a list, the most frequent reason first: 12 lecteurs font une pause."""
    told = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [str(LEFT_OUT[LeftOut(why)] % {"count": count, "n": number(count)}) for why, count in told]


def readers(count: int) -> str:
    """Return so many readers: 1 982 lecteurs."""
    return ngettext("%(n)s lecteur", "%(n)s lecteurs", count) % {"n": number(count)}


def road(way: Road) -> str:
    """Return what people call a relay; where there is none, what we do instead."""
    return str(_("livraison directe")) if way.direct else way.title


def about(time: timedelta) -> str:
    """Return a duration as a person would say it."""
    minutes = round(time.total_seconds() / 60)
    if minutes < 1:
        return str(_("moins d’une minute"))
    if minutes < 90:
        return ngettext("environ %(n)s minute", "environ %(n)s minutes", minutes) % {"n": minutes}
    hours = round(minutes / 60)
    if hours < 36:
        return ngettext("environ %(n)s heure", "environ %(n)s heures", hours) % {"n": hours}
    days = -(-minutes // (24 * 60))
    return ngettext("environ %(n)s jour", "environ %(n)s jours", days) % {"n": days}


# Why a link may not lead somewhere (core.targets).
BAD_TARGETS: dict[str, Promise | str] = {
    "empty": _("Donnez l’adresse où mène le lien."),
    "too_long": _("Cette adresse est trop longue : 2 000 signes au plus."),
    "characters": _("Cette adresse contient une espace ou un signe qu’une adresse ne peut pas porter."),
    "not_web": _("Un lien mène à une page du web : l’adresse commence par https:// ou http://."),
    "disguised": _(
        "Cette adresse cache un autre site derrière un « @ ». Donnez l’adresse telle que la page la montre."
    ),
}
