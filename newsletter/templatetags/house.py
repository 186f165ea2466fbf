"""The few words that our pages add to Django's template language."""

import json
import re
from datetime import date
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from newsletter import calendar_words, catalogue_words, words
from newsletter.core.calendar.days import Span
from newsletter.core.calendar.feasts import Returns
from newsletter.core.calendar.school import Break
from newsletter.core.calendar.year import Kind
from newsletter.core.completeness import Missing
from newsletter.core.interests import Category, Interest, Public
from newsletter.core.legal import Remark
from newsletter.core.listing import Kind as ListingKind
from newsletter.core.review import OfferState, Review
from newsletter.core.wording import word_access, word_dates, word_price
from newsletter.models.offer import OfferContent
from newsletter.offer_form import OfferForm

register = template.Library()


@register.simple_tag(takes_context=True)
def nav_link(context: dict[str, Any], name: str, label: str, *also: str, exact: bool = False) -> SafeString | str:
    """Return a link that knows when the reader is there, or below, or at one of the pages that it stands for too.

    Nothing where no wing has such a page.
    """
    try:
        urls = [reverse(one) for one in (name, *also)]
    except NoReverseMatch:
        return ""
    url = urls[0]
    path = context["request"].path if "request" in context else ""
    here = path == url if exact else path.startswith(tuple(urls))
    return format_html('<a href="{}"{}>{}</a>', url, mark_safe(' aria-current="page"') if here else "", label)


@register.filter
def state_word(state: str) -> str | Promise:
    """`{{ offer.state|state_word }}`: En relecture."""
    return words.STATES[OfferState(state)]


@register.filter
def state_tone(state: str) -> str:
    """`<span class="tag" data-tone="{{ offer.state|state_tone }}">`."""
    return words.TONES.get(OfferState(state), "rest")


@register.filter
def state_meaning(state: str) -> str | Promise:
    """Return what a state means for its member, in a sentence."""
    return words.MEANINGS[OfferState(state)]


@register.filter
def move_word(move: str) -> str | Promise:
    return words.MOVES[Review(move)]


@register.filter
def field_word(name: str) -> str | Promise:
    """`{{ move.field|field_word }}`: how a member's form calls one of its fields."""
    return OfferForm.base_fields[name].label or "" if name in OfferForm.base_fields else name


@register.filter
def interest_word(interest: str) -> str | Promise:
    return words.INTERESTS[Interest(interest)]


@register.filter
def category_word(category: str) -> str | Promise:
    return words.CATEGORIES[Category(category)]


@register.filter
def ld_json(told: dict[str, Any]) -> SafeString:
    """Return data for search engines as a block that no browser runs, and that no text of it can leave."""
    written = json.dumps(told, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        written = written.replace(sign, f"\\u{ord(sign):04x}")
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(written))  # noqa: S308


@register.filter
def dialled(phone: str) -> str:
    """`tel:{{ member.phone|dialled }}`: what a phone dials, without the signs between."""
    return re.sub(r"[^\d+]", "", phone)


@register.filter
def plain_link(link: str) -> str:
    """`www.mas.fr` of `https://www.mas.fr/`."""
    return re.sub(r"^https?://|/$", "", link)[:60]


@register.filter
def listing_word(kind: str) -> str | Promise:
    return catalogue_words.KINDS[ListingKind(kind)]


@register.filter
def missing_word(thing: str) -> str | Promise:
    return words.MISSING[Missing(thing)]


@register.filter
def finding_word(remark: str) -> str | Promise:
    """Return what the board is told of an offer where the law has something to say."""
    return words.FINDINGS[Remark(remark)]


@register.filter
def public_word(public: str) -> str | Promise:
    return words.PUBLICS[Public(public)]


@register.filter
def access_words(offer: OfferContent) -> str:
    """`{{ offer|access_words }}`: de plain-pied, toilettes adaptées."""
    return word_access(offer.access, _language())


@register.filter
def price_words(offer: OfferContent) -> str:
    """`{{ offer|price_words }}`: à partir de 24 € par personne."""
    return word_price(offer.price_kind, offer.price, offer.price_unit, _language())


@register.filter
def season_words(offer: OfferContent) -> str:
    """`{{ offer|season_words }}`: du 15 décembre 2026 au 6 janvier 2027."""
    return word_dates(offer.valid_from, offer.valid_until, _language())


@register.filter
def when_in(span: Span, month: date) -> str:
    """`{{ entry.span|when_in:month.first }}`: 6–21."""
    return calendar_words.when(span, month)


@register.filter
def until_in(span: Span, month: date) -> str:
    """`{{ entry.span|until_in:month.first }}`: jusqu’au 8 mars."""
    return calendar_words.until(span, month)


@register.filter
def span_words(span: Span) -> str:
    """`{{ feast.span|span_words }}`: du 28 novembre au 24 décembre 2026."""
    return calendar_words.span_words(span)


@register.filter
def break_word(name: str) -> str | Promise:
    """`{{ entry.title|break_word }}`: Vacances d’hiver."""
    return calendar_words.BREAKS[Break(name)]


@register.filter
def zones_word(zones: str) -> str:
    """`{{ entry.zones|zones_word }}`: zones A et B."""
    return calendar_words.zones_words(zones)


@register.filter
def kind_word(kind: str) -> str | Promise:
    return calendar_words.KINDS[Kind(kind)]


@register.filter
def returns_word(returns: str) -> str | Promise:
    """`{{ feast.returns|returns_word }}`: chaque année aux mêmes dates."""
    return calendar_words.RETURNS[Returns(returns)]


def _language() -> str:
    return get_language() or "fr"
