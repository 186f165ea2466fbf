"""The words for what this wing's rules name. One place, French first."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audiences.core.address import AddressFault
from audiences.core.consent import CustomerKind, SubscriptionState
from audiences.core.segment import Came
from audiences.models import RetentionNight, Subscription
from audiences.seals import Fault
from newsletter.core.calendar.zones import SchoolZone
from newsletter.words import number

Words = str | Promise

ADDRESS_FAULTS: dict[AddressFault, Words] = {
    AddressFault.EMPTY: _("Indiquez votre adresse e-mail."),
    AddressFault.NO_AT: _("Une adresse s’écrit avec un seul @, par exemple prenom@domaine.fr."),
    AddressFault.SPACE: _("Cette adresse contient une espace. Retirez-la."),
    AddressFault.CONTROL: _("Cette adresse contient un caractère invisible. Écrivez-la à la main, sans la coller."),
    AddressFault.LOCAL: _("Vérifiez ce qui précède le @ : un caractère n’y a pas sa place."),
    AddressFault.LOCAL_LONG: _("Ce qui précède le @ est trop long : 64 caractères au plus."),
    AddressFault.QUOTED: _("Les adresses entre guillemets ne sont pas acceptées."),
    AddressFault.DOMAIN: _("Vérifiez ce qui suit le @ : ce domaine n’existe pas sous cette forme."),
    AddressFault.DOMAIN_LONG: _("Ce qui suit le @ est trop long."),
    AddressFault.LITERAL: _("Indiquez un nom de domaine après le @, pas une adresse IP."),
    AddressFault.SINGLE_LABEL: _("Il manque la fin de l’adresse, par exemple .fr ou .com."),
}

KINDS: dict[CustomerKind, Words] = {
    CustomerKind.DIRECT: _("Particuliers"),
    CustomerKind.TRADE: _("Professionnels"),
    CustomerKind.PRESS: _("Presse"),
}

ZONES: dict[SchoolZone, Words] = {
    SchoolZone.A: _("zone A"),
    SchoolZone.B: _("zone B"),
    SchoolZone.C: _("zone C"),
    SchoolZone.CORSICA: _("Corse"),
    SchoolZone.OVERSEAS: _("outre-mer"),
}

DOORS: dict[Came, Words] = {
    Came.FORM: _("par le formulaire d’inscription"),
    Came.FILE: _("par un fichier"),
    Came.BOARD: _("par le bureau"),
}

# What is wrong with a question as a whole.
SEGMENT_FAULTS: dict[str, Words] = {
    "not_json": _("Ce texte n’est pas du JSON."),
    "not_a_node": _("Ce texte ne décrit pas un groupe : un objet à une seule clé est attendu partout."),
    "not_a_list": _("« all » et « any » demandent une liste."),
    "unknown_fact": _("Ce texte demande quelque chose que nous ne savons pas des lecteurs."),
    "too_deep": _("Ce groupe est emboîté trop profondément : 12 niveaux au plus."),
    "too_large": _("Ce groupe a trop de critères : 200 au plus."),
    "too_long": _("Ce texte est trop long pour être celui d’un groupe."),
    "circle": _("Ce groupe se reprendrait lui-même, directement ou par un autre."),
    "unknown_segment": _("Un groupe repris ici n’existe plus."),
}
OTHER_FAULT = _("Une valeur de ce texte n’est pas permise.")

STATES: dict[SubscriptionState, Words] = {
    SubscriptionState.CONFIRMED: _("Inscrit"),
    SubscriptionState.ASKED: _("En attente de confirmation"),
    SubscriptionState.ENDED: _("Désinscrit"),
}

TONES: dict[SubscriptionState, str] = {
    SubscriptionState.CONFIRMED: "good",
    SubscriptionState.ASKED: "wait",
    SubscriptionState.ENDED: "rest",
}

SEAL_FAULTS: dict[Fault, Words] = {
    Fault.CHANGED: _("La ligne %(line)s du registre des consentements n’est plus celle qui a été scellée."),
    Fault.MISSING: _("La ligne %(line)s du registre des consentements a disparu."),
    Fault.UNLINKED: _("La chaîne du registre des consentements est rompue avant la ligne %(line)s."),
}

FREQUENCIES: dict[str, Words] = {
    "every": _("Chaque lettre"),
    "monthly": _("Une lettre par mois au plus"),
    "operations": _("Seulement les grandes opérations, quelques fois par an"),
}

# What is held of a reader, table by table (audiences.privacy).
TABLES: dict[str, Words] = {
    "subscriber": _("Votre adresse et vos choix"),
    "subscription": _("Vos lettres"),
    "consent": _("Ce que vous avez accepté ou retiré, avec les mots que vous avez lus"),
    "suppression": _("Ce qui vous met à l’écart de tout envoi"),
    "delivery": _("Messages qui vous ont été adressés"),
    "deliveryevent": _("Ce que votre messagerie en a dit"),
    "click": _("Liens que vous avez suivis"),
}


def frequency_of(subscription: Subscription) -> str:
    """Return how often a reader wants to be written to."""
    return "monthly" if subscription.monthly else "operations" if subscription.operations_only else "every"


def night(row: RetentionNight) -> str:
    """Return what a night did: 12 lecteurs à qui l’on a demandé s’ils restent · 3 oubliés après trois ans."""
    asked = ngettext("%(n)s lecteur a été relancé", "%(n)s lecteurs ont été relancés", row.asked)
    gone = ngettext("%(n)s a été oublié après trois ans", "%(n)s ont été oubliés après trois ans", row.forgotten)
    silent = ngettext(
        "%(n)s demande jamais confirmée a été oubliée",
        "%(n)s demandes jamais confirmées ont été oubliées",
        row.unconfirmed,
    )
    told = ((asked, row.asked), (gone, row.forgotten), (silent, row.unconfirmed))
    return " · ".join(words % {"n": number(count)} for words, count in told if count)
