"""The words of the calendar: breaks, zones, what is proposed and why, and what is wrong with somebody's file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from newsletter.core.calendar.days import Span, public_holidays
from newsletter.core.calendar.feasts import Returns
from newsletter.core.calendar.ical_in import Fault, Wrong
from newsletter.core.calendar.proposing import Occasion, Proposal, Why
from newsletter.core.calendar.school import Break
from newsletter.core.calendar.year import Kind
from newsletter.core.calendar.zones import SchoolZone
from newsletter.core.wording import word_date, word_dates

Words = str | Promise

BREAKS: dict[Break, Words] = {
    Break.AUTUMN: _("Vacances de la Toussaint"),
    Break.CHRISTMAS: _("Vacances de Noël"),
    Break.WINTER: _("Vacances d’hiver"),
    Break.SPRING: _("Vacances de printemps"),
    Break.ASCENSION: _("Pont de l’Ascension"),
    Break.SUMMER: _("Vacances d’été"),
}

KINDS: dict[Kind, Words] = {
    Kind.PUBLIC: _("jour férié"),
    Kind.SCHOOL: _("vacances scolaires"),
    Kind.FEAST: _("fête"),
    Kind.OPERATION: _("opération"),
    Kind.EDITION: _("édition"),
}

RETURNS: dict[Returns, Words] = {
    Returns.ONCE: _("cette année seulement"),
    Returns.DATES: _("chaque année aux mêmes dates"),
    Returns.WEEKDAY: _("chaque année le même jour de la semaine (le troisième dimanche de janvier…)"),
    Returns.EASTER: _("chaque année avec Pâques (Rameaux, Pentecôte…)"),
}

SPAN_FAULTS: dict[str, Words] = {
    "century": _("Cette date est trop loin : le calendrier va de 2000 à 2100."),
    "backwards": _("Le dernier jour vient avant le premier."),
    "too_long": _("Une fête dure 200 jours au plus."),
}

FAULTS: dict[Fault, Words] = {
    Fault.TOO_LARGE: _("Ce fichier est trop gros : un agenda pèse 1 Mo au plus."),
    Fault.NOT_UTF8: _("Ce fichier n’est pas écrit en UTF-8 : exportez-le à nouveau depuis votre agenda."),
    Fault.NOT_A_CALENDAR: _("Ce n’est pas un agenda : il devrait commencer par BEGIN:VCALENDAR."),
    Fault.CUT_SHORT: _("L’agenda s’arrête avant sa fin : il en manque peut-être une partie."),
    Fault.BROKEN: _("Cette ligne est illisible."),
    Fault.NO_DAY: _("L’événement n’a pas de date lisible."),
    Fault.NO_TITLE: _("L’événement n’a pas de titre."),
    Fault.CENTURY: _("La date est trop loin : le calendrier va de 2000 à 2100."),
    Fault.BACKWARDS: _("L’événement finit avant de commencer."),
    Fault.TOO_LONG: _("L’événement dure plus de 200 jours."),
    Fault.REPEATS_TOO_MUCH: _("Nous ne savons pas suivre cette répétition : trop serrée, ou trop compliquée."),
    Fault.TOO_MANY: _("L’agenda a plus de 300 événements : la suite n’est pas lue."),
}

FAILURES: dict[str, Words] = {
    "bad_address": _("cette adresse n’est pas celle d’un agenda public"),
    "unknown_host": _("aucun site ne répond à ce nom"),
    "private": _("cette adresse mène à un réseau privé"),
    "redirects": _("l’adresse renvoie trop de fois ailleurs"),
    "refused": _("le site refuse de montrer cet agenda"),
    "too_large": _("l’agenda est trop gros"),
    "too_slow": _("le site a mis trop de temps à répondre"),
    "unreachable": _("le site ne répond pas"),
    "certificate": _("le certificat du site n’est pas valable"),
    "not_utf8": _("l’agenda n’est pas écrit en UTF-8"),
    "not_a_calendar": _("l’adresse ne mène pas à un agenda"),
}


@dataclass(frozen=True)
class Said:
    """A proposal in words; the titles of feasts stay as people wrote them."""

    title: str
    is_typed: bool
    call: str
    reasons: tuple[str, ...]
    during: tuple[str, ...]
    proposal: Proposal


def say(proposal: Proposal) -> Said:
    """Return what the board reads of a proposal: the days first, then why these."""
    occasion = proposal.occasion
    return Said(
        title=_title(occasion),
        is_typed=occasion.why is Why.FEAST,
        call=gettext("Appel aux membres jusqu’au %(call)s, envoi le %(send)s %(whom)s.")
        % {
            "call": weekday(proposal.call_until),
            "send": weekday(proposal.send_on),
            "whom": _whom(occasion),
        },
        reasons=_reasons(proposal),
        during=occasion.during[:4],
        proposal=proposal,
    )


def weekday(day: date) -> str:
    """Return a day as one says it in a meeting: mardi 5 janvier."""
    return f"{date_format(day, 'l')} {word_date(day, _language(), year=False)}"


def zones_words(zones: Sequence[str]) -> str:
    """Return the zones in words: zone C, zones A et B, toutes zones."""
    letters = [zone.upper() for zone in zones]
    if len(letters) in (0, 3):
        return gettext("toutes zones")
    return ngettext("zone %(zones)s", "zones %(zones)s", len(letters)) % {"zones": gettext(" et ").join(letters)}


def when(span: Span, month: date) -> str:
    """Return the days of an entry below the name of its month: 6, 6–21; what goes on is told by `until`."""
    if span.first < month:
        return "…"
    first = word_date(span.first, _language(), month=False)
    return first if span.days == 1 or _goes_on(span) else f"{first}–{span.last.day}"


def until(span: Span, month: date) -> str:
    """Return until when an entry goes on that does not end in the month it is listed in; nothing if it does."""
    if span.first >= month and not _goes_on(span):
        return ""
    return gettext("jusqu’au %s") % word_date(span.last, _language(), year=False)


def span_words(span: Span) -> str:
    """Return from when to when, in a sentence."""
    return word_dates(span.first, span.last, _language())


def wrong_words(wrong: Wrong) -> str:
    """Return what is wrong with a line of a calendar, and which line it is."""
    where = gettext("ligne %d") % wrong.line + (f" ({wrong.title})" if wrong.title else "")
    return gettext("%(where)s : %(what)s") % {"where": where, "what": FAULTS[wrong.fault]}


def _title(occasion: Occasion) -> str:
    if occasion.why is Why.SCHOOL:
        zones = zones_words([zone.value for zone in occasion.zones])
        return f"{BREAKS[Break(occasion.name)]}, {zones}"
    if occasion.why is Why.WEEKEND:
        day = date.fromisoformat(occasion.name)
        name = public_holidays(day.year, _language())[day]
        return gettext("Long week-end : %s") % name
    return occasion.name


def _whom(occasion: Occasion) -> str:
    said = {"km": occasion.within_km, "zones": _of_zones(occasion.zones)}
    if occasion.zones:
        return gettext("aux lecteurs %(zones)s à moins de %(km)d km") % said
    return gettext("aux lecteurs à moins de %(km)d km") % said


def _of_zones(zones: Sequence[SchoolZone]) -> str:
    letters = gettext(" et ").join(zone.value.upper() for zone in zones)
    return ngettext("de la zone %(zones)s", "des zones %(zones)s", len(zones)) % {"zones": letters}


def _reasons(proposal: Proposal) -> tuple[str, ...]:
    occasion = proposal.occasion
    days = gettext("C’est %s.") % span_words(occasion.span)
    time = gettext(
        "La lettre laisse %(book)d jours pour réserver ; le bureau en a %(compose)d pour la composer après l’appel."
    ) % {"book": proposal.days_to_book, "compose": proposal.days_to_compose}
    return (days, time)


def _goes_on(span: Span) -> bool:
    return (span.first.year, span.first.month) != (span.last.year, span.last.month)


def _language() -> str:
    return get_language() or "fr"
