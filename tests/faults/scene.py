"""One fault: a letter to so many readers, what is done to it, and what the judge says afterwards."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from django.db import DatabaseError, connection
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.models import F
from django.test import Client
from django.utils import timezone, translation

from audiences.core.consent import SubscriptionState
from audiences.keys import key_of
from audiences.models import Subscriber, Subscription
from campaigns import chunks, invariants, schedule
from campaigns.core.campaign import LIVE
from campaigns.models import Campaign, CampaignMove, Delivery, DeliveryRetry, Spent, WorkerSession
from newsletter.models import Newsletter, Offer
from tests import make
from tests.faults.house import House, until
from tests.faults.judge import Peer
from tests.faults.provider import Provider

_scenes = count(1)
LEAST, MOST = 4, 10  # connections of one sending process: more where answers take long


@dataclass(frozen=True)
class Counts:
    """What became of a letter. `captured` is what the peer accepted; twice or nowhere is what must never be."""

    sent: int = 0
    failed: int = 0
    in_doubt: int = 0
    other: int = 0
    captured: int = 0
    doubled: int = 0
    lost: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


class Scene:
    """What a test holds in its hands."""

    def __init__(self, house: House) -> None:
        self.house, self.peer = house, house.peer
        self.peers: list[Peer | Provider] = [house.peer]
        self.counts = Counts()
        self.seen = ""
        self.domain = f"s{next(_scenes)}.example"
        self.newsletter: Newsletter | None = None
        self._logs = {log.stem: log.stat().st_size for log in (house.var / "log").glob("*.log")}

    # before

    def readers(self, number: int, *, at: str = "") -> None:
        """So many people who confirmed that they want this scene's letter; `at` a domain below the scene's own."""
        self.newsletter = self.newsletter or make.newsletter()
        people = [
            Subscriber(address=address, address_key=key_of(address), first_name="Jeanne", subscribed_on=make.TODAY)
            for address in (f"lecteur{n}@{at or self.domain}" for n in range(number))
        ]
        Subscriber.objects.bulk_create(people, batch_size=5000)
        self.want_it(people)

    def unwritable(self, number: int) -> None:
        """So many whose address no envelope can hold, however it came into the table."""
        people = [
            Subscriber(
                address=f"pas une adresse {n}@{self.domain}",
                address_key=sha256(f"{n}{self.domain}".encode()).digest(),
                subscribed_on=make.TODAY,
            )
            for n in range(number)
        ]
        Subscriber.objects.bulk_create(people)
        self.want_it(people)

    def want_it(self, people: list[Subscriber]) -> None:
        confirmed = {"state": SubscriptionState.CONFIRMED, "confirmed_at": make.NOON}
        Subscription.objects.bulk_create(
            [Subscription(newsletter=self.newsletter, subscriber=one, **confirmed) for one in people], batch_size=5000
        )

    def scheduled(self, number: int = 0, *, offer: Offer | None = None) -> Campaign:
        """A letter whose minute of grace is over: the clock starts it at its next tick."""
        if number:
            self.readers(number)
        edition = make.locked_edition(offer or make.approved(), newsletter=self.newsletter)
        return make.launched(edition, now=timezone.now())

    def going(self, number: int) -> Campaign:
        """A letter that leaves, or would."""
        campaign = self.scheduled(number)
        self.wait(lambda: self.state(campaign) not in ("scheduled", "enqueuing"), "the clock starts it")
        return campaign

    @contextmanager
    def all_at(self, database: str) -> Iterator[None]:
        """Ask another database, as long as it takes; the workers then go back to theirs."""
        parts, ours = urlsplit(database), connection.settings_dict
        usual = {name: ours[name] for name in ("HOST", "PORT", "USER", "PASSWORD", "NAME")}
        theirs = {"HOST": parts.hostname, "PORT": parts.port, "USER": parts.username}
        self._point({**theirs, "PASSWORD": parts.password, "NAME": parts.path[1:]})
        try:
            yield
        finally:
            self._point(usual)
            for name in ("clock", "send", "default"):
                self.house.stop(name)

    def _point(self, where: dict[str, object]) -> None:
        connection.close()
        cast(DatabaseWrapper, connection).close_pool()
        connection.settings_dict.update(where)

    # meanwhile

    def wait(self, holds: Callable[[], object], what: str, *, seconds: float = 60) -> None:
        """Wait until it is so; where it does not become so, say what everyone wrote last."""

        def holds_now() -> object:
            try:
                return holds()
            except DatabaseError:
                connection.close()
                return False

        if not until(holds_now, seconds=seconds):
            states = Campaign.objects.filter(state__in=LIVE).values_list("pk", "state", "pause_reason", "pause_detail")
            live = [(*row, chunks.tally(Campaign(pk=row[0]))) for row in states]
            raise AssertionError(f"not within {seconds} s: {what}\n{live}\n{self.house.logs()}")

    def held_within(self, holds: Callable[[], object], *, seconds: float) -> bool:
        """Return whether it became so, where it should not."""
        return until(holds, seconds=seconds)

    def readers_now(self) -> int:
        return Subscription.objects.filter(newsletter=self.newsletter).count()

    def state(self, campaign: Campaign) -> str:
        return Campaign.objects.values_list("state", flat=True).get(pk=campaign.pk)

    def sent(self, campaign: Campaign) -> int:
        return chunks.tally(campaign).sent

    def captured(self) -> list[str]:
        """Return the address of each message that a peer accepted."""
        return [one for peer in self.peers for one in peer.accepted((f"@{self.domain}", f".{self.domain}"))]

    def some_have_left(self, campaign: Campaign, number: int = 20) -> None:
        self.wait(lambda: self.sent(campaign) >= number, f"{number} have left")

    def finishes(self, campaign: Campaign, *, seconds: float = 90) -> None:
        self.wait(lambda: self.state(campaign) == "finished", "it is finished", seconds=seconds)

    def pauses(self, campaign: Campaign, *, seconds: float = 30) -> str:
        """Wait for it to pause; return why."""
        self.wait(lambda: self.state(campaign) == "paused", "it pauses", seconds=seconds)
        return Campaign.objects.values_list("pause_reason", flat=True).get(pk=campaign.pk)

    def is_quiet(self, campaign: Campaign) -> None:
        """Wait until no message of it is on its way any more, and no worker holds it."""
        self.wait(lambda: chunks.tally(campaign).sending == 0, "nothing is on its way")

    def resume(self, campaign: Campaign) -> None:
        schedule.resume(Campaign.objects.get(pk=campaign.pk), by=None, now=timezone.now())

    def senders(self) -> list[int]:
        """Return the processes that send, as the ledger knows them."""
        return list(WorkerSession.objects.filter(ended_at=None).order_by("pk").values_list("pid", flat=True))

    def hours_pass(self, hours: float = 6) -> None:
        """Let what waits for its hour have waited: retries, a relay's quota."""
        by = timedelta(hours=hours)
        DeliveryRetry.objects.update(not_before=F("not_before") - by)
        CampaignMove.objects.update(at=F("at") - by)
        for row in Spent.objects.order_by("minute"):
            Spent.objects.filter(pk=row.pk).update(minute=row.minute - by)

    def said(self, words: str, name: str = "send") -> bool:
        """Return whether a log says so since this scene began."""
        return self.house.said(name, words, since=self._logs.get(name, 0))

    def times_said(self, words: str, *names: str) -> int:
        """Return how often the logs say so since this scene began."""
        logs = names or ("send", "default")
        return sum(self.house.log_of(name).read_text()[self._logs.get(name, 0) :].count(words) for name in logs)

    def children_of(self, name: str) -> list[int]:
        """Return the process and its children."""
        parent = self.house.children[name].pid
        return [parent, *map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split())]

    def page(self, campaign: Campaign, below: str = "") -> str:
        """Return what the board sees, on the letter's page or on one below it."""
        client = Client()
        client.force_login(make.board_member())
        with translation.override("fr"):
            return client.get(f"/bureau/envois/{campaign.pk}/{below}").content.decode()

    # afterwards

    def judge_apart(self, *campaigns: Campaign) -> Counts:
        """Judge letters that all went to the same readers: as many copies as letters, none in doubt."""
        ids = [campaign.pk for campaign in campaigns]
        assert [str(one) for one in invariants.check(ids, now=timezone.now())] == []
        copies = Counter(self.captured())
        sent = Delivery.objects.filter(campaign__in=ids, state="sent").count()
        doubled = sum(number - len(ids) for number in copies.values() if number > len(ids))
        self.counts += Counts(sent=sent, captured=copies.total(), doubled=doubled, lost=sent - copies.total() + doubled)
        assert (sent, doubled) == (copies.total(), 0)
        assert set(copies.values()) == {len(ids)}
        return self.counts

    def judge(self, *campaigns: Campaign, doubt: int = 0, resent: int = 0, finished: bool = True) -> Counts:
        """Say what must be true after every fault; return the counts.

        I1 to I7 hold; nobody has two copies (but for those whom a human sent theirs again); what the ledger calls sent
        was accepted; what was accepted is sent or in doubt; in doubt are no more than may be.
        """
        ids = [campaign.pk for campaign in campaigns]
        assert [str(one) for one in invariants.check(ids, now=timezone.now())] == []
        captured = self.captured()
        copies = Counter(map(key_of, captured))
        rows = {
            bytes(key): state
            for key, state in Delivery.objects.filter(campaign__in=ids).values_list("address_key", "state")
        }
        states = Counter(rows.values())
        doubled = sum(number - 1 for number in copies.values() if number > 1)
        lost = [key for key, state in rows.items() if state == "sent" and not copies[key]]
        unknown = [key for key in copies if rows.get(key) not in ("sent", "in_doubt")]
        self.counts += Counts(
            sent=states["sent"],
            failed=states["failed"],
            in_doubt=states["in_doubt"],
            other=sum(states.values()) - states["sent"] - states["failed"] - states["in_doubt"],
            captured=len(captured),
            doubled=doubled,
            lost=len(lost) + len(unknown),
        )
        assert doubled <= resent
        assert (len(lost), len(unknown)) == (0, 0)
        assert states["in_doubt"] <= doubt
        assert [one["what"] for peer in self.peers for one in peer.events("fault")] == []
        if finished:
            assert {self.state(campaign) for campaign in campaigns} == {"finished"}
            assert states["queued"] == states["sending"] == 0
        return self.counts
