"""From rows to EditionContent: what an edition says, and what is wrong with it."""

from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.templatetags.static import static

from newsletter import pictures, rendering
from newsletter.core import editorial, legal, merge, preflight, seating
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
from newsletter.core.preflight import Finding, Severity
from newsletter.core.review import OfferState
from newsletter.core.wording import typeset, word_access, word_category, word_date, word_dates, word_money, word_price
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
TOLD_BY = {"fr": "Dans la destination · {0}", "en": "In the destination · {0}"}
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


def content_of(edition: Edition, size: pictures.Size = pictures.Size.MAIL) -> EditionContent:
    """Return all that the edition says, as frozen values; offers speak by their approved revision."""
    return _content(edition, list(seated(edition)), size)


def examine(edition: Edition) -> Examined:
    """Typeset the edition and look for whatever is wrong with it."""
    seats = list(seated(edition))
    content = _content(edition, seats)
    rendered = rendering.render(content)
    findings = [
        *_unknown_fields(edition),
        *seating.look_at_seats((_seat(seat, edition.language) for seat in seats), edition.planned_on),
        *preflight.look(content, len(rendered.html.encode())),
    ]
    findings.sort(key=lambda finding: finding.severity is not Severity.BLOCKING)
    return Examined(tuple(seats), content, rendered, tuple(findings))


def card_of(
    content: OfferContent,
    member: Member,
    *,
    key: str,
    language: str = "fr",
    size: pictures.Size = pictures.Size.MAIL,
) -> OfferCard:
    """Return an offer or a revision of it as it is printed, with price and dates in words."""
    text = content.text_in(language)
    return OfferCard(
        key=key,
        title=typeset(content.title_in(language), language),
        text=typeset(text, language),
        member_name=member.name,
        commune=member.commune.name,
        category=word_category(member.category, language),
        price=word_price(content.price_kind, content.price, content.price_unit, language),
        was=word_money(content.price_was, language) if _may_strike(content) and content.price_was else "",
        dates=word_dates(content.valid_from, content.valid_until, language),
        # where no link leads on, a telephone does
        phone=content.booking_phone or ("" if content.link else member.phone),
        access=word_access(content.access, language),
        picture=_picture(content, size),
        link=content.link if content.link.startswith(("https://", "http://")) else "",
        legal=_notices(content.claims(member.category), text, language),
    )


def _content(edition: Edition, seats: list[Placement], size: pictures.Size = pictures.Size.MAIL) -> EditionContent:
    language = edition.language
    blocks: list[Block] = []
    if edition.editorial.strip():
        blocks.append(Editorial(editorial.to_html(edition.editorial, language)))
    if seats:
        blocks.append(Offers(tuple(_card(seat, language, size) for seat in seats)))
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


def _card(seat: Placement, language: str, size: pictures.Size) -> OfferCard:
    return card_of(seat.revision, seat.offer.member, key=str(seat.offer_id), language=language, size=size)


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
            key=str(told.pk),
            legal=_notices(legal.Claims(title=told.title, text=told.text), told.text, language),
        )
        lines.setdefault(told.consultation.partner.name, []).append(line)
    heading, see = TOLD_BY.get(language, TOLD_BY["fr"]), LEARN_MORE.get(language, LEARN_MORE["fr"])
    return [
        Destination(partner, heading.format(typeset(without_ends(partner), language)), tuple(told), see)
        for partner, told in lines.items()
    ]


def _seat(placement: Placement, language: str) -> seating.Seat:
    revision = placement.revision
    return seating.Seat(
        title=revision.title,
        state=OfferState(placement.offer.state),
        valid_until=revision.valid_until,
        newer=placement.has_newer,  # type: ignore[attr-defined]
        untranslated=language.startswith("en") and revision.untranslated,
        remarks=tuple(legal.remarks(revision.claims(placement.offer.member.category))),
        suspended=not placement.offer.member.is_active,
    )


def _picture(content: OfferContent, size: pictures.Size) -> Picture | None:
    if not (content.image and content.image_width and content.image_height):
        return None
    kept = pictures.Kept(
        content.image.name or "", content.image_width, content.image_height, content.focus_x, content.focus_y
    )
    shown = pictures.card(kept, size)
    url = urljoin(settings.SITE_URL + "/", content.image.storage.url(shown.name))
    return Picture(url, content.image_alt, shown.width, shown.height)


def _notices(claims: legal.Claims, text: str, language: str) -> tuple[str, ...]:
    """Return what the law has printed under an offer or a partner's line; what stands there already is not repeated."""
    if not legal.bears_notice(claims) or legal.says_notice(text):
        return ()
    return (ALCOHOL.get(language, ALCOHOL["fr"]),)


def _may_strike(content: OfferContent) -> bool:
    """Return whether its former price may be shown: a draft is previewed before it is right."""
    return not legal.struck_fault(content.price_kind, content.price, content.price_was, content.price_lowest)


def _unknown_fields(edition: Edition) -> list[Finding]:
    typed = (("subject", edition.subject), ("preheader", edition.preheader), ("editorial", edition.editorial))
    return [
        Finding(Severity.BLOCKING, "unknown_merge_field", where, (name,))
        for where, text in typed
        for name in merge.unknown(text)
    ]
