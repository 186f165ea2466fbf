"""The words for what the rules name: states, moves, kinds, findings. One place, French first."""

from django.utils.functional import Promise, lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from newsletter.core.completeness import Missing
from newsletter.core.interests import Access, Category, Interest, PriceKind, PriceUnit, Public
from newsletter.core.legal import Remark
from newsletter.core.review import OfferState, Review
from newsletter.core.wording import word_access, word_category
from newsletter.pictures import Refusal

Words = str | Promise

STATES: dict[OfferState, Words] = {
    OfferState.DRAFT: _("Brouillon"),
    OfferState.SUBMITTED: _("En relecture"),
    OfferState.CHANGES_REQUESTED: _("À compléter"),
    OfferState.APPROVED: _("Acceptée"),
    OfferState.DECLINED: _("Non retenue"),
    OfferState.WITHDRAWN: _("Retirée"),
    OfferState.EXPIRED: _("Terminée"),
}

# The tone of a .tag: colour helps, the words say it.
TONES: dict[OfferState, str] = {
    OfferState.SUBMITTED: "wait",
    OfferState.CHANGES_REQUESTED: "ask",
    OfferState.APPROVED: "good",
    OfferState.DECLINED: "stop",
}

# What a state means for its member, and what they can do.
MEANINGS: dict[OfferState, Words] = {
    OfferState.DRAFT: _("Elle n’est visible que de vous. Envoyez-la au bureau quand elle est prête."),
    OfferState.SUBMITTED: _("Le bureau la relit. Sa réponse apparaîtra ici."),
    OfferState.CHANGES_REQUESTED: _("Le bureau vous demande un changement. Modifiez l’offre, puis renvoyez-la."),
    OfferState.APPROVED: _("Le bureau peut la placer dans la lettre."),
    OfferState.DECLINED: _("Le bureau ne l’a pas retenue. Vous pouvez la reprendre et la proposer autrement."),
    OfferState.WITHDRAWN: _("Vous l’avez retirée. Vous pouvez la reprendre."),
    OfferState.EXPIRED: _("Sa dernière date est passée. Reprenez-la pour la proposer à nouveau."),
}

MOVES: dict[Review, Words] = {
    Review.SUBMIT: _("envoyée au bureau"),
    Review.RETURN: _("changement demandé"),
    Review.APPROVE: _("acceptée"),
    Review.DECLINE: _("non retenue"),
    Review.WITHDRAW: _("retirée"),
    Review.RESUME: _("reprise en brouillon"),
    Review.EXPIRE: _("terminée"),
    Review.CORRECT: _("corrigée et acceptée par le bureau"),
    Review.OBJECT: _("correction contestée par le membre"),
    Review.UNDO: _("réponse annulée avant son envoi"),
}

INTERESTS: dict[Interest, Words] = {
    Interest.TABLE: _("À table"),
    Interest.WINE: _("Vin et domaines"),
    Interest.OLIVE: _("Huile et olives"),
    Interest.STAY: _("Séjours"),
    Interest.FAMILY: _("En famille"),
    Interest.NATURE: _("Nature et balades"),
    Interest.HERITAGE: _("Patrimoine"),
    Interest.CRAFT: _("Artisanat"),
    Interest.WELLBEING: _("Bien-être"),
    Interest.FEASTS: _("Fêtes et marchés"),
}


def _category(category: Category) -> str:
    return word_category(category, get_language() or "fr")


# The same words as in the letter, in the language of the page.
CATEGORIES: dict[Category, Words] = {category: lazy(_category, str)(category) for category in Category}

PRICE_KINDS: dict[PriceKind, Words] = {
    PriceKind.ON_REQUEST: _("sur demande"),
    PriceKind.FIXED: _("prix fixe"),
    PriceKind.FROM: _("à partir de"),
    PriceKind.FREE: _("gratuit"),
}

PRICE_UNITS: dict[PriceUnit, Words] = {
    PriceUnit.PERSON: _("par personne"),
    PriceUnit.COUPLE: _("pour deux"),
    PriceUnit.NIGHT: _("par nuit"),
    PriceUnit.STAY: _("le séjour"),
    PriceUnit.GROUP: _("par groupe"),
    PriceUnit.MENU: _("le menu"),
    PriceUnit.ITEM: _("la pièce"),
}

PUBLICS: dict[Public, Words] = {
    Public.FAMILY: _("familles"),
    Public.COUPLE: _("couples"),
    Public.FRIENDS: _("amis"),
    Public.GROUP: _("groupes"),
    Public.SOLO: _("voyageurs seuls"),
}


def _access(access: Access) -> str:
    return word_access([access], get_language() or "fr")


# The same words as in the letter, too.
ACCESS: dict[Access, Words] = {access: lazy(_access, str)(access) for access in Access}

MISSING: dict[Missing, Words] = {
    Missing.TITLE: _("Donnez un titre à l’offre."),
    Missing.TEXT: _("Décrivez l’offre en quelques phrases."),
    Missing.PRICE: _("Indiquez le montant, ou choisissez « sur demande » ou « gratuit »."),
    Missing.PRICE_UNIT: _("Dites à quoi correspond ce prix : par personne, par nuit…"),
    Missing.VALID_FROM: _("Indiquez le premier jour de l’offre."),
    Missing.VALID_UNTIL: _("Indiquez le dernier jour de l’offre."),
    Missing.OVER: _("Ce dernier jour est déjà passé. Choisissez une date à venir."),
    Missing.CONTACT: _("Indiquez un lien : votre fiche ne donne pas de téléphone où réserver."),
    Missing.INTERESTS: _("Cochez au moins un thème, pour que l’offre trouve ses lecteurs."),
    Missing.IMAGE_ALT: _("Décrivez la photo en quelques mots, pour ceux qui ne la voient pas."),
    Missing.IMAGE_RIGHTS: _("Cochez que vous avez le droit d’utiliser cette photo, ou retirez-la."),
    Missing.STRUCK_ALONE: _(
        "Dites votre prix le plus bas des 30 derniers jours : sans lui, la loi interdit un prix barré."
    ),
    Missing.STRUCK_TOO_HIGH: _(
        "Le prix barré dépasse votre prix le plus bas des 30 derniers jours : la loi l’interdit."
    ),
    Missing.STRUCK_NO_REDUCTION: _("Le prix barré n’est pas plus haut que votre prix : il n’y a pas de réduction."),
}

REMARKS: dict[Remark, Words] = {
    Remark.ALCOHOL: _(
        "Cette offre touche à l’alcool : la lettre ajoute d’elle-même la mention « L’abus d’alcool est dangereux pour "
        "la santé ». Vous n’avez rien à écrire."
    ),
    Remark.REDUCTION: _(
        "Vous annoncez une réduction : dites le prix barré et votre prix le plus bas des 30 derniers jours, "
        "sous « Prix barré »."
    ),
    Remark.BEFORE_TAX: _("Un particulier doit lire un prix TTC : retirez le prix hors taxes."),
    Remark.UNDATED: _("Dites jusqu’à quand ce prix vaut : il faut un premier et un dernier jour."),
    Remark.OVER_BEFORE: _("La prochaine lettre partira après ce jour : l’offre n’y paraîtrait pas."),
}

# The same, as the board reads it beside the offer.
FINDINGS: dict[Remark, Words] = {
    Remark.ALCOHOL: _("Touche à l’alcool : la mention légale est ajoutée dans la lettre."),
    Remark.REDUCTION: _("Annonce une réduction sans dire le prix le plus bas des 30 derniers jours."),
    Remark.BEFORE_TAX: _("Parle d’un prix hors taxes : un particulier doit lire un prix TTC."),
    Remark.UNDATED: _("Le prix ne dit pas jusqu’à quand il vaut."),
    Remark.OVER_BEFORE: _("Elle sera terminée avant le départ de la prochaine lettre."),
}

REFUSALS: dict[Refusal, Words] = {
    Refusal.NOT_A_PICTURE: _(
        "Ce fichier n’est pas une photo que nous savons lire. Envoyez un JPEG, un HEIC, un PNG ou un WEBP."
    ),
    Refusal.BROKEN: _("Cette photo est abîmée et ne s’ouvre pas en entier. Envoyez-la à nouveau, ou une autre."),
    Refusal.TOO_MANY_BYTES: _("Cette photo pèse plus de 25 Mo. Envoyez-la en plus petit."),
    Refusal.TOO_MANY_PIXELS: _(
        "Cette photo a trop de pixels. Envoyez-la en plus petit : 4 000 pixels de large suffisent."
    ),
}

WRONG_CODE = _("Ce code n’est pas le bon, ou il n’est plus valable. Vérifiez-le, ou demandez un nouveau lien.")


def number(count: int) -> str:
    """Return a number with what parts its thousands: a thin space in French, a comma in English."""
    parted = f"{count:,}"
    return parted if get_language() == "en" else parted.replace(",", "\u202f")
