"""Builders: say only what the test is about, the rest is the Alpilles in winter."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.contrib.auth.models import Permission

from audiences.core.consent import SubscriptionState
from audiences.keys import key_of
from audiences.models import Segment, Subscriber, Subscription
from campaigns import chunks, enqueuing, schedule
from campaigns.models import Campaign, Delivery
from newsletter import calls, consultation
from newsletter.core.consultation import PartnerKind
from newsletter.core.interests import Category
from newsletter.core.operation import OperationState
from newsletter.core.review import OfferState
from newsletter.core.roles import Role, held
from newsletter.models import (
    Association,
    CalendarFeed,
    Call,
    Consultation,
    Edition,
    Feast,
    Member,
    MemberPerson,
    Newsletter,
    Offer,
    OfferMove,
    OfferRevision,
    Operation,
    OperationWish,
    Partner,
    Place,
    Placement,
    PlannedEdition,
    User,
)
from newsletter.models.offer import OfferContent

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
TODAY = NOON.date()
SENDING_DAY = date(2026, 12, 1)

_next = count(1)


def user(email: str = "", **fields: Any) -> User:
    return User.objects.create_user(email or f"personne{next(_next)}@alpilles.example", **fields)


def board_member(email: str = "", **fields: Any) -> User:
    person = user(email, **fields)
    board = Permission.objects.get(codename="board", content_type__app_label="newsletter")
    person.user_permissions.add(board)
    return person


def holder(role: Role, email: str = "", **fields: Any) -> User:
    """Someone with this role."""
    person = user(email, **fields)
    person.user_permissions.set(
        Permission.objects.filter(codename__in=held(role), content_type__app_label="newsletter")
    )
    return person


def place(name: str = "Maussane-les-Alpilles", **fields: Any) -> Place:
    insee = fields.pop("insee", f"{13000 + next(_next):05d}")
    defaults = {
        "department": "13",
        "region": "93",
        "postcodes": ["13520"],
        "population": 2200,
        "latitude": 43.72,
        "longitude": 4.8,
        "exact": True,
    }
    return Place.objects.create(insee=insee, name=name, **{**defaults, **fields})


def member(name: str = "", *, person: User | None = None, **fields: Any) -> Member:
    number = next(_next)
    fields.setdefault("category", Category.OLIVE_MILL)
    fields.setdefault("joined_on", date(2020, 1, 1))
    if "commune" not in fields:
        fields["commune"] = Place.objects.first() or place()
    made = Member.objects.create(name=name or f"Moulin {number}", slug=f"membre-{number}", **fields)
    if person is not None:
        MemberPerson.objects.create(member=made, user=person)
    return made


def offer(state: OfferState = OfferState.DRAFT, **fields: Any) -> Offer:
    """An offer in this state; one that was ever approved has its revision."""
    number = next(_next)
    fields.setdefault("title", f"Huile nouvelle {number}")
    fields.setdefault("text", "À déguster au moulin.")
    fields.setdefault("valid_from", TODAY)
    fields.setdefault("valid_until", TODAY + timedelta(days=40))
    if "member" not in fields:
        fields["member"] = member()
    if state is OfferState.SUBMITTED:
        fields.setdefault("submitted_at", NOON - timedelta(days=1))
    made = Offer.objects.create(state=state, **fields)
    if state is OfferState.APPROVED:
        revision(made)
    return made


def approved(**fields: Any) -> Offer:
    return offer(OfferState.APPROVED, **fields)


def revision(of: Offer, **changes: Any) -> OfferRevision:
    """The next approved revision of an offer, as it now is but for these changes."""
    content = {field.name: getattr(of, field.name) for field in OfferContent._meta.fields}
    return OfferRevision.objects.create(
        offer=of, number=of.revisions.count() + 1, approved_at=NOON, **{**content, **changes}
    )


def newsletter(**fields: Any) -> Newsletter:
    association, _ = Association.objects.get_or_create(
        name="Les Professionnels des Alpilles",
        defaults={
            "postal_address": "1 place de la Mairie, 13520 Maussane-les-Alpilles",
            "contact_email": "bonjour@alpilles.example",
        },
    )
    defaults = {
        "name": "La lettre des Alpilles",
        "slug": f"lettre-{next(_next)}",
        "sender_name": "Les Professionnels des Alpilles",
        "sender_email": "lettre@alpilles.example",
    }
    return Newsletter.objects.create(association=association, **{**defaults, **fields})


def edition(*placed: Offer, **fields: Any) -> Edition:
    """An open edition, ready to be locked if an offer is placed."""
    number = next(_next)
    fields.setdefault("title", f"Fêtes en Alpilles {number}")
    fields.setdefault("slug", f"fetes-{number}")
    fields.setdefault("subject", "Noël en Alpilles")
    fields.setdefault("preheader", "Nos adresses pour les fêtes")
    fields.setdefault("planned_on", SENDING_DAY)
    if "newsletter" not in fields:
        fields["newsletter"] = Newsletter.objects.first() or newsletter()
    made = Edition.objects.create(**fields)
    for position, one in enumerate(placed, start=1):
        Placement.objects.create(edition=made, offer=one, revision=one.revisions.latest("number"), position=position)
    return made


def locked_edition(*placed: Offer, **fields: Any) -> Edition:
    made = edition(*(placed or (approved(),)), **fields)
    made.locked_at, made.content_hash = NOON, "0" * 64
    made.save()
    return made


def feast(title: str = "Foire aux santons", **fields: Any) -> Feast:
    """A feast of the board's own, on one day of this winter."""
    fields.setdefault("first_day", date(2026, 12, 12))
    fields.setdefault("last_day", fields["first_day"])
    return Feast.objects.create(title=title, entered_at=NOON, **fields)


def feed(**fields: Any) -> CalendarFeed:
    """A calendar that is followed and was not read yet."""
    fields.setdefault("url", f"https://www.ville{next(_next)}.example/agenda.ics")
    fields.setdefault("name", "Agenda de la ville")
    fields.setdefault("due_at", NOON)
    return CalendarFeed.objects.create(subscribed_at=NOON, **fields)


def reader(address: str = "", *, of: Newsletter | None = None, **fields: Any) -> Subscriber:
    """Someone who confirmed that they want the letter."""
    number = next(_next)
    address = address or f"lecteur{number}@boite.example"
    fields.setdefault("first_name", "Jeanne")
    fields.setdefault("subscribed_on", TODAY)
    monthly, tracking = fields.pop("monthly", False), fields.pop("tracking", False)
    made = Subscriber.objects.create(address=address, address_key=key_of(address), **fields)
    Subscription.objects.create(
        newsletter=of or Newsletter.objects.first() or newsletter(),
        subscriber=made,
        state=SubscriptionState.CONFIRMED,
        confirmed_at=NOON,
        monthly=monthly,
        tracking=tracking,
    )
    return made


def readers(count: int, **fields: Any) -> list[Subscriber]:
    return [reader(**fields) for _ in range(count)]


def planned(
    edition: Edition | None = None, *segments: Segment, starts_at: datetime | None = None, by: User | None = None
) -> Campaign:
    """A campaign in draft: for these segments, or for everyone."""
    return schedule.plan(edition or locked_edition(), segments, starts_at=starts_at, by=by)


def launched(edition: Edition | None = None, *segments: Segment, now: datetime = NOON) -> Campaign:
    """A campaign whose minute of grace is over when the clock stands at `now`."""
    edition = edition or locked_edition()
    campaign = schedule.plan(edition, segments, starts_at=None, by=None)
    return schedule.launch(campaign, by=None, now=now - timedelta(seconds=60), confirm_late=True)


def running(edition: Edition | None = None, *segments: Segment, now: datetime = NOON) -> Campaign:
    """A campaign whose audience is frozen and whose messages wait."""
    campaign = launched(edition, *segments, now=now)
    schedule.start_due(now=now)
    enqueuing.enqueue(campaign, now=now)
    campaign.refresh_from_db()
    return campaign


def settled(campaign: Campaign, *states: str, finished: bool = True, **fields: Any) -> list[Delivery]:
    """The first rows of a running campaign in these states, counted by their chunks; then it is finished."""
    at = campaign.enqueued_at or NOON
    rows = list(Delivery.objects.filter(campaign=campaign).order_by("position")[: len(states)])
    for row, state in zip(rows, states, strict=True):
        told: dict[str, Any] = {"sent": {"reply_code": 250}, "failed": {"reply_code": 550, "reason": "transient"}}
        said = {"attempts": 1, "armed_at": at, "settled_at": at, **told.get(state, {}), **fields}
        Delivery.objects.filter(pk=row.pk).update(state=state, **said)
    for chunk in campaign.chunks.all():
        inside = Delivery.objects.filter(campaign=campaign, position__range=(chunk.first, chunk.last))
        for state in chunks.STATES:
            setattr(chunk, state, inside.filter(state=state).count())
        chunk.save()
    if finished:
        schedule.finish_done(now=at)
    campaign.refresh_from_db()
    return list(Delivery.objects.filter(campaign=campaign).order_by("position")[: len(states)])


def operation(
    state: OperationState = OperationState.DRAFT,
    *,
    places: int = 3,
    send_on: tuple[date, ...] = (date(2026, 12, 10),),
    wanted: dict[Category | Place, tuple[int, int | None]] | None = None,
    **fields: Any,
) -> Operation:
    """An operation whose call would close five days from noon, with an edition of three places."""
    defaults: dict[str, Any] = {
        "theme": f"L’hiver au coin du feu {next(_next)}",
        "brief": "Le feu, la table.\nRien de cher.",
        "valid_from": date(2026, 12, 5),
        "valid_until": date(2027, 1, 6),
        "closes_at": NOON + timedelta(days=5),
        "created_at": NOON,
    }
    if state is OperationState.SCHEDULED:
        defaults["opens_at"] = NOON + timedelta(days=1)
    if "newsletter" not in fields:
        fields["newsletter"] = Newsletter.objects.first() or newsletter()
    made = Operation.objects.create(state=state, **{**defaults, **fields})
    for day in send_on:
        PlannedEdition.objects.create(operation=made, send_on=day, places=places)
    for what, (least, most) in (wanted or {}).items():
        of = {"commune": what} if isinstance(what, Place) else {"category": what}
        OperationWish.objects.create(operation=made, at_least=least, at_most=most, **of)
    return made


def calling(*called: Member, now: datetime = NOON, **fields: Any) -> Operation:
    """An operation whose call is open to all its fitting members."""
    made = operation(**fields)
    for one in called:
        assert one.is_active
    calls.open_call(made, by=None, now=now)
    return made


def call_of(operation: Operation, member: Member) -> Call:
    return Call.objects.select_related("operation", "member", "offer", "invitation").get(
        operation=operation, member=member
    )


def answered(call: Call, state: OfferState = OfferState.APPROVED, *, at: datetime = NOON, **fields: Any) -> Offer:
    """The member has sent the offer of a call, and the board has brought it into this state."""
    said = {
        "title": f"Au coin du feu {call.pk}",
        "text": "Une soupe, du pain.",
        "valid_from": date(2026, 12, 5),
        "valid_until": date(2027, 1, 6),
    }
    Offer.objects.filter(pk=call.offer_id).update(state=state, submitted_at=at, **{**said, **fields})
    offer = Offer.objects.get(pk=call.offer_id)
    OfferMove.objects.create(offer=offer, move="submit", was="draft", became="submitted", at=at)
    if state is OfferState.APPROVED:
        revision(offer)
    return offer


def partner(name: str = "", **fields: Any) -> Partner:
    number = next(_next)
    fields.setdefault("email", f"office{number}@alpilles.example")
    fields.setdefault("kind", PartnerKind.TOURIST_OFFICE)
    return Partner.objects.create(name=name or f"Office de tourisme {number}", added_at=NOON, **fields)


def consulted(operation: Operation, asked: Partner | None = None) -> Consultation:
    """A partner who was asked about an operation."""
    asked = asked or partner()
    consultation.consult(operation, [asked], by=None, now=NOON)
    return Consultation.objects.select_related("operation", "partner").get(operation=operation, partner=asked)
