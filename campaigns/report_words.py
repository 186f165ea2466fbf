"""A member's season in words: for the page, the paper and the table alike."""

import json
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from campaigns.core.season import Beside, Half, Season
from campaigns.member_reports import OfferReport, SeasonReport, Seat
from campaigns.words import number, readers
from newsletter.core.interests import Category
from newsletter.core.wording import word_category

Words = str | Promise

BESIDE: dict[Beside, Words] = {
    Beside.ABOVE: _("au-dessus de la médiane"),
    Beside.NEAR: _("proche de la médiane"),
    Beside.BELOW: _("en dessous de la médiane"),
}
NOT_MEASURED = _("pas encore mesuré")
RECEIVED = _(
    "« Reçue » veut dire que notre relais d’envoi a accepté la lettre pour ce lecteur ; nous ne savons pas si sa "
    "messagerie l’a gardée, ni s’il l’a ouverte. Un lecteur qui a reçu l’offre dans deux lettres compte pour un "
    "lecteur et deux envois. Les clics ne sont pas encore mesurés."
)


def season_words(season: Season) -> str:
    """Return how a season is called: Automne-hiver 2026-2027."""
    if season.half is Half.SUMMER:
        return gettext("Printemps-été %d") % season.year
    return gettext("Automne-hiver %(first)d-%(last)d") % {"first": season.year, "last": season.year + 1}


def place_words(seat: Seat) -> str:
    """Return where an offer stood: 2ᵉ des 5 offres."""
    if seat.of == 1:
        return gettext("Seule offre de la lettre")
    if seat.position == 1:
        return gettext("En tête des %(of)d offres") % {"of": seat.of}
    return gettext("%(position)dᵉ des %(of)d offres") % {"position": seat.position, "of": seat.of}


def left_words(seat: Seat) -> str:
    """Return when the letter left, or that it has not."""
    return date_format(seat.sent_on, "j F Y") if seat.sent_on else gettext("pas encore partie")


def sendings_words(count: int) -> str:
    """Return so many sendings."""
    return ngettext("%(n)s envoi", "%(n)s envois", count) % {"n": number(count)}


def beside_words(report: SeasonReport, offer: OfferReport) -> str:
    """Return how an offer compares with its trade, or why nothing is said."""
    if not any(seat.sent_on for seat in offer.seats):
        return ""
    stands = report.beside(offer)
    if stands is None or report.middle is None:
        return gettext("trop peu d’offres de ce métier pour comparer")
    return f"{BESIDE[stands]} ({number(report.middle)})"


def heading() -> list[str]:
    """Return the columns of the table."""
    return [
        gettext("Offre"),
        gettext("Édition"),
        gettext("Place"),
        gettext("Offres dans l’édition"),
        gettext("Partie le"),
        gettext("Envois acceptés par notre relais"),
        gettext("Lecteurs différents de l’offre sur la saison"),
        gettext("Médiane du métier"),
        gettext("Clics"),
    ]


def rows(report: SeasonReport) -> list[list[str | int]]:
    """Return a line for each place of each offer."""
    return [
        [
            one.offer.title,
            seat.edition,
            seat.position,
            seat.of,
            seat.sent_on.isoformat() if seat.sent_on else gettext("pas encore partie"),
            seat.sendings,
            one.readers,
            report.middle if report.middle is not None else gettext("trop peu d’offres pour comparer"),
            str(NOT_MEASURED),
        ]
        for one in report.offers
        for seat in one.seats
    ]


def paper(report: SeasonReport, association: str, printed_on: str) -> str:
    """Return all that the printed report says, as the JSON that its template reads: words only, never markup."""
    language = get_language() or "fr"
    said: dict[str, Any] = {
        "lang": language,
        "association": association,
        "title": gettext("Bilan de la saison"),
        "member": report.member.name,
        "about": f"{word_category(Category(report.member.category), language)}, {report.member.commune.name}",
        "season": season_words(report.season),
        "printed": gettext("Édité le %s") % printed_on,
        "page": gettext("page"),
        "figures": [
            {"n": number(report.readers), "of": gettext("lecteurs différents")},
            {"n": number(report.sendings), "of": gettext("envois de vos offres")},
            {"n": number(report.editions), "of": gettext("lettres parties")},
            {"n": "–", "of": gettext("clics, pas encore mesurés")},
        ],
        "columns": [gettext("Édition"), gettext("Place"), gettext("Partie le"), gettext("Envois")],
        "offers": [
            {
                "title": one.offer.title or gettext("Offre sans titre"),
                "readers": readers(one.readers),
                "beside": beside_words(report, one),
                "seats": [
                    [seat.edition, place_words(seat), left_words(seat), number(seat.sendings) if seat.sent_on else "–"]
                    for seat in one.seats
                ],
            }
            for one in report.offers
        ],
        "empty": gettext("Aucune offre n’a paru dans une lettre cette saison."),
        "note_title": gettext("Ce que ces chiffres disent"),
        "note": str(RECEIVED),
    }
    return json.dumps(said, ensure_ascii=False)
