"""The operation of a story's folder, told by the same verbs as the screens: consulted, called, partly answered."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from newsletter import calls, consultation, offers, operations
from newsletter.core import operation_story
from newsletter.core.consultation import Line, Opinion
from newsletter.core.operation import OperationState, Wanted
from newsletter.core.operation_story import AnswerRow, OperationFile
from newsletter.core.quotas import By
from newsletter.core.review import OfferState
from newsletter.core.story import StoryFault
from newsletter.models import Call, Consultation, Newsletter, Operation, Partner, User
from newsletter.operations import Brief
from newsletter.story import Gazetteer, read

OPERATION = "operation.toml"
# How long ago the story's steps were: asked, called, reminded.
ASKED, CALLED = timedelta(days=12), timedelta(days=5)


@transaction.atomic
def tell(folder: Path, newsletter: Newsletter, *, by: User | None, now: datetime) -> Operation:
    """Consult the partners of the file, open the call and let its members answer; what is there already stays."""
    told = operation_story.operation(read(folder / OPERATION), OPERATION, today=timezone.localdate(now))
    known = newsletter.operations.filter(theme=told.theme).first()
    if known is not None:
        return known
    closes_at = timezone.make_aware(datetime.combine(told.closes_on, time(23, 59)))
    said = Brief(
        theme=told.theme,
        brief=told.brief.strip(),
        valid_from=told.valid_from,
        valid_until=told.valid_until,
        opens_at=None,
        closes_at=closes_at,
        wanted=tuple(_wanted(told)),
        editions=told.editions,
    )
    operation = operations.begin(newsletter, said, by=by, now=now - ASKED)
    _consult(operation, told, by=by, now=now - ASKED)
    calls.open_call(operation, by=by, now=now - CALLED)
    answered = {one.call.member.name: one.call for one in calls.with_answers(operation)}
    for row in told.answers:
        call = answered.get(row.member)
        if call is None:
            raise row.line.wrong(StoryFault.UNKNOWN_MEMBER, "member", row.member)
        _answer(call, row, operation, by=by, now=now - timedelta(days=1))
    return operation


def _wanted(told: OperationFile) -> Iterator[Wanted]:
    """Yield what is wanted; a commune under the code that tells it from its namesakes."""
    gazetteer = Gazetteer()
    for row in told.wanted:
        of_commune = row.wish.by is By.COMMUNE
        yield replace(row.wish, key=gazetteer.find(row.wish.key, row.line).insee) if of_commune else row.wish


def _consult(operation: Operation, told: OperationFile, *, by: User | None, now: datetime) -> None:
    partners = {
        row.name: consultation.add_partner(name=row.name, kind=row.kind, email=row.email, language="fr", now=now)
        for row in told.partners
        if not Partner.objects.filter(email__iexact=row.email).exists()
    } or {partner.name: partner for partner in Partner.objects.all()}
    consultation.consult(operation, partners.values(), by=by, now=now)
    asked = {
        one.partner.name: one for one in Consultation.objects.filter(operation=operation).select_related("partner")
    }
    for one in asked.values():
        one.operation = operation
    later = now + timedelta(days=2)
    named = [(one.line, one.partner) for one in told.remarks] + [(one.line, one.partner) for one in told.destination]
    for line, name in named:
        if name not in asked:
            raise line.wrong(StoryFault.BAD_NAME, "partner", name)
    for row in told.remarks:
        said_of = Line("brief", row.said_of)
        said = consultation.remark(
            asked[row.partner], opinion=row.opinion, words=row.words, line=said_of.key, lines=[said_of], now=later
        )
        if row.answer:
            consultation.answer(said, words=row.answer, by=by, now=later + timedelta(days=1))
    for partner in told.partners:
        if partner.opinion is not None:
            consultation.remark(asked[partner.name], opinion=Opinion(partner.opinion), words=partner.words, now=later)
    for place in told.destination:
        contribution = consultation.contribute(
            asked[place.partner],
            now=later,
            kind=place.kind,
            title=place.title,
            text=place.text,
            where=place.where,
            link="",
            valid_from=place.first,
            valid_until=place.last,
        )
        if place.accepted:
            consultation.accept(contribution, by=by, now=later)
    assert operation.state == OperationState.CONSULTING


def _answer(call: Call, row: AnswerRow, operation: Operation, *, by: User | None, now: datetime) -> None:
    if row.declined:
        calls.decline(call, now=now)
        return
    first = call.member.people.select_related("user").order_by("pk").first()
    person = first.user if first else None
    offer = offers.edit(
        call.offer,
        by=person,
        now=now,
        title=row.title,
        text=row.text,
        price_kind="fixed" if row.price is not None else "on_request",
        price=row.price,
        price_unit=row.unit or "",
        valid_from=operation.valid_from,
        valid_until=operation.valid_until,
        link=call.member.website,
        interests=[interest.value for interest in row.interests],
        publics=[public.value for public in row.publics],
        access=[access.value for access in row.access],
        booking_phone=row.booking_phone,
    )
    offers.submit(offer, by=person, now=now)
    if row.state is OfferState.APPROVED and by is not None:
        offers.approve(offer, by=by, now=now + timedelta(hours=2))
