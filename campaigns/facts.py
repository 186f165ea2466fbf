"""What a segment may ask of the sending: who received what, and who clicked, as far as they agreed to be measured."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audiences import segments
from audiences.core.segment import Facts
from audiences.models import Subscriber, Subscription
from campaigns.core.campaign import CampaignState
from campaigns.core.delivery import DeliveryState
from campaigns.models import Campaign, Click, Delivery
from newsletter.core.interests import Category
from newsletter.core.wording import word_category
from newsletter.words import CATEGORIES

CLICKED, CATEGORY, UNCLICKED, RECEIVED = "clicked_within", "clicked_category", "unclicked", "received"
FARTHEST_DAYS = 3 * 365
MOST_LETTERS = 100
# Campaigns to choose from; older ones are asked of by nobody.
LISTED = 60
Words = Mapping[str, tuple[str, str]]

_CLICKED: Words = {
    "fr": ("ont cliqué dans une lettre depuis {} jours au plus", "n’ont pas cliqué dans une lettre depuis {} jours"),
    "en": ("clicked in a letter in the last {} days", "did not click in a letter in the last {} days"),
}
_CATEGORY: Words = {
    "fr": ("ont cliqué sur une offre de la catégorie {}", "n’ont cliqué sur aucune offre de la catégorie {}"),
    "en": ("clicked an offer of the category {}", "clicked no offer of the category {}"),
}
_UNCLICKED: Words = {
    "fr": (
        "acceptent d’être mesurés et ont reçu au moins {} lettres depuis leur dernier clic",
        "n’ont pas reçu {} lettres depuis leur dernier clic ou ne sont pas mesurés",
    ),
    "en": (
        "agree to be measured and received at least {} letters since their last click",
        "did not receive {} letters since their last click or are not measured",
    ),
}
_RECEIVED: Words = {
    "fr": ("ont reçu l’envoi {}", "n’ont pas reçu l’envoi {}"),
    "en": ("received the mailing {}", "did not receive the mailing {}"),
}


def register() -> None:
    """Let segments ask."""
    segments.register_fact(
        CLICKED,
        parse=lambda value: _number(value, FARTHEST_DAYS, "bad_days"),
        to_q=_clicked_since,
        describe=lambda days, language: _said(_CLICKED, language, days),
        matches=_has_clicked,
        offered=segments.Offered(
            _("Ont cliqué dans les derniers jours : combien ?"),
            _("Seuls comptent les lecteurs qui acceptent d’être mesurés. Par exemple 90."),
            FARTHEST_DAYS,
        ),
    )
    segments.register_fact(
        CATEGORY,
        parse=_category,
        to_q=_clicked_category,
        describe=_in_category,
        matches=_has_clicked_category,
        offered=segments.Offered(
            _("Ont cliqué sur une offre de"),
            _("Seuls comptent les lecteurs qui acceptent d’être mesurés."),
            choices=lambda: [(category.value, str(words)) for category, words in CATEGORIES.items()],
            numbers=False,
        ),
    )
    segments.register_fact(
        UNCLICKED,
        parse=lambda value: _number(value, MOST_LETTERS, "bad_letters"),
        to_q=_unclicked,
        describe=lambda letters, language: _said(_UNCLICKED, language, letters),
        matches=_is_unclicked,
        offered=segments.Offered(
            _("Ont reçu des lettres sans cliquer : combien ?"),
            _("Lettres reçues depuis leur dernier clic, de qui accepte d’être mesuré. Par exemple 6."),
            MOST_LETTERS,
        ),
    )
    segments.register_fact(
        RECEIVED,
        parse=lambda value: _number(value, 2**63 - 1, "bad_campaign"),
        to_q=_received,
        describe=_which,
        matches=lambda campaign, facts: int(campaign) in _letters_of(facts).values_list("campaign", flat=True),
        offered=segments.Offered(_("Ont reçu l’envoi"), _("Partis vers eux sans refus connu."), choices=_mailings),
    )


def _number(value: object, most: int, code: str) -> int:
    if type(value) is not int or not 0 < value <= most:  # True is an int, and no number of anything
        raise ValueError(code)
    return value


def _category(value: object) -> str:
    if not isinstance(value, str) or value not in {category.value for category in Category}:
        raise ValueError("unknown_category")
    return value


def _clicked_since(days: int | str) -> Q:
    """Return the condition on Subscriber: a click of their own; a machine's is none."""
    return Q(clicked_on__isnull=False, clicked_on__gte=_first_day(days))


def _has_clicked(days: int | str, facts: Facts) -> bool:
    clicks = Click.objects.filter(subscriber=facts.reader, last_at__isnull=False)
    return any(timezone.localdate(click.last_at) >= _first_day(days) for click in clicks if click.last_at)


def _clicked_category(category: int | str) -> Q:
    clicks = Click.objects.filter(last_at__isnull=False, link__offer__member__category=category)
    return Q(pk__in=clicks.values("subscriber"))


def _has_clicked_category(category: int | str, facts: Facts) -> bool:
    clicks = Click.objects.filter(subscriber=facts.reader).select_related("link__offer__member")
    return any(click.last_at and click.link.offer and click.link.offer.member.category == category for click in clicks)


def _unclicked(letters: int | str) -> Q:
    """Return who agrees to be measured and got so many letters on later days than that of their last click."""
    since = Q(subscriber__clicked_on__isnull=True) | Q(day__gt=F("subscriber__clicked_on"))
    agree = Subscription.objects.filter(tracking=True)
    received = Delivery.objects.filter(state=DeliveryState.SENT.value, subscriber__in=agree.values("subscriber"))
    counted = received.annotate(day=TruncDate("settled_at")).filter(since).values("subscriber")
    enough = counted.annotate(letters=Count("pk")).filter(letters__gte=int(letters)).values("subscriber")
    return Q(pk__in=enough)


def _is_unclicked(letters: int | str, facts: Facts) -> bool:
    reader = Subscriber.objects.filter(pk=facts.reader).first()
    if reader is None or not reader.subscriptions.filter(tracking=True).exists():
        return False
    days = [timezone.localdate(at) for at in _letters_of(facts).values_list("settled_at", flat=True) if at]
    return sum(reader.clicked_on is None or day > reader.clicked_on for day in days) >= int(letters)


def _received(campaign: int | str) -> Q:
    sent = Delivery.objects.filter(campaign=int(campaign), state=DeliveryState.SENT.value)
    return Q(Exists(sent.filter(subscriber=OuterRef("pk"))))


def _letters_of(facts: Facts) -> QuerySet[Delivery]:
    return Delivery.objects.filter(subscriber=facts.reader, state=DeliveryState.SENT.value)


def _first_day(days: int | str) -> date:
    """Return the first of these days, today being the last: the same all day long."""
    return timezone.localdate() - timedelta(days=int(days))


def _said(words: Words, language: str, value: object) -> tuple[str, str]:
    so, not_so = words.get(language, words["en"])
    return so.format(value), not_so.format(value)


def _in_category(category: int | str, language: str) -> tuple[str, str]:
    name = word_category(Category(str(category)), language)
    return _said(_CATEGORY, language, f"«\u00a0{name}\u00a0»" if language == "fr" else f"“{name}”")


def _which(campaign: int | str, language: str) -> tuple[str, str]:
    found = Campaign.objects.select_related("edition").filter(pk=campaign).first()
    name = found.edition.title if found else str(campaign)
    return _said(_RECEIVED, language, f"«\u00a0{name}\u00a0»" if language == "fr" else f"“{name}”")


def _mailings() -> list[tuple[str, str]]:
    begun = Campaign.objects.exclude(state__in=[CampaignState.DRAFT.value, CampaignState.SCHEDULED.value])
    rows = begun.filter(enqueued_at__isnull=False).select_related("edition").order_by("-enqueued_at")[:LISTED]
    return [
        (str(row.pk), f"{row.edition.title} ({timezone.localdate(row.enqueued_at):%d/%m/%Y})")
        for row in rows
        if row.enqueued_at
    ]
