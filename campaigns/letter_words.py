"""A letter's report in words: for the page, the table and the workbook alike."""

from collections.abc import Iterable, Sequence

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from audiences import segments
from audiences.core import segment as trees
from campaigns import words
from campaigns.core.few import Shown
from campaigns.core.operators import NOWHERE
from campaigns.fates import Figures, Slice
from campaigns.followed import Clicks, Day
from campaigns.letter_reports import Beside, LetterReport
from campaigns.models import Variant
from campaigns.workbook import Table
from newsletter.core.linking import Part

Cell = str | int
HIDDEN = _("masqué")
PARTS: dict[Part, str | Promise] = {
    Part.OFFER: _("Les offres des membres"),
    Part.DESTINATION: _("Dans la destination"),
    Part.EDITORIAL: _("Le mot du bureau"),
}
NOTES = (
    _(
        "« Parti » veut dire que notre relais a accepté le message. S’il est ensuite revenu, il compte parmi les non "
        "remis. Une désinscription est comptée à la dernière lettre reçue avant elle ; celle qui suit un signalement "
        "ne l’est pas une seconde fois."
    ),
    _(
        "Une personne compte une fois, si souvent qu’elle clique, et seulement si elle accepte encore la mesure "
        "aujourd’hui. Les robots reconnus sont les filtres des messageries qui suivent les liens avant le lecteur ; "
        "ceux qui se cachent bien passent pour des personnes."
    ),
    _(
        "« Masqué » : moins de cinq, ou un nombre qui permettrait de le calculer. On ne doit pas pouvoir deviner qui "
        "a fait quoi."
    ),
)
# Who takes the mail, as readers call them; a stranger is called by its domain.
OPERATORS = {
    "orange": "Orange",
    "laposte": "La Poste",
    "sfr": "SFR",
    "free": "Free",
    "bouygues": "Bouygues Telecom",
    "google": "Google (Gmail)",
    "microsoft": "Microsoft (Outlook)",
    "yahoo": "Yahoo",
    "apple": "Apple (iCloud)",
    "ovh": "OVHcloud",
    "ionos": "Ionos",
    "gmx": "GMX",
    "gandi": "Gandi",
    "infomaniak": "Infomaniak",
    "proton": "Proton",
}


def cell(count: Shown) -> Cell:
    """Return a number as a table has it, or that it is not shown."""
    return str(HIDDEN) if count is None else count


def told(count: Shown) -> str:
    """Return a number as a page says it, or that it is not shown."""
    return str(HIDDEN) if count is None else words.number(count)


def clicked(figures: Figures) -> str:
    """Return how many clicked of those who agree: 84 sur 612."""
    return gettext("%(clicked)s sur %(agree)s") % {"clicked": told(figures.clicked), "agree": told(figures.agree)}


def clicked_of_who_agree(figures: Figures) -> str:
    """Return the same as a sentence: 84 ont cliqué, sur 612 qui acceptent la mesure, 13,7 %."""
    if figures.agree == 0:
        return gettext("Aucun lecteur de cette lettre n’accepte la mesure : personne n’a été suivi.")
    said = gettext("%(clicked)s ont cliqué, sur %(agree)s qui acceptent la mesure") % {
        "clicked": told(figures.clicked),
        "agree": told(figures.agree),
    }
    share = part(figures.clicked, figures.agree)
    return f"{said}, {share}" if share else said


def clicks(report: LetterReport) -> str:
    """Return how many clicks there were, and whose are counted."""
    known = {"times": told(report.followed.times), "own": told(report.followed.own)}
    count = gettext("Clics : %(times)s, dont %(own)s sans ceux des robots reconnus.") % known
    whose = gettext("Seuls les lecteurs qui acceptent la mesure y sont comptés.")
    if report.counts_all:
        whose = gettext("Ils sont comptés pour tous les lecteurs, sans savoir de qui.")
    return f"{count} {whose}"


def followed(times: Shown, own: Shown) -> str:
    """Return how often a link was followed: 36 clics, dont 24 sans robots."""
    if times is None:
        return gettext("clics masqués")
    if times == 0:
        return gettext("aucun clic")
    said = ngettext("%(n)s clic", "%(n)s clics", times) % {"n": words.number(times)}
    return gettext("%(clicks)s, dont %(own)s sans robots") % {"clicks": said, "own": told(own)}


def part(of: Shown, whole: Shown) -> str:
    """Return so many of a hundred, or nothing where either is not shown."""
    if of is None or not whole:
        return ""
    rate = f"{100 * of / whole:.1f}"
    return gettext("%(rate)s %%") % {"rate": rate if get_language() == "en" else rate.replace(".", ",")}


def operator(slice_: Slice) -> str:
    """Return who takes these readers' mail."""
    name = str(slice_.key)
    if name == NOWHERE:
        return gettext("Aucune boîte : ces domaines ne prennent pas de courrier")
    return OPERATORS.get(name, name) or gettext("Tous les autres")


def variant(row: Variant) -> str:
    """Return whom a variant is for."""
    if row.segment:
        return row.segment.name
    return segments.describe_all([trees.parse(row.tree)], get_language() or "fr")[0]


def day(of: Day) -> str:
    """Return a day of the letter, or that all the later ones stand here."""
    return date_format(of.on, "j F Y") if of.on else gettext("Plus tard")


def tables(report: LetterReport) -> list[Table]:
    """Return all that the page shows, table by table; those of which nothing is known are left out."""
    whole = Table(gettext("Ensemble"), [gettext("Mesure"), gettext("Nombre")], _whole(report))
    return [whole, *click_tables(report), *slice_tables(report)]


def click_tables(report: LetterReport) -> list[Table]:
    """Return the clicks by link, offer, part and day."""
    known = report.followed
    found: list[Table] = []
    if known.links:
        links = [
            [one.name, str(PARTS[one.part]), *_clicks(one), one.link.target if one.link else ""] for one in known.links
        ]
        heading = [gettext("Lien"), gettext("Partie"), *_click_heading(), gettext("Adresse")]
        found.append(Table(gettext("Lien par lien"), heading, links, words=2))
    found += _named(gettext("Offre par offre"), gettext("Offre"), _click_heading(), known.offers)
    named_parts = [[str(PARTS[one.part]), *_clicks(one)] for one in known.parts]
    if named_parts:
        found.append(Table(gettext("Partie par partie"), [gettext("Partie"), *_click_heading()], named_parts))
    if known.days:
        days = [[day(one), cell(one.times), cell(one.own), cell(one.people)] for one in known.days]
        heading = [gettext("Jour"), *_click_heading()[:2], gettext("Personnes, à leur premier clic")]
        found.append(Table(gettext("Jour par jour"), heading, days))
    return found


def slice_tables(report: LetterReport) -> list[Table]:
    """Return the letter by who takes the mail and by whom it was for, as far as there are several."""
    kinds = (
        (gettext("Par messagerie"), gettext("Messagerie"), [(operator(one), one.figures) for one in report.operators]),
        (gettext("Par groupe"), gettext("Groupe"), [(variant(row), figures) for row, figures in report.variants]),
    )
    return [
        Table(title, [first, *figure_heading()], [[name, *figure_cells(one)] for name, one in slices])
        for title, first, slices in kinds
        if slices
    ]


def _named(title: str, first: str, heading: Sequence[str], rows: Iterable[Clicks]) -> list[Table]:
    lines = [[one.name, *_clicks(one)] for one in rows]
    return [Table(title, [first, *heading], lines)] if lines else []


def _whole(report: LetterReport) -> list[list[Cell]]:
    figures = report.whole
    because = gettext("Non remis : %s")
    bounced: list[list[Cell]] = [[because % words.reason(code, n), n] for code, n in report.bounced.items()]
    arrived: list[list[Cell]] = []
    if report.delivered is not None:
        arrived = [[gettext("Remis, d’après le prestataire"), report.delivered]]
    return [
        [gettext("Partis, acceptés par le relais"), cell(figures.sent)],
        *arrived,
        [gettext("Non remis"), cell(figures.failed)],
        *bounced,
        [gettext("Signalés comme indésirables"), cell(figures.complained)],
        [gettext("Désinscrits après cette lettre"), cell(figures.left)],
        [gettext("Lecteurs qui acceptent la mesure"), cell(figures.agree)],
        [gettext("Parmi eux, ont cliqué"), cell(figures.clicked)],
        [gettext("Clics"), cell(report.followed.times)],
        [gettext("Clics sans robots"), cell(report.followed.own)],
    ]


def _click_heading() -> list[str]:
    return [gettext("Clics"), gettext("Clics sans robots"), gettext("Personnes")]


def _clicks(one: Clicks) -> list[Cell]:
    return [cell(one.times), cell(one.own), cell(one.people)]


def figure_heading() -> list[str]:
    """Return the columns of what befell the messages of a letter or of a slice of it."""
    return [
        gettext("Partis"),
        gettext("Non remis"),
        gettext("Signalés"),
        gettext("Désinscrits"),
        gettext("Acceptent la mesure"),
        gettext("Ont cliqué"),
    ]


def figure_cells(one: Figures) -> list[Cell]:
    """Return these columns of one line."""
    return [cell(n) for n in (one.sent, one.failed, one.complained, one.left, one.agree, one.clicked)]


def long(found: Iterable[Table]) -> tuple[list[str], list[list[Cell]]]:
    """Return tables as one, a line for each number: what spreadsheets and programs sort and sum."""
    heading = [gettext("Tableau"), gettext("Ligne"), gettext("Mesure"), gettext("Valeur")]
    lines = [
        [table.title, row[0], column, said]
        for table in found
        for row in table.rows
        for column, said in zip(table.heading[1:], row[1:], strict=True)
    ]
    return heading, lines


def beside_table(letters: Sequence[Beside]) -> Table:
    """Return the letters beside each other."""
    rows = [[one.edition.title, one.on.isoformat(), *figure_cells(one.figures)] for one in letters]
    return Table(gettext("Éditions"), [gettext("Édition"), gettext("Partie le"), *figure_heading()], rows)
