"""One of everything, in every state that has words of its own; what people typed is everywhere the same word."""

import io
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from audiences import imports, links, readings
from audiences.core import segment as trees
from audiences.core.guessing import Column
from audiences.models import Import, Segment, Subscriber, Subscription
from campaigns import exposures, inbox, schedule
from campaigns import links as redirects
from campaigns.core.arrival import Kind
from campaigns.core.campaign import CampaignState, PauseReason
from campaigns.core.parking import TRIES, Problem
from campaigns.core.testing import State
from campaigns.models import Campaign, Chunk, Delivery, Link, LinkCount, ParkedMail, TestMail
from campaigns.words import REASONS
from newsletter import calendar, calls, catalogue, consultation, invitations, members, offers, roles, selecting, signin
from newsletter.calendar_words import FAILURES
from newsletter.core.calendar.feasts import Returns
from newsletter.core.consultation import DestinationKind, Opinion
from newsletter.core.interests import Category
from newsletter.core.operation import OperationState
from newsletter.core.review import OfferState
from newsletter.core.roles import Role
from newsletter.models import (
    Call,
    CatalogueImport,
    Consultation,
    Contribution,
    Listing,
    Member,
    OfferMove,
    Operation,
    PlannedEdition,
    Remark,
)
from tests import feeds, make

TYPED = "Olea"


class Story:
    """A mill, its offers, a board, editions, sendings and readers; everyone reads English."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.letter = make.newsletter(name=TYPED, slug="olea")
        self.member = make.user(name=TYPED, language="en")
        self.board = make.board_member(name=TYPED, language="en")
        self.admin = make.user(name=TYPED, language="en")
        arles = make.place("Arles", insee="13004", postcodes=["13200"])
        self.mill = make.member(TYPED, person=self.member, commune=arles)
        self.offers = [self.offer(state) for state in OfferState]
        self.offers.append(make.offer(member=self.mill, title="", text="", valid_from=None, valid_until=None))
        members.suspend(make.member(TYPED + " 2", person=self.member), reason=TYPED, now=self.now)
        members.note_paid(self.mill, year=2026, paid_on=make.TODAY, by=self.board, now=self.now)
        roles.grant(self.admin, Role.ADMIN, by=self.board, now=self.now)
        catalogue.take_in(feeds.flux(*self._told()), name=TYPED, by=self.board, now=self.now)
        catalogue.become(Listing.objects.filter(kind="business").latest("pk"), self.mill)
        catalogue.take_in(feeds.flux(*self._told()[:3]), name=TYPED, by=self.board, now=self.now)
        catalogue.stage(feeds.export({"id": 1}, {"id": 2, "nom": TYPED}), name=TYPED, by=self.board, now=self.now)
        self.editions = self._editions()
        self.campaigns = list(self._campaigns())
        self.test_mails = list(self._test_mails())
        for problem in Problem:
            for _ in range(TRIES):
                inbox.park(f"Subject: {problem.value}\r\n\r\n".encode(), problem, now=self.now)
        exposures.record_due(now=self.now)
        wine_near = trees.All((trees.Likes(trees.Interest.WINE), trees.Near("13004", 20)))
        questions = (wine_near, trees.Not(trees.Speaks("fr")))
        self.segments = [
            Segment.objects.create(name=f"{TYPED} {n}", tree=trees.to_json(tree)) for n, tree in enumerate(questions)
        ]
        self.reader = make.reader("olea@olea.example", of=self.letter, first_name=TYPED, language="en")
        self.asked = self._asked()
        self.operations = list(self._operations())
        self.keys = signin.issue(self.board, now=self.now)
        self.feasts = self._feasts()
        self.feeds = self._feeds()
        self.files = list(self._files())

    def _files(self) -> Iterator[Import]:
        """A file of readers at each step of its way."""
        head = f"email;{TYPED};interests;postcode;date\n"
        people = f"a@olea.example;{TYPED};golf;99999;01/01/2025\nb@olea.example;=1+1;;;2099-01-01\nnobody;;;;\n"
        statement = imports.Statement(TYPED, self.now.date(), tracking_evidence=TYPED)
        listmonk = "uuid,email,name,attributes,status,created_at,updated_at\n1,c@olea.example,Olea,{},blocklisted,,\n"
        for step, content in enumerate([head + people, listmonk, head + people, listmonk, head + people, listmonk]):
            row = imports.receive(self.letter, io.BytesIO(content.encode()), name=TYPED, by=self.board, now=self.now)
            if step > 1:
                columns = {Column(name): at for name, at in row.columns.items()}
                imports.tell(row, columns | {Column.FIRST_NAME: 1}, statement, by=self.board, now=self.now)
            if step > 2:
                readings.work(row.pk, until=self.now + timedelta(days=999))
            if step > 4:
                row.refresh_from_db()
                imports.confirm(row, by=self.board, now=self.now)
                readings.work(row.pk, until=self.now + timedelta(days=999))
            yield row

    def offer(self, state: OfferState) -> Any:
        return make.offer(
            state,
            title=TYPED,
            text=TYPED,
            member=self.mill,
            interests=["wine", "table"],
            price=24,
            price_kind="from",
            price_unit="stay",
            submitted_at=self.now,
        )

    def _told(self) -> list[dict[str, Any]]:
        """Listings whose every word is the same."""
        said = {"rdfs:label": {"fr": TYPED, "en": TYPED}, "hasBeenPublishedBy": [{"schema:legalName": TYPED}]}
        quiet = {"hasDescription": [], "isLocatedAt": [{"schema:address": [{"schema:addressLocality": TYPED}]}]}
        photos = [
            {
                "ebucore:hasRelatedResource": [{"ebucore:locator": f"https://olea.example/{n}.jpg"}],
                "ebucore:hasAnnotation": [{"ebucore:isCoveredBy": licence}],
            }
            for n, licence in enumerate(("CC BY", "by-nc-nd", ""))
        ]
        told = {**said, **quiet, "hasMainRepresentation": photos}
        place = {"@type": ["PlaceOfInterest"], "@id": f"{feeds.HOME}13/place"}
        return [
            feeds.market(**told),
            feeds.poi(1, **told),
            feeds.poi(2, **{**told, **place}),
            feeds.poi(3, **told),
        ]

    def _editions(self) -> list[Any]:
        gone, newer = self.offer(OfferState.APPROVED), self.offer(OfferState.APPROVED)
        mine = {"title": TYPED, "language": "en", "newsletter": self.letter}
        made = [
            make.edition(gone, newer, subject=TYPED, preheader="", **mine),
            make.edition(subject="", preheader="{olea}", **mine),
            make.locked_edition(self.offer(OfferState.APPROVED), subject=TYPED, preheader=TYPED, **mine),
        ]
        make.revision(newer)
        offers.withdraw(gone, by=self.member, now=self.now)
        return made

    def _campaigns(self) -> Iterator[Campaign]:
        edition = self.editions[-1]
        for state in (CampaignState.SCHEDULED, CampaignState.RUNNING, CampaignState.CANCELLED, CampaignState.FINISHED):
            yield self._campaign(state)
        for reason in PauseReason:
            yield self._campaign(CampaignState.PAUSED, pause_reason=reason.value)
        yield schedule.plan(edition, [], starts_at=None, by=self.board)

    def _campaign(self, state: CampaignState, **fields: Any) -> Campaign:
        """A sending of which every kind of fate befell two readers."""
        times = {"starts_at": self.now, "enqueued_at": self.now, "finished_at": self.now}
        made = schedule.plan(self.editions[-1], [], starts_at=None, by=self.board)
        Campaign.objects.filter(pk=made.pk).update(state=state.value, audience_size=16, **times, **fields)
        variant = made.variants.get()
        fates = dict.fromkeys(("queued", "sending", "sent", "failed", "skipped", "expired", "cancelled", "in_doubt"), 2)
        Chunk.objects.create(campaign=made, variant=variant, first=1, last=16, not_before=self.now, **fates)
        of = {"campaign": made, "variant": variant, "state": "failed"}
        Delivery.objects.bulk_create(
            Delivery(address_key=bytes([n]) * 32, position=n, reason=reason, **of) for n, reason in enumerate(REASONS)
        )
        Delivery.objects.create(address_key=b"d" * 32, position=len(REASONS), **{**of, "state": "in_doubt"})
        self._links(made)
        return made

    def _test_mails(self) -> Iterator[TestMail]:
        """A test mail in every state, and one with everything that can be found."""
        found = [[kind.value, 2, [TYPED]] for kind in Kind]
        for state in State:
            compared = self.now if state is State.ARRIVED else None
            for findings in ([], found) if compared else ([],):
                yield TestMail.objects.create(
                    campaign=self.campaigns[-1],
                    by=self.board,
                    asked_at=self.now,
                    to_us=state is State.SENT,
                    state=state.value,
                    detail=TYPED,
                    compared_at=compared,
                    pasted=True,
                    findings=findings,
                )

    def _links(self, campaign: Campaign) -> None:
        """A link of each part of a letter, counted, and one that was mended."""
        url, offer = f"https://olea.example/{TYPED}", self.editions[-1].placements.get().offer
        for position, part in enumerate(("offer", "destination", "editorial"), start=1):
            about = {"offer": offer} if part == "offer" else {}
            link = Link.objects.create(
                campaign=campaign, position=position, target=url, label=TYPED, part=part, **about
            )
            LinkCount.objects.create(link=link, day=self.now.date(), shard=0, times=position, by_machines=1)
        redirects.repair(link, target=f"{url}/2", by=self.board, now=self.now)

    def _feasts(self) -> list[Any]:
        """A feast for each way of coming back, one to be proposed, and two shipped ones with the board's word."""
        ours = {"place": TYPED, "note": TYPED, "usual": True}
        made = [make.feast(TYPED, returns=returns, **ours) for returns in Returns]
        soon = self.now.date() + timedelta(days=90)
        made.append(make.feast(TYPED, first_day=soon, proposes=True, within_km=80))
        make.feast(TYPED, key="transhumance", **ours)
        make.feast(TYPED, key="messe-de-minuit", hidden=True)
        return made

    def _feeds(self) -> list[Any]:
        """A calendar that was never read, one that was, and one for each reason why it could not be."""
        url = f"https://olea.example/{TYPED}"
        made = [make.feed(name=TYPED, url=url), make.feed(name=TYPED, url=f"{url}/1", read_at=self.now, left_out=2)]
        for code in FAILURES:
            made.append(make.feed(name=TYPED, url=f"{url}/{code}", failures=1, failure=code))
        make.feast(TYPED, feed=made[1], uid="1", place=TYPED)
        return made

    def _operations(self) -> Iterator[Operation]:
        """An operation in every state, with partners who said everything and a member who answered in every way."""
        wanted = {Category.OLIVE_MILL: (1, 2), Category.GUIDE: (2, None), Category.CRAFT: (0, None)}
        yield make.operation(theme=TYPED, brief="", opens_at=self.now + timedelta(days=1), **self._days())
        for state in (OperationState.SCHEDULED, OperationState.CANCELLED):
            yield make.operation(state, theme=TYPED, brief=TYPED, **{**self._days(), "opens_at": self.now})
        self.asked_partner = make.partner(TYPED, language="en")
        consulting = make.operation(theme=TYPED, brief=TYPED, wanted=wanted, **self._days())
        self.consultations = [make.consulted(consulting, self.asked_partner)]
        yield consulting
        for state in (OperationState.CALLING, OperationState.SELECTING, OperationState.COMPOSED, OperationState.CLOSED):
            row = make.operation(theme=TYPED, brief=TYPED, wanted=wanted, **self._days())
            self.consultations.append(make.consulted(row, self.asked_partner))
            calls.open_call(row, by=self.board, now=self.now)
            self._answered(row, state)
            Operation.objects.filter(pk=row.pk).update(state=state.value)
            yield row
        for asked in self.consultations:
            self._said(asked)

    def _days(self) -> dict[str, Any]:
        day = self.now.date()
        days = {"valid_from": day, "valid_until": day + timedelta(days=60), "closes_at": self.now + timedelta(days=3)}
        return {**days, "send_on": (day + timedelta(days=5),)}

    def _answered(self, row: Operation, state: OperationState) -> None:
        for call in row.calls.select_related("offer", "member"):
            if state is OperationState.CALLING:
                calls.decline(call, now=self.now)
                continue
            make.answered(call, at=self.now, title=TYPED, text=TYPED, **{
                name: self._days()[name] for name in ("valid_from", "valid_until")
            })  # fmt: skip
        if state is OperationState.CALLING:
            return
        Operation.objects.filter(pk=row.pk).update(state=OperationState.SELECTING.value)
        row.refresh_from_db()
        if state is not OperationState.SELECTING:
            selecting.draft_editions(row, by=self.board, now=self.now)
            selecting.override(row.planned.get(), row.calls.get(), place=None, words=TYPED, by=self.board, now=self.now)
            selecting.announce(row, now=self.now)

    def _said(self, asked: Consultation) -> None:
        for opinion in Opinion:
            fields = {"line": "x", "quoted": TYPED, "opinion": opinion, "words": TYPED, "at": self.now}
            remark = Remark.objects.create(consultation=asked, **fields)
            consultation.answer(remark, words=TYPED, by=self.board, now=self.now)
        for kind in DestinationKind:
            line = {"kind": kind, "title": TYPED, "text": TYPED, "where": TYPED, "at": self.now}
            days = {"valid_from": self.now.date(), "valid_until": self.now.date() + timedelta(days=9)}
            Contribution.objects.create(consultation=asked, **line, **days)

    def _asked(self) -> Subscription:
        stranger = Subscriber.objects.create(
            address="o@olea.example", address_key=b"k" * 32, language="en", subscribed_on=make.TODAY
        )
        return Subscription.objects.create(
            newsletter=self.letter, subscriber=stranger, state="asked", asked_at=self.now
        )

    def values(self, name: str, parameter: str) -> list[Any]:
        """Return what may stand in an address for this parameter."""
        if parameter == "token":
            return self._tokens(name)
        assert self.keys is not None
        known: dict[str, list[Any]] = {
            "again": [self.keys.again],
            "slug": [self._slug(name)],
            "member_id": list(Member.objects.values_list("pk", flat=True)),
            "user_id": [self.member.pk],
            "year": [2026],
            "kind": ["svg", "png", "gif"],
            "import_id": list(CatalogueImport.objects.values_list("pk", flat=True)),
            "listing_id": list(Listing.objects.values_list("pk", flat=True)),
            "offer_id": [offer.pk for offer in self.offers],
            "move_id": list(OfferMove.objects.values_list("pk", flat=True)[:1]),
            "edition_id": [edition.pk for edition in self.editions],
            "position": [1],
            "campaign_id": [campaign.pk for campaign in self.campaigns],
            "delivery_id": [Delivery.objects.filter(state="in_doubt").values_list("pk", flat=True)[0]],
            "test_id": [test.pk for test in self.test_mails],
            "mail_id": [ParkedMail.objects.values_list("pk", flat=True)[0]],
            "file_id": [row.pk for row in self.files],
            "reader_id": [self.reader.pk],
            "segment_id": [segment.pk for segment in self.segments],
            "invitation_id": [invitations.invite(self.offers[0], by=None, now=self.now).pk],
            "feast_id": [feast.pk for feast in self.feasts],
            "key": ["transhumance", "lavande"],
            "number": [self.now.year + years for years in (-1, 0, 1, 3)],
            "feed_id": [feed.pk for feed in self.feeds[:1]],
            "operation_id": [operation.pk for operation in self.operations],
            "planned_id": [PlannedEdition.objects.values_list("pk", flat=True)[0]],
            "call_id": list(Call.objects.values_list("pk", flat=True)),
            "remark_id": [Remark.objects.values_list("pk", flat=True)[0]],
            "contribution_id": [Contribution.objects.values_list("pk", flat=True)[0]],
            "path": ["nothing"],
            "provider": ["brevo"],
        }
        return known[parameter]

    def _slug(self, name: str) -> str:
        if name == "member-page":
            return self.mill.slug
        return self.editions[-1].slug if name.startswith("edition") else self.letter.slug

    def _tokens(self, name: str) -> list[str]:
        assert self.keys is not None
        assert self.asked.asked_at is not None
        who = (self.letter.pk, bytes(self.reader.address_key))
        if name == "demo-enter":
            return [signin.demo_token(self.member, "/"), signin.demo_token(self.board, "/")]
        if name == "board-agenda":
            return [calendar.address_token(self.board), "x"]
        if name.startswith("invitation"):
            invited = [invitations.invite(offer, by=None, now=self.now) for offer in self.offers[:3]]
            invitations.revoke(invited[2], now=self.now)
            return [invitations.token_of(one) for one in invited]
        if name.startswith("consultation"):
            return [consultation.token_of(asked) for asked in self.consultations]
        if name.startswith("invitation-"):
            return [invitations.token_of(call.invitation) for call in Call.objects.select_related("invitation")]
        delivery = Delivery.objects.filter(state="in_doubt").values_list("pk", flat=True)[0]
        click, pixel = redirects.own_ways([delivery])[0]
        urls = {
            "click": click,
            "open": pixel.removesuffix(".gif"),
            "shared-click": redirects.shared_url(self.campaigns[0].pk, 1),
            "unmeasure": links.unmeasure_url(*who),
            "unsubscribe": links.unsubscribe_url(*who),
            "come-back": links.unsubscribe_url(*who),
            "preferences": links.preferences_url(*who),
            "leave-all": links.preferences_url(*who),
            "my-data-ask": links.preferences_url(*who),
            "stay": links.stay_url(*who),
            "forget-me": links.data_url(links.DataAsk(who[1], self.now)),
            **{f"my-data{kind}": links.data_url(links.DataAsk(who[1], self.now)) for kind in ("", "-json", "-csv")},
            "confirm": links.confirm_url(links.Ask(self.asked.pk, self.asked.asked_at)),
            "sign-in-link": self.keys.link,
        }
        return [urls[name].rstrip("/").rpartition("/")[2], "x"]


def addresses(story: Story, patterns: Any = None, space: str = "") -> Iterator[str]:
    """Yield every address of the house, once for each thing that it may be about."""
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from addresses(story, pattern.url_patterns, space + inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            parameters = list(pattern.pattern.converters)
            choices = [story.values(pattern.name, parameter) for parameter in parameters]
            for values in product(*choices):
                yield reverse(space + pattern.name, kwargs=dict(zip(parameters, values, strict=True)))


def pages(client: Client, story: Story, *, of: str = "", **headers: Any) -> dict[str, str]:
    """Return what this visitor can read, by address; `of` a part of the house alone."""
    found = {}
    for url in addresses(story):
        if of not in url:
            continue
        page = client.get(url, **headers)
        if page.headers.get("Content-Type", "").startswith("text/html") and page.content:
            found[url] = page.content.decode()
    return found
