"""One of everything that has an address, and the people who may stand before it."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from audiences import links
from audiences.models import Segment
from campaigns import arrivals, inbox, schedule, sealing
from campaigns import links as redirects
from campaigns.core.parking import Problem
from campaigns.models import ParkedMail, TestMail
from campaigns.sealing import Kept
from newsletter import calendar, calls, catalogue, consultation, invitations, members, offers, signin
from newsletter.core.consultation import Opinion
from newsletter.core.review import OfferState
from newsletter.core.roles import Role
from newsletter.models import (
    Listing,
)
from tests import feeds, make
from tests.audiences.files import received

DESTINATION: consultation.DestinationWords = {
    "kind": "market",
    "title": "Marché de Noël",
    "text": "Soixante étals.",
    "where": "Place du Micocoulier",
    "link": "https://marche.example/",
    "valid_from": date(2026, 12, 5),
    "valid_until": date(2099, 1, 1),
}


def build() -> dict[str, Any]:
    people = {name: make.user(f"{name}@alpilles.example", name=name.title()) for name in ("owner", "other")}
    people |= {role.value: make.holder(role, f"{role}@alpilles.example") for role in Role}
    mas = make.member(person=people["owner"])
    make.member(person=people["other"])
    make.approved(member=mas, title="Noël au moulin", valid_until=timezone.localdate() + timedelta(days=9))
    row = catalogue.stage(feeds.flux(feeds.poi()), name="flux.zip", by=people["board"], now=timezone.now())
    catalogue.take_in(feeds.export(feeds.object_()), name="export.zip", by=None, now=timezone.now())
    members.note_paid(mas, year=2026, paid_on=timezone.localdate(), by=None, now=timezone.now())
    letter = make.newsletter()
    reader = make.reader(of=letter)
    placed = make.approved()
    locked = make.locked_edition(newsletter=letter)
    offer = make.offer(member=mas)
    answered = make.offer(OfferState.SUBMITTED)
    offers.approve(answered, by=people["board"], now=timezone.now(), tell=True)
    invited = invitations.invite(offer, by=people["board"], now=timezone.now())
    token = signin.issue(people["other"], now=timezone.now())
    assert token
    subscription = reader.subscriptions.get()
    subscription.asked_at = timezone.now()
    subscription.save()
    linked = make.approved(link="https://moulin.example/")
    sending = make.running(make.locked_edition(linked, newsletter=letter))
    [doubtful] = make.settled(sending, "in_doubt")
    operation = make.operation(closes_at=timezone.now() + timedelta(days=3), valid_until=date(2099, 1, 1))
    asked = make.consulted(operation)
    remark = consultation.remark(asked, opinion=Opinion.RESERVE, words="Et nous ?", now=timezone.now())
    told = consultation.contribute(asked, now=timezone.now(), **DESTINATION)
    calls.open_call(operation, by=None, now=timezone.now())
    called = make.call_of(operation, mas)
    draft = schedule.plan(locked, [], starts_at=None, by=None)
    tested = arrivals.ask(draft, address="", by=people["board"], now=timezone.now())
    TestMail.objects.filter(pk=tested.pk).update(state="sent", sealed=sealing.seal(Kept.TEST, b"From: x\r\n\r\n"))
    inbox.park(b"From: x@olea.example\r\n\r\n?", Problem.NOT_UNDERSTOOD, now=timezone.now())
    return people | {
        "member": mas.pk,
        "member_slug": mas.slug,
        "svg": "svg",
        "owner_pk": people["owner"].pk,
        "other_pk": people["other"].pk,
        "import": row.pk,
        "file": received("lea@lavande.example", newsletter=letter).pk,
        "listing": Listing.objects.get().pk,
        "offer": offer.pk,
        "waiting": make.offer(OfferState.SUBMITTED).pk,
        "answer": answered.moves.get().pk,
        "placed": placed.pk,
        "edition": make.edition(placed, newsletter=letter).pk,
        "locked": locked.pk,
        "locked_slug": locked.slug,
        "slug": letter.slug,
        "provider": "brevo",
        "reader": reader.pk,
        "segment": Segment.objects.create(name="Tous", tree={"all": []}).pk,
        "campaign": draft.pk,
        "test_mail": tested.pk,
        "parked": ParkedMail.objects.get().pk,
        "sending": sending.pk,
        "doubtful": doubtful.pk,
        "agenda": calendar.address_token(people["board"]),
        "year": timezone.localdate().year + 1,
        "shipped": "messe-de-minuit",
        "feast": make.feast().pk,
        "feed": make.feed().pk,
        "operation": operation.pk,
        "planned": operation.planned.get().pk,
        "call": called.pk,
        "called": invitations.token_of(called.invitation),
        "partner": consultation.token_of(asked),
        "remark": remark.pk,
        "contribution": told.pk,
        "sign_in": token.link,
        "again": token.again,
        "demo": signin.demo_token(people["other"], "/espace/"),
        "invitation": invitations.token_of(invited),
        "way_in": invitations.invite(offer, by=people["board"], now=timezone.now()).pk,
        "confirm": links.confirm_url(links.Ask(subscription.pk, subscription.asked_at)).split("/")[-2],
        "unsubscribe": links.unsubscribe_url(letter.pk, bytes(reader.address_key)).split("/")[-1],
        "preferences": links.preferences_url(letter.pk, bytes(reader.address_key)).split("/")[-2],
        "stay": links.stay_url(letter.pk, bytes(reader.address_key)).split("/")[-2],
        "my_data": links.data_url(links.DataAsk(bytes(reader.address_key), timezone.now())).split("/")[-2],
        "unmeasure": links.unmeasure_url(letter.pk, bytes(reader.address_key)).split("/")[-2],
        "click": redirects.own_ways([doubtful.pk])[0].click.split("/")[-1],
        "pixel": redirects.own_ways([doubtful.pk])[0].opened.split("/")[-1].removesuffix(".gif"),
        "shared": redirects.shared_url(sending.pk, 1).split("/")[-1],
        "first": 1,
    }
