"""What the law asks of an offer (DUTIES L10), said while it is typed and again to the board.

Alcohol bears its notice (code de la santé publique, L3323-4); a struck-through price is no higher than the lowest of
the last 30 days (code de la consommation, L112-1-1); a price is told with its taxes, and for how long it stands.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from newsletter.core.interests import Category, Interest, PriceKind

PRICED = (PriceKind.FIXED, PriceKind.FROM)

# In French and English together: many offers mix them. Without accents, but for rosé, which would be a flower.
_DRINKS = """
    abricotine absinthe absinthes alcool alcools alcoolise alcoolisee alcoolises alcoolisees amaretto anisette
    aperitif aperitifs apero aperos armagnac beer beers biere bieres bourbon brandy calvados cachaca champagne
    champagnes cidre cidres cider ciders cocktail cocktails cognac cremant cremants cuvee cuvees digestif digestifs
    eau-de-vie eaux-de-vie genepi gin gins grappa grog kir limoncello liqueur liqueurs liquor madere mead mezcal
    millesime millesimes muscat oenologie pastis perry porto pousse-cafe prosecco punch ratafia rhum rhums rum rums
    sangria schnapps sherry spiritueux spirits spritz tequila vermouth vermouths vin vins vodka whiskey whiskies
    whisky wine wines winery wineries
""".split()
_DRINK = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, _DRINKS))}|ros[é]s?)(?![\w-])")
_HARMLESS = re.compile(
    r"(?:vinaigres?|marinades?) (?:de|d['’]) ?(?:vins?|cidre)|(?:wine|cider) vinegars?"
    r"|[\w-]+ sans alcools?|(?:alcohol-free|non-alcoholic) [\w-]+|[\w-]+ without alcohol"
)
_SAID = re.compile(r"abus d.alcool est dangereux pour la sante|alcohol abuse is dangerous")
_REDUCED = re.compile(
    r"\bau lieu de\W+\d|\binstead of\W+[€£]?\d|[-−–]\s?\d{1,2}\s?%|\d{1,2}\s?% (?:de (?:remise|reduction|rabais)|off\b)"
    r"|\bprix barres?\b|\breduced from\b"
)
_BEFORE_TAX = re.compile(r"(?:€|euros?|\d)\s?h\.?t\b|\bhors[ -]taxes?\b|\bexcl(?:uding|\.)? (?:vat|tax)")


class StruckFault(StrEnum):
    """Why a struck-through price may not be printed."""

    ALONE = "struck_alone"
    TOO_HIGH = "struck_too_high"
    NO_REDUCTION = "struck_no_reduction"


class Remark(StrEnum):
    """What a member is told at a field while typing, and the board with the offer."""

    ALCOHOL = "alcohol"
    REDUCTION = "reduction"
    BEFORE_TAX = "before_tax"
    UNDATED = "undated"
    OVER_BEFORE = "over_before"


@dataclass(frozen=True)
class Claims:
    """What the law's rules ask of an offer."""

    category: str = ""
    title: str = ""
    text: str = ""
    title_en: str = ""
    text_en: str = ""
    interests: tuple[str, ...] = ()
    price_kind: str = PriceKind.ON_REQUEST.value
    price: Decimal | None = None
    price_was: Decimal | None = None
    price_lowest: Decimal | None = None
    valid_from: date | None = None
    valid_until: date | None = None

    @property
    def words(self) -> str:
        """Everything it says, in small letters without accents but that of rosé."""
        return _plain("\n".join((self.title, self.text, self.title_en, self.text_en)))

    @property
    def priced(self) -> bool:
        """Whether it names an amount."""
        return self.price_kind in PRICED and self.price is not None


def speaks_of_alcohol(text: str) -> bool:
    """Return whether a drink with alcohol is named, as a whole word, in French or English."""
    return bool(_DRINK.search(_HARMLESS.sub(" ", _plain(text))))


def bears_notice(claims: Claims) -> bool:
    """Return whether the notice on alcohol belongs under this offer, whoever writes it there."""
    wine = claims.category == Category.WINE_ESTATE or Interest.WINE in claims.interests
    return wine or speaks_of_alcohol(claims.words)


def says_notice(text: str) -> bool:
    """Return whether the text bears the notice already, so that it is not printed twice."""
    return bool(_SAID.search(_plain(text)))


def struck_fault(
    price_kind: str, price: Decimal | None, was: Decimal | None, lowest: Decimal | None
) -> StruckFault | None:
    """Return why this struck-through price may not be printed; None where there is none, or it may."""
    if was is None or price_kind not in PRICED:
        return None
    if lowest is None:
        return StruckFault.ALONE
    if was > lowest:
        return StruckFault.TOO_HIGH
    return StruckFault.NO_REDUCTION if price is None or price >= was else None


def remarks(claims: Claims, *, next_sending: date | None = None) -> list[Remark]:
    """Return what is to be said of the offer, in the order of the form."""
    said = claims.words
    found = {
        Remark.ALCOHOL: bears_notice(claims),
        Remark.REDUCTION: claims.price_was is None and bool(_REDUCED.search(said)),
        Remark.BEFORE_TAX: bool(_BEFORE_TAX.search(said)),
        Remark.UNDATED: claims.priced and (claims.valid_from is None or claims.valid_until is None),
        Remark.OVER_BEFORE: next_sending is not None
        and claims.valid_until is not None
        and claims.valid_until < next_sending,
    }
    return [remark for remark, holds in found.items() if holds]


# What stays to be settled by a human before it is printed; the notice on alcohol is the engine's own work.
FINDINGS: Mapping[Remark, str] = {Remark.REDUCTION: "legal_reduction", Remark.BEFORE_TAX: "legal_before_tax"}


def _plain(text: str) -> str:
    """Return the text in small letters and without accents, the é of rosé apart."""
    text = unicodedata.normalize("NFC", text).casefold()
    text = re.sub(r"ros(é)(?=s?(?!\w))", "ros\0", text).replace("œ", "oe")
    bare = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return re.sub(r"\s+", " ", bare.replace("\0", "é").replace("’", "'"))
