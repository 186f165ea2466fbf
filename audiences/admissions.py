"""Readers who come in a file: only with a consent that someone answers for, and never over a no."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from audiences import ledger
from audiences.core import profile
from audiences.core.address import Address, BadAddress, parse
from audiences.core.consent import Act, CustomerKind, Method, Purpose, Said, SubscriptionState, stands
from audiences.core.segment import Came
from audiences.keys import key_of
from audiences.ledger import Saying
from audiences.models import Consent, Subscriber, Subscription, Suppression
from newsletter.models import Newsletter, Place

BATCH = 2000


@dataclass(frozen=True)
class ConsentSource:
    """Where a reader's consent comes from: how it was given, a name that can be looked up, and when."""

    method: Method
    source: str
    at: datetime
    wording: str = ""
    actor: int | None = None


@dataclass(frozen=True)
class Newcomer:
    """One line of a file of readers."""

    address: str
    first_name: str = ""
    language: str = "fr"
    commune: str = ""
    interests: tuple[str, ...] = ()
    kind: CustomerKind = CustomerKind.DIRECT
    tracking: bool = False
    consent: ConsentSource | None = None


@dataclass(frozen=True)
class Refusal:
    """Which of the lines, counted from 0, and why."""

    index: int
    code: str


@dataclass(frozen=True)
class Admission:
    """What became of a file: new readers, readers who were there already, and lines that were refused."""

    admitted: int
    known: int
    refused: tuple[Refusal, ...] = ()


class Refused(ValueError):
    """This one reader was not admitted; the code says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class _Candidate:
    index: int
    key: bytes
    parsed: Address
    row: Newcomer
    consent: ConsentSource
    interests: tuple[str, ...]


@transaction.atomic
def admit(
    newsletter: Newsletter,
    *,
    address: str,
    first_name: str = "",
    language: str = "fr",
    commune: str = "",
    interests: Iterable[str] = (),
    kind: CustomerKind = CustomerKind.DIRECT,
    tracking: bool = False,
    consent: ConsentSource | None,
    now: datetime,
) -> Subscription:
    """Admit one reader with a consent source and return the subscription; Refused says why not."""
    row = Newcomer(address, first_name, language, commune, tuple(interests), kind, tracking)
    admission = admit_many(newsletter, [row], consent=consent, now=now)
    if admission.refused:
        raise Refused(admission.refused[0].code)
    return Subscription.objects.get(newsletter=newsletter, subscriber__address_key=key_of(address))


@transaction.atomic
def admit_many(
    newsletter: Newsletter, rows: Iterable[Newcomer], *, consent: ConsentSource | None = None, now: datetime
) -> Admission:
    """Admit readers by the thousand; a line's own consent goes before the common one.

    Refused, by index: no or future consent source, bad address, unknown commune, interest or language,
    suppressed addresses, and people who withdrew after the consent that the file shows.
    Whoever is subscribed already stays exactly as they are, so the same file again changes nothing.
    """
    refused: list[Refusal] = []
    candidates: dict[bytes, _Candidate] = {}
    total = 0
    for index, row in enumerate(rows):
        total += 1
        candidate = _candidate(index, row, row.consent or consent, now)
        if isinstance(candidate, Refusal):
            refused.append(candidate)
        else:
            candidates.setdefault(candidate.key, candidate)
    wanted = {candidate.row.commune for candidate in candidates.values()} - {""}
    departments = dict(Place.objects.filter(insee__in=wanted).values_list("insee", "department"))
    departments[""] = ""
    admitted = 0
    for batch in _batches(list(candidates.values())):
        admitted += _admit_batch(newsletter, batch, departments, refused, now)
    refused.sort(key=lambda refusal: refusal.index)
    return Admission(admitted, total - admitted - len(refused), tuple(refused))


def _candidate(index: int, row: Newcomer, consent: ConsentSource | None, now: datetime) -> _Candidate | Refusal:
    if consent is None or not consent.source.strip():
        return Refusal(index, "no_consent")
    if consent.at > now:
        return Refusal(index, "consent_in_future")
    try:
        parsed = parse(row.address)
        profile.language(row.language)
        liked = tuple(profile.interests(row.interests))
    except (BadAddress, profile.BadProfile) as wrong:
        return Refusal(index, str(wrong.code))
    return _Candidate(index, key_of(parsed), parsed, row, consent, liked)


def _admit_batch(
    newsletter: Newsletter,
    batch: Sequence[_Candidate],
    departments: dict[str, str],
    refused: list[Refusal],
    now: datetime,
) -> int:
    keys = [candidate.key for candidate in batch]
    # Locked first and read afterwards: whoever leaves meanwhile is either seen or waits.
    known = {
        bytes(subscriber.address_key): subscriber
        for subscriber in Subscriber.objects.select_for_update().filter(address_key__in=keys).order_by("address_key")
    }
    standing = {
        bytes(key): subscription
        for subscription in Subscription.objects.select_for_update(of=("self",))
        .filter(newsletter=newsletter, subscriber__address_key__in=keys)
        .select_related("subscriber")
        for key in [subscription.subscriber.address_key]
    }
    suppressed = {
        bytes(key) for key in Suppression.objects.filter(address_key__in=keys).values_list("address_key", flat=True)
    }
    said = ledger.lines_of(newsletter, keys)
    welcome: list[_Candidate] = []
    for candidate in batch:
        subscription = standing.get(candidate.key)
        if candidate.key in suppressed:
            refused.append(Refusal(candidate.index, "suppressed"))
        elif subscription is not None and subscription.state == SubscriptionState.CONFIRMED:
            continue
        elif candidate.row.commune not in departments:
            refused.append(Refusal(candidate.index, "unknown_commune"))
        elif not stands([*said[candidate.key, Purpose.NEWSLETTER], Said(Act.GIVEN, candidate.consent.at)]):
            refused.append(Refusal(candidate.index, "withdrawn"))
        else:
            welcome.append(candidate)
    strangers = [candidate for candidate in welcome if candidate.key not in known]
    created = Subscriber.objects.bulk_create(
        [_subscriber(candidate, departments[candidate.row.commune]) for candidate in strangers]
    )
    known |= {bytes(subscriber.address_key): subscriber for subscriber in created}
    _subscribe(newsletter, welcome, known, standing)
    Consent.objects.bulk_create(
        [line for candidate in welcome for line in _lines(newsletter, candidate, said)], batch_size=BATCH
    )
    return len(welcome)


def _subscribe(
    newsletter: Newsletter,
    welcome: Sequence[_Candidate],
    known: dict[bytes, Subscriber],
    standing: dict[bytes, Subscription],
) -> None:
    fresh = []
    for candidate in welcome:
        subscription = standing.get(candidate.key)
        if subscription is None:
            subscription = Subscription(newsletter=newsletter, subscriber=known[candidate.key])
            fresh.append(subscription)
        subscription.state = SubscriptionState.CONFIRMED.value
        subscription.confirmed_at = candidate.consent.at
        subscription.tracking = candidate.row.tracking
        if subscription.pk:
            subscription.save(update_fields=["state", "confirmed_at", "tracking"])
    Subscription.objects.bulk_create(fresh)


def _subscriber(candidate: _Candidate, department: str) -> Subscriber:
    row = candidate.row
    return Subscriber(
        address=candidate.parsed.shown,
        address_key=candidate.key,
        first_name=profile.first_name(row.first_name),
        language=row.language,
        commune=row.commune,
        department=department,
        interests=list(candidate.interests),
        kind=row.kind.value,
        subscribed_on=timezone.localdate(candidate.consent.at),
        came_by=(Came.BOARD if candidate.consent.method is Method.ADMIN else Came.FILE).value,
    )


def _lines(
    newsletter: Newsletter, candidate: _Candidate, said: dict[tuple[bytes, Purpose], list[Said]]
) -> Iterator[Consent]:
    consent = candidate.consent
    saying = Saying(consent.method, consent.source, candidate.row.language, consent.wording, "", consent.actor)
    for purpose in (Purpose.NEWSLETTER, *([Purpose.TRACKING] if candidate.row.tracking else [])):
        if not stands(said.get((candidate.key, purpose), [])):
            yield ledger.line(newsletter, candidate.key, purpose, Act.GIVEN, saying, at=consent.at)


def _batches(candidates: Sequence[_Candidate]) -> Iterator[Sequence[_Candidate]]:
    for start in range(0, len(candidates), BATCH):
        yield candidates[start : start + BATCH]
