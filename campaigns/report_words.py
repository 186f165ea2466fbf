"""A member's season in words: for the page, the paper and the table alike."""

import json
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from campaigns import member_reports
from campaigns.core.few import Shown
from campaigns.core.season import Beside, Half, Season
from campaigns.member_reports import OfferReport, SeasonReport, Seat
from campaigns.offer_clicks import Clicks
from campaigns.words import number, readers
from newsletter.core.interests import Category
from newsletter.core.wording import word_category
from newsletter.models import Offer
from newsletter.summaries import Summary

Words = str | Promise

BESIDE: dict[Beside, Words] = {
    Beside.ABOVE: _("au-dessus de la médiane"),
    Beside.NEAR: _("proche de la médiane"),
    Beside.BELOW: _("en dessous de la médiane"),
}
HIDDEN = _("masqué")
RECEIVED = _(
    "« Reçue » veut dire que notre relais d’envoi a accepté la lettre pour ce lecteur ; nous ne savons pas si sa "
    "messagerie l’a gardée, ni s’il l’a ouverte. Un lecteur qui a reçu l’offre dans deux lettres compte pour un "
    "lecteur et deux envois."
)
CLICKED = _(
    "Qui a cliqué n’est compté que parmi les lecteurs qui acceptent la mesure, chacun une fois. Les clics sont ceux "
    "que nous voyons passer, sans ceux des robots reconnus. « Masqué » : moins de cinq personnes, ou un nombre qui "
    "permettrait de le calculer."
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


def told(count: Shown) -> str:
    """Return a number, or that it is not shown."""
    return str(HIDDEN) if count is None else number(count)


def clicks_words(clicks: Clicks) -> str:
    """Return how many clicked of those who agree: 84 ont cliqué, sur 612 qui acceptent la mesure."""
    if not clicks.linked:
        return gettext("pas de lien compté")
    if clicks.agree == 0:
        return gettext("aucun lecteur n’accepte la mesure")
    if clicks.people is None:
        return gettext("clics de personnes masqués")
    said = ngettext(
        "%(n)s a cliqué, sur %(of)s qui acceptent la mesure",
        "%(n)s ont cliqué, sur %(of)s qui acceptent la mesure",
        clicks.people,
    )
    return said % {"n": number(clicks.people), "of": told(clicks.agree)}


def own_words(clicks: Clicks) -> str:
    """Return so many clicks, without those of machines; nothing where none is counted."""
    return told(clicks.own) if clicks.linked else "–"


def clicks_beside_words(report: SeasonReport, offer: OfferReport) -> str:
    """Return how those who clicked compare with the trade's; nothing where either is not told."""
    stands = report.clicks_beside(offer)
    if stands is None or report.clicks_middle is None:
        return ""
    return f"{BESIDE[stands]} ({number(report.clicks_middle)})"


def beside_words(report: SeasonReport, offer: OfferReport) -> str:
    """Return how an offer compares with its trade, or why nothing is said."""
    if not offer.was_sent:
        return ""
    stands = report.beside(offer)
    if stands is None or report.middle is None:
        return gettext("trop peu d’offres de ce métier pour comparer")
    return f"{BESIDE[stands]} ({number(report.middle)})"


def summary(offer: Offer) -> Summary | None:
    """Return what an offer brought in the season in which it last left, as sentences; nothing if it never did."""
    seats = [seat for seat in member_reports.for_offer(offer).seats if seat.sent_on]
    if not seats:
        return None
    season = max(seat.season for seat in seats)
    report = member_reports.for_member(offer.member, season, today=season.first)
    one = next(one for one in report.offers if one.offer.pk == offer.pk)
    lines = [
        gettext("« %(edition)s », partie le %(day)s : %(place)s, %(sendings)s.")
        % {
            "edition": seat.edition,
            "day": left_words(seat),
            "place": place_words(seat)[:1].lower() + place_words(seat)[1:],
            "sendings": sendings_words(seat.sendings),
        }
        for seat in reversed(one.seats)
        if seat.sent_on
    ]
    lines.append(_sentence(readers(one.readers), beside_words(report, one)))
    lines.append(_sentence(clicks_words(one.clicks), clicks_beside_words(report, one)))
    return Summary(tuple(lines), f"{reverse('member-report', args=[offer.member_id])}?saison={season.code}")


def _sentence(said: str, more: str) -> str:
    words = ", ".join(filter(None, (said, more)))
    return f"{words[:1].upper()}{words[1:]}."


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
        gettext("Clics sans robots"),
        gettext("Lecteurs qui ont cliqué"),
        gettext("Sur tant qui acceptent la mesure"),
        gettext("Médiane du métier, lecteurs qui ont cliqué"),
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
            *_click_cells(seat.clicks),
            report.clicks_middle if report.clicks_middle is not None else str(HIDDEN),
        ]
        for one in report.offers
        for seat in one.seats
    ]


def _click_cells(clicks: Clicks) -> list[str | int]:
    if not clicks.linked:
        return [gettext("pas de lien compté"), "", ""]
    return [str(HIDDEN) if count is None else count for count in (clicks.own, clicks.people, clicks.agree)]


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
            {"n": own_words(report.clicks), "of": gettext("clics sans robots")},
        ],
        "columns": [gettext("Édition"), gettext("Place"), gettext("Partie le"), gettext("Envois"), gettext("Clics")],
        "offers": [
            {
                "title": one.offer.title or gettext("Offre sans titre"),
                "readers": readers(one.readers),
                "beside": beside_words(report, one),
                "clicks": clicks_words(one.clicks) if one.was_sent else "",
                "clicks_beside": clicks_beside_words(report, one),
                "seats": [_paper_seat(seat) for seat in one.seats],
            }
            for one in report.offers
        ],
        "empty": gettext("Aucune offre n’a paru dans une lettre cette saison."),
        "note_title": gettext("Ce que ces chiffres disent"),
        "note": f"{RECEIVED} {CLICKED}",
    }
    return json.dumps(said, ensure_ascii=False)


def _paper_seat(seat: Seat) -> list[str]:
    counts = [number(seat.sendings), own_words(seat.clicks)] if seat.sent_on else ["–", "–"]
    return [seat.edition, place_words(seat), left_words(seat), *counts]
