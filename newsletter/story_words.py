"""Why a line of a file was refused, in a sentence that names the file and the line."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from newsletter.core.completeness import Missing
from newsletter.core.roster import RosterFault
from newsletter.core.rows import BadLine, Fault
from newsletter.core.story import StoryFault
from newsletter.pictures import Refusal
from newsletter.words import MISSING, REFUSALS

Words = str | Promise

FAULTS: dict[StrEnum, Words] = {
    Fault.NOT_UTF8: _("ce caractère n’est pas de l’UTF-8. Enregistrez le fichier en « CSV UTF-8 »."),
    Fault.NOT_CSV: _("un guillemet est ouvert et ne se referme pas."),
    Fault.NOT_TOML: _("l’écriture n’est pas du TOML. Vérifiez les guillemets et les signes =."),
    Fault.COLUMN_MISSING: _("il manque la colonne « %(column)s »."),
    Fault.COLUMN_UNKNOWN: _("la colonne « %(column)s » n’est pas connue. Vérifiez son nom."),
    Fault.TOO_MANY_CELLS: _(
        "il y a plus de valeurs que de colonnes (%(value)s). Mettez entre guillemets un texte à virgules."
    ),
    Fault.TOO_FEW_CELLS: _("il y a moins de valeurs que de colonnes (%(value)s)."),
    Fault.EMPTY: _("il manque une valeur dans « %(column)s »."),
    Fault.TOO_LONG: _("le texte de « %(column)s » est trop long (%(value)s signes)."),
    Fault.UNKNOWN_WORD: _("« %(value)s » n’est pas une valeur connue pour « %(column)s »."),
    Fault.BAD_DAY: _(
        "« %(value)s » n’est pas une date pour « %(column)s ». "
        "Écrivez 2026-12-24, ou comptez : today+3, feasts-20, feasts+12."
    ),
    Fault.BACKWARDS: _("le dernier jour (« %(value)s ») vient avant le premier."),
    Fault.BAD_AMOUNT: _("« %(value)s » n’est pas un montant. Écrivez par exemple 45 ou 45.50, sans symbole."),
    Fault.BAD_EMAIL: _("« %(value)s » n’est pas une adresse e-mail."),
    Fault.BAD_LINK: _("« %(value)s » n’est pas un lien complet. Il commence par https://."),
    Fault.BAD_SHAPE: _("« %(column)s » n’a pas la forme attendue."),
    Fault.TWICE: _("« %(value)s » figure déjà plus haut."),
    RosterFault.NOT_TEXT: _("ce fichier n’est pas du texte. Enregistrez-le en CSV."),
    RosterFault.TOO_MANY_LINES: _("ce fichier compte plus de %(value)s membres. Coupez-le en plusieurs."),
    RosterFault.NO_LINES: _("il n’y a aucune ligne sous les titres des colonnes."),
    RosterFault.BAD_YEAR: _("« %(value)s » n’est pas une année de cotisation. Écrivez par exemple 2026."),
    StoryFault.NO_UNIT: _("ce prix n’a pas d’unité. Dites dans « price_unit » à quoi il correspond : person, night…"),
    StoryFault.PRICE_UNASKED: _("un montant (« %(value)s ») accompagne une offre gratuite ou sur demande."),
    StoryFault.NO_COMMENT: _("une offre refusée ou à compléter demande un mot du bureau dans « comment »."),
    StoryFault.NO_WAY_THERE: _("« %(value)s » n’est pas un état qu’un fichier peut demander."),
    StoryFault.BAD_NAME: _("« %(value)s » ne convient pas pour « %(column)s »."),
    StoryFault.UNKNOWN_COMMUNE: _("la commune « %(value)s » est inconnue."),
    StoryFault.MANY_COMMUNES: _("plusieurs communes répondent à « %(value)s ». Précisez le code postal."),
    StoryFault.UNKNOWN_MEMBER: _("aucun adhérent ne s’appelle « %(value)s »."),
    StoryFault.UNKNOWN_OFFER: _("l’offre « %(value)s » n’existe pas."),
    StoryFault.NO_PICTURE: _("la photo « %(value)s » n’est pas dans le dossier « pictures »."),
    StoryFault.BAD_PICTURE: _("la photo « %(column)s » ne peut pas être reprise."),
    StoryFault.BAD_FOCUS: _("« %(value)s » ne dit pas où regarder. Écrivez par exemple 50|40."),
    StoryFault.STRUCK: _(
        "un prix barré (« %(value)s ») dépasse le prix, mais pas le plus bas des 30 jours d’avant (« price_lowest »)."
    ),
    StoryFault.INCOMPLETE: _("l’offre est incomplète."),
    StoryFault.NO_BOARD: _("personne ne siège au bureau pour décider de cette offre."),
    StoryFault.NOT_PLACED: _("l’offre « %(value)s » ne peut pas être placée dans cette édition."),
}

# Why a seat was refused, by the codes of newsletter.editions.
_SEATS: dict[str, Words] = {
    "not_approved": _("Le bureau ne l’a pas acceptée."),
    "over": _("Elle sera terminée le jour prévu pour l’envoi."),
    "suspended": _("Son membre est suspendu."),
    "already_placed": _("Elle y figure déjà."),
}


def sentence(wrong: BadLine) -> str:
    """Return the refusal as one sentence: which file, which line, why, and what to do."""
    return where(wrong) + why(wrong)


def where(wrong: BadLine) -> str:
    return gettext("%(file)s, ligne %(number)d : ") % {"file": wrong.file, "number": wrong.number}


def why(wrong: BadLine) -> str:
    """Return why, with what the rule that was broken says of it."""
    particulars = {"column": wrong.column, "value": wrong.value}
    if wrong.fault is StoryFault.BAD_PICTURE:
        return f"{FAULTS[wrong.fault] % particulars} {REFUSALS[Refusal(wrong.value)]}"
    if wrong.fault is StoryFault.INCOMPLETE:
        lacking = " ".join(str(MISSING[Missing(code)]) for code in wrong.value.split("|"))
        return f"{FAULTS[wrong.fault]} {lacking}"
    if wrong.fault is StoryFault.NOT_PLACED:
        return f"{FAULTS[wrong.fault] % particulars} {_SEATS.get(wrong.column, '')}".strip()
    return str(FAULTS[wrong.fault]) % particulars
