"""From rows to EditionContent: what an edition says, and what is wrong with it."""

from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.templatetags.static import static

from newsletter import pictures, rendering
from newsletter.core import editorial, merge, preflight, seating
from newsletter.core.consultation import DestinationKind
from newsletter.core.content import (
    Block,
    Destination,
    DestinationLine,
    EditionContent,
    Editorial,
    Identity,
    OfferCard,
    Offers,
    Picture,
)
from newsletter.core.holes import without_ends
from newsletter.core.interests import Category, Interest
from newsletter.core.preflight import Finding, Severity
from newsletter.core.review import OfferState
from newsletter.core.wording import typeset, word_category, word_date, word_dates, word_price
from newsletter.models import Edition, Member, OfferRevision, Placement
from newsletter.models.offer import OfferContent

WHY = {
    "fr": "Vous recevez cette lettre parce que vous l’avez demandée et confirmée.",
    "en": "You receive this letter because you asked for it and confirmed it.",
}
# Loi Evin, code de la santé publique L3323-4
ALCOHOL = {
    "fr": "L’abus d’alcool est dangereux pour la santé, à consommer avec modération.",
    "en": "Alcohol abuse is dangerous for your health. Drink in moderation.",
}
PHONE = {"fr": "Au téléphone :", "en": "By phone:"}
# Over what a partner tells of the destination: the letter says whose words these are.
TOLD_BY = {"fr": "Dans la destination, avec {0}", "en": "In the destination, with {0}"}
TOLD = {
    "fr": {
        DestinationKind.AGENDA: "Agenda",
        DestinationKind.MARKET: "Marché",
        DestinationKind.NATIVITY: "Crèche",
    },
    "en": {
        DestinationKind.AGENDA: "What’s on",
        DestinationKind.MARKET: "Market",
        DestinationKind.NATIVITY: "Nativity scene",
    },
}
LEARN_MORE = {"fr": "En savoir plus", "en": "Learn more"}


@dataclass(frozen=True)
class Examined:
    """An edition read whole: its seats, its content, how it is typeset, and its findings."""

    seats: tuple[Placement, ...]
    content: EditionContent
    rendered: rendering.Rendered
    findings: tuple[Finding, ...]

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """Return what stands in the way of locking."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.BLOCKING)


def seated(edition: Edition) -> QuerySet[Placement]:
    """Return the seats in order with all that a page or a mail shows of them, in one query."""
    newer = OfferRevision.objects.filter(offer=OuterRef("offer"), number__gt=OuterRef("revision__number"))
    return edition.placements.select_related("revision", "offer__member__commune").annotate(has_newer=Exists(newer))


def content_of(edition: Edition) -> EditionContent:
    """Return all that the edition says, as frozen values; offers speak by their approved revision."""
    return _content(edition, list(seated(edition)))


def examine(edition: Edition) -> Examined:
    """Typeset the edition and look for whatever is wrong with it."""
    seats = list(seated(edition))
    content = _content(edition, seats)
    rendered = rendering.render(content)
    findings = [
        *_unknown_fields(edition),
        *seating.look_at_seats(map(_seat, seats), edition.planned_on),
        *preflight.look(content, len(rendered.html.encode())),
    ]
    findings.sort(key=lambda finding: finding.severity is not Severity.BLOCKING)
    return Examined(tuple(seats), content, rendered, tuple(findings))


def card_of(content: OfferContent, member: Member, *, key: str, language: str = "fr") -> OfferCard:
    """Return an offer or a revision of it as it is printed, with price and dates in words."""
    legal = (ALCOHOL.get(language, ALCOHOL["fr"]),) if _speaks_of_alcohol(content, member) else ()
    return OfferCard(
        key=key,
        title=typeset(content.title, language),
        text=typeset(_with_phone(content, member, language), language),
        member_name=member.name,
        commune=member.commune.name,
        category=word_category(member.category, language),
        price=word_price(content.price_kind, content.price, content.price_unit, language),
        dates=word_dates(content.valid_from, content.valid_until, language),
        picture=_picture(content),
        link=content.link if content.link.startswith(("https://", "http://")) else "",
        legal=legal,
    )


def _content(edition: Edition, seats: list[Placement]) -> EditionContent:
    language = edition.language
    blocks: list[Block] = []
    if edition.editorial.strip():
        blocks.append(Editorial(editorial.to_html(edition.editorial, language)))
    if seats:
        blocks.append(Offers(tuple(_card(seat, language) for seat in seats)))
    blocks += _destination(edition, language)
    association = edition.newsletter.association
    return EditionContent(
        language=language,
        title=typeset(without_ends(edition.title), language),
        subject=merge.to_marks(typeset(without_ends(edition.subject), language)),
        preheader=merge.to_marks(typeset(without_ends(edition.preheader), language)),
        identity=Identity(
            association=association.name,
            postal_address=association.postal_address,
            why=WHY.get(language, WHY["fr"]),
            contact=association.contact_email,
        ),
        blocks=tuple(blocks),
        dateline=word_date(edition.planned_on, language),
        ornament=Picture(urljoin(settings.SITE_URL + "/", static("emails/olive.png")), "", 180, 48),
    )


def _card(seat: Placement, language: str) -> OfferCard:
    return card_of(seat.revision, seat.offer.member, key=str(seat.offer_id), language=language)


def _destination(edition: Edition, language: str) -> list[Block]:
    """Return a block for each partner whose lines have a seat in the edition."""
    seats = edition.destination.select_related("contribution__consultation__partner")
    lines: dict[str, list[DestinationLine]] = {}
    for seat in seats.order_by("contribution__consultation__partner__name", "contribution__valid_from", "pk"):
        told = seat.contribution
        line = DestinationLine(
            kicker=TOLD.get(language, TOLD["fr"])[DestinationKind(told.kind)],
            title=typeset(without_ends(told.title), language),
            text=typeset(told.text, language),
            where=typeset(without_ends(told.where), language),
            dates=word_dates(told.valid_from, told.valid_until, language),
            link=told.link if told.link.startswith(("https://", "http://")) else "",
        )
        lines.setdefault(told.consultation.partner.name, []).append(line)
    heading, see = TOLD_BY.get(language, TOLD_BY["fr"]), LEARN_MORE.get(language, LEARN_MORE["fr"])
    return [
        Destination(partner, heading.format(typeset(without_ends(partner), language)), tuple(told), see)
        for partner, told in lines.items()
    ]


def _seat(placement: Placement) -> seating.Seat:
    return seating.Seat(
        title=placement.revision.title,
        state=OfferState(placement.offer.state),
        valid_until=placement.revision.valid_until,
        newer=placement.has_newer,  # type: ignore[attr-defined]
    )


def _with_phone(content: OfferContent, member: Member, language: str) -> str:
    """Return the offer's text; where no link leads on, the member's phone does."""
    if content.link or not member.phone:
        return content.text
    return f"{content.text}\n{PHONE.get(language, PHONE['fr'])} {member.phone}"


def _picture(content: OfferContent) -> Picture | None:
    if not (content.image and content.image_width and content.image_height):
        return None
    name, width, height = pictures.card(content.image.name or "", content.image_width, content.image_height)
    url = urljoin(settings.SITE_URL + "/", content.image.storage.url(name))
    return Picture(url, content.image_alt, width, height)


def _speaks_of_alcohol(content: OfferContent, member: Member) -> bool:
    return member.category == Category.WINE_ESTATE or Interest.WINE in content.interests


def _unknown_fields(edition: Edition) -> list[Finding]:
    typed = (("subject", edition.subject), ("preheader", edition.preheader), ("editorial", edition.editorial))
    return [
        Finding(Severity.BLOCKING, "unknown_merge_field", where, (name,))
        for where, text in typed
        for name in merge.unknown(text)
    ]
