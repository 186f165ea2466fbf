"""The words of an import: what is wrong with a file or a line, what its columns mean, what became of it."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audiences.core.address import AddressFault
from audiences.core.entries import LineFault, Note
from audiences.core.guessing import Column, NoTable
from audiences.core.importing import ImportState
from audiences.core.tools import Tool
from audiences.words import ADDRESS_FAULTS

Words = str | Promise

NO_TABLE: dict[NoTable, Words] = {
    NoTable.EMPTY: _("Ce fichier est vide."),
    NoTable.TOO_LARGE: _("Ce fichier pèse plus de 300 Mo. Partagez-le en plusieurs fichiers."),
    NoTable.NOT_A_TABLE: _(
        "Ce fichier n’est pas un tableau : c’est peut-être une image ou un document. "
        "Choisissez un fichier CSV, Excel ou LibreOffice."
    ),
    NoTable.LINE_TOO_LONG: _("La première ligne de ce fichier n’a pas de fin : ce n’est pas un tableau de lecteurs."),
    NoTable.NO_ADDRESS: _("Nous ne trouvons aucune adresse e-mail dans les premières lignes de ce fichier."),
    NoTable.WORKBOOK: _("Ce classeur ne s’ouvre pas. Enregistrez-le à nouveau, ou exportez-le en CSV."),
    NoTable.BOMB: _("Ce classeur devient démesuré une fois ouvert. Exportez-le en CSV et déposez ce fichier-là."),
    NoTable.GONE: _("Ce fichier n’est plus là. Déposez-le de nouveau : rien n’a changé."),
}

LINES: dict[LineFault, Words] = {
    LineFault.LINE_TOO_LONG: _("Ligne beaucoup trop longue."),
    LineFault.QUOTE: _("Un guillemet ouvert n’est jamais refermé."),
    LineFault.ENCODING: _("L’adresse contient un signe illisible : l’encodage choisi n’est pas celui de la ligne."),
    LineFault.HEADING: _("L’en-tête est répété au milieu du fichier."),
    LineFault.LANGUAGE: _("Cette langue n’est pas reconnue."),
    LineFault.NO_CONSENT_DATE: _("La date du consentement manque."),
    LineFault.BAD_DAY: _("La date du consentement ne se lit pas. Écrivez-la ainsi : 24/12/2025."),
    LineFault.CONSENT_IN_FUTURE: _("La date du consentement est à venir."),
    LineFault.REPEATED: _("La même personne figure déjà dans ce fichier."),
    LineFault.SUPPRESSED: _("Nous n’écrivons plus à cette adresse : elle ne peut pas être importée."),
    LineFault.WITHDRAWN: _("Cette personne s’est désinscrite depuis le consentement que montre le fichier."),
}

COLUMNS: dict[Column, Words] = {
    Column.ADDRESS: _("Adresse e-mail"),
    Column.FIRST_NAME: _("Prénom"),
    Column.LANGUAGE: _("Langue"),
    Column.POSTCODE: _("Code postal"),
    Column.COMMUNE: _("Commune"),
    Column.INTERESTS: _("Intérêts"),
    Column.KIND: _("Type de lecteur"),
    Column.CONSENT_DATE: _("Date du consentement"),
    Column.TRACKING: _("Accord pour la mesure"),
}

TOOLS: dict[Tool, Words] = {
    Tool.LISTMONK: _(
        "Export de listmonk reconnu : les contacts bloqués ne recevront rien, les contacts désactivés sont désinscrits."
    ),
    Tool.MAILCHIMP: _(
        "Export de Mailchimp reconnu : les dates d’accord sont gardées, les désinscrits restent désinscrits et les "
        "adresses « cleaned » ne recevront rien. Importez aussi les fichiers « unsubscribed » et « cleaned »."
    ),
    Tool.BREVO: _("Export de Brevo reconnu : la date d’ajout vaut accord, les contacts bloqués ne recevront rien."),
}

STATES: dict[ImportState, Words] = {
    ImportState.RECEIVED: _("À décrire"),
    ImportState.READING: _("Lecture du fichier"),
    ImportState.COUNTING: _("Comptage"),
    ImportState.COUNTED: _("À confirmer"),
    ImportState.TAKING: _("Import en cours"),
    ImportState.DONE: _("Importé"),
}
TONES: dict[ImportState, str] = {
    ImportState.DONE: "good",
    ImportState.RECEIVED: "rest",
    ImportState.COUNTED: "wait",
}

ENCODINGS: dict[str, Words] = {
    "utf-8-sig": _("Unicode (UTF-8)"),
    "utf-16": _("Unicode (UTF-16)"),
    "utf-16-le": _("Unicode (UTF-16, petit-boutiste)"),
    "utf-16-be": _("Unicode (UTF-16, gros-boutiste)"),
    "cp1252": _("Windows (Latin-1)"),
    "mac_roman": _("Macintosh ancien"),
    "cp850": _("DOS"),
}
DELIMITERS: dict[str, Words] = {
    ";": _("Point-virgule"),
    ",": _("Virgule"),
    "\t": _("Tabulation"),
    "|": _("Barre verticale"),
}


def why(code: str) -> str:
    """Return the sentence for a line that was refused."""
    if code in LineFault.__members__.values():
        return str(LINES[LineFault(code)])
    return str(ADDRESS_FAULTS[AddressFault(code)])


def reasons(found: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return why lines were refused, the most frequent first."""
    return sorted(((why(code), count) for code, count in found.items()), key=lambda one: (-one[1], one[0]))


def notes(found: Mapping[str, int]) -> list[str]:
    """Return what was left out of lines that come in all the same."""
    said = {
        Note.NAME: lambda n: ngettext(
            "%(n)s prénom est laissé de côté : c’est une formule, un lien ou un nombre.",
            "%(n)s prénoms sont laissés de côté : ce sont des formules, des liens ou des nombres.",
            n,
        ),
        Note.PLACE: lambda n: ngettext(
            "%(n)s commune n’est pas reconnue : son lecteur entre sans commune.",
            "%(n)s communes ne sont pas reconnues : leurs lecteurs entrent sans commune.",
            n,
        ),
        Note.INTEREST: lambda n: ngettext(
            "%(n)s ligne nomme des intérêts que nous n’avons pas : ils sont laissés de côté.",
            "%(n)s lignes nomment des intérêts que nous n’avons pas : ils sont laissés de côté.",
            n,
        ),
        Note.KIND: lambda n: ngettext(
            "%(n)s type de lecteur n’est pas reconnu : celui du fichier est pris.",
            "%(n)s types de lecteur ne sont pas reconnus : celui du fichier est pris.",
            n,
        ),
    }
    return [said[note](found[note]) % {"n": found[note]} for note in Note if found.get(note)]
