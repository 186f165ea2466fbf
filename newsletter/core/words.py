"""The words that the mail itself says, one table for each language it can be written in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """Every fixed wording of a mail; a language is complete or mypy says so."""

    greeting: str  # followed by the first name, if there is one, and `greeting_end`
    greeting_end: str
    web_version: str
    see_offer: str
    instead_of: str
    by_phone: str
    access: str
    colon: str
    unsubscribe: str
    preferences: str
    measured: str  # by consent
    dated: str  # only the day of the last open, without one
    unmeasure: str


FRENCH = Words(
    greeting="Bonjour",
    greeting_end=",",
    web_version="Lire en ligne",
    see_offer="Voir l’offre",
    instead_of="au lieu de",
    by_phone="Au téléphone",
    access="Accès",
    colon="\u00a0:",
    unsubscribe="Se désinscrire",
    preferences="Mes préférences",
    measured="Vous avez accepté que vos ouvertures et vos clics soient mesurés.",
    dated="Pour n’écrire qu’à des boîtes vivantes, nous notons le jour de votre dernière ouverture, et rien d’autre.",
    unmeasure="Ne plus être mesuré",
)

ENGLISH = Words(
    greeting="Hello",
    greeting_end=",",
    web_version="Read online",
    see_offer="See the offer",
    instead_of="instead of",
    by_phone="By phone",
    access="Access",
    colon=":",
    unsubscribe="Unsubscribe",
    preferences="My preferences",
    measured="You agreed that your opens and clicks are measured.",
    dated="To write only to living mailboxes we note the day of your last open, and nothing else.",
    unmeasure="Stop measuring me",
)

WORDS = {"fr": FRENCH, "en": ENGLISH}


def words(language: str) -> Words:
    """Return the words of a language such as "fr" or "en-gb"; French where we have none."""
    return WORDS.get(language.lower().partition("-")[0], FRENCH)
