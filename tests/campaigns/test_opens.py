"""Who is measured, and how far: the bytes of the letter and the rows written, for every consent, mode and moment."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby, product
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.test import Client

from audiences import subscriptions
from audiences.models import Subscriber, Subscription
from campaigns import links, measuring, opens
from campaigns.core.opens import Measure
from campaigns.models import Click, DeliveryEvent, LinkCount, OpenCount
from newsletter.models import Association
from tests import make
from tests.campaigns.measured import BROWSER, SENT_AT, Letter, letters
from tests.make import NOON

pytestmark = pytest.mark.django_db
DOCUMENT = Path(settings.BASE_DIR) / "docs" / "consent.md"
LATER = SENT_AT + timedelta(hours=2)


def asked() -> Subscriber:
    reader = make.reader()
    Subscription.objects.filter(subscriber=reader).update(asked_at=NOON, mailed_for=NOON)
    return reader


def unmeasure(reader: Subscriber) -> None:
    mine = reader.subscriptions.select_related("newsletter").get()
    subscriptions.unmeasure(mine.newsletter, bytes(reader.address_key), now=NOON)


def leave(reader: Subscriber) -> None:
    mine = reader.subscriptions.select_related("newsletter").get()
    subscriptions.leave(mine.newsletter, bytes(reader.address_key), now=SENT_AT)


def untick(reader: Subscriber) -> None:
    reader.subscriptions.update(tracking=False)


def then(first: Callable[[], Subscriber], *more: Callable[[Subscriber], None]) -> Callable[[], Subscriber]:
    def made() -> Subscriber:
        reader = first()
        for step in more:
            step(reader)
        return reader

    return made


BEFORE: dict[str, Callable[[], Subscriber]] = {
    "asked for the letter, said nothing of measuring": asked,
    "imported, said nothing": make.reader,
    "agreed": make.consenting,
    "agreed, then withdrew": then(make.consenting, unmeasure),
    "said nothing, then refused all measuring": then(asked, unmeasure),
    "row says yes, ledger is silent": lambda: make.reader(tracking=True),
    "ledger says yes, row says no": then(make.consenting, untick),
}
AFTER: dict[str, Callable[[Subscriber], None]] = {
    "nothing happens": lambda reader: None,
    "withdraws": unmeasure,
    "leaves the letter": leave,
    "is erased": lambda reader: reader.delete() and None,
}
MODES = {"nothing chosen": False, "last open kept": True}


@dataclass(frozen=True)
class Seen:
    """What stands in the bytes of a letter, and the rows that an open and a click of it wrote."""

    pixel: bool
    own_links: bool
    way_out: bool
    opens: int
    opened_on: bool
    events: int
    counted: int

    def cells(self) -> list[str]:
        bytes_ = [
            word
            for word, there in (("pixel", self.pixel), ("own links", self.own_links), ("way out", self.way_out))
            if there
        ]
        opened = ["campaign’s count"] * self.opens + ["day of last open"] * self.opened_on
        clicked = ["link’s count"] * self.counted + ["event"] * self.events
        return [", ".join(cell) or "nothing" for cell in (bytes_, opened, clicked)]


def choose(mode: bool) -> None:
    measuring.choose(
        Association.objects.get(), marks_origin=True, counts_clicks=False, keeps_last_open=mode, by=None, now=NOON
    )


def hit(letter: Letter, reader: Subscriber) -> Seen:
    """Open the letter and follow its first link, by tokens that are good even where the letter shows none."""
    click, opened = links.own_ways([letter.delivery.pk])[0]
    OpenCount.objects.all().delete()
    LinkCount.objects.all().delete()
    client = Client(headers={"user-agent": BROWSER})
    picture = client.get(opened.removeprefix(settings.SITE_URL))
    assert (picture.status_code, len(picture.content)) == (200, 43)
    assert client.get(f"{click}/1".removeprefix(settings.SITE_URL)).status_code == 302
    return Seen(
        pixel=bool(letter.paths("/o/")),
        own_links=bool(letter.paths("/c/")),
        way_out=bool(letter.paths("/mesure/")),
        opens=sum(OpenCount.objects.values_list("times", flat=True)),
        opened_on=Subscriber.objects.filter(pk=reader.pk, opened_on__isnull=False).exists(),
        events=DeliveryEvent.objects.filter(delivery=letter.delivery).count(),
        counted=sum(LinkCount.objects.values_list("times", flat=True)),
    )


def table() -> tuple[dict[tuple[str, str, str], Seen], str]:
    """Return what is seen in each case, and the document's table of it; what comes to the same is one line."""
    make.newsletter()
    found: dict[tuple[str, str, str], Seen] = {}
    for mode, on in MODES.items():
        Subscriber.objects.all().delete()
        choose(on)
        edition = make.locked_edition(make.approved(link="https://moulin.example/noel"))
        cases = list(product(BEFORE, AFTER))
        readers = {case: BEFORE[case[0]]() for case in cases}
        sent = {one.delivery.subscriber_id: one for one in letters(make.running(edition))}
        with time_machine.travel(LATER, tick=False):
            for case, reader in readers.items():
                pk = reader.pk
                AFTER[case[1]](reader)
                found[case[0], mode, case[1]] = hit(sent[pk], Subscriber(pk=pk))
    return found, "\n".join(_lines(found))


def _lines(found: dict[tuple[str, str, str], Seen]) -> list[str]:
    lines = []
    for (before, mode), cases in groupby(found.items(), key=lambda case: case[0][:2]):
        alike: dict[tuple[str, ...], list[str]] = {}
        for (_, _, after), seen in cases:
            alike.setdefault(tuple(seen.cells()), []).append(after)
        for cells, afters in alike.items():
            then = "whatever happens" if len(afters) == len(AFTER) else ", ".join(afters)
            lines.append(f"| {before} | {mode} | {cells[0]} | {then} | {cells[1]} | {cells[2]} |")
    return lines


@pytest.mark.broken_ledger  # readers leave by a clock that stands two days before the database's
def test_every_case_of_consent_mode_and_moment_is_as_the_document_says() -> None:
    found, said = table()

    assert said in DOCUMENT.read_text(), f"docs/consent.md must say:\n{said}"
    # what the law asks, whatever the document says
    for (before, mode, after), seen in found.items():
        agreed = before == "agreed"
        kept = MODES[mode] and before == "asked for the letter, said nothing of measuring"
        assert seen.own_links is agreed
        assert seen.pixel is seen.way_out is (agreed or kept)
        stands = after == "nothing happens"
        assert seen.opens == seen.events == (agreed and stands)
        assert seen.opened_on is (kept and stands)
        assert seen.counted == 1


def test_whoever_is_not_measured_gets_the_same_bytes_but_for_their_name_and_ways_out() -> None:
    make.newsletter()
    never, withdrew = make.reader(), make.consenting()
    unmeasure(withdrew)
    first, second = letters(make.running(make.locked_edition(make.approved(link="https://moulin.example/"))))
    assert {first.delivery.subscriber_id, second.delivery.subscriber_id} == {never.pk, withdrew.pk}

    own = ("/u/", "/preferences/")
    shared = [[href for href in one.hrefs if not any(way in href for way in own)] for one in (first, second)]
    assert shared[0] == shared[1]
    assert len(first.raw) == len(second.raw) + len(first.parsed["to"]) - len(second.parsed["to"])
    assert "/c/" not in first.part("html") + first.part("plain")


def test_an_error_while_consent_is_read_means_that_nobody_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    make.newsletter()
    make.consenting()
    campaign = make.running(make.locked_edition(make.approved(link="https://moulin.example/")))

    def broken(said: str) -> None:
        raise RuntimeError("the ledger is away")

    monkeypatch.setattr(opens, "read", broken)
    [letter] = letters(campaign)
    assert (letter.pixel, letter.unmeasure, letter.paths("/c/")) == ("", "", [])
    assert opens.opened(letter.delivery.pk, by_machine=False, now=LATER) is Measure.NONE
    assert not OpenCount.objects.exists()


def test_a_thousand_opens_are_a_number_and_nobodys(client: Client) -> None:
    make.newsletter()
    reader = make.consenting()
    [letter] = letters(make.running())
    with time_machine.travel(LATER, tick=False):
        answers = {
            (answer.content, tuple(sorted(answer.headers.items())))
            for answer in (client.get(letter.pixel, headers={"user-agent": BROWSER}) for _ in range(1000))
        }
        client.head(letter.pixel)
        client.get(letter.pixel, headers={"user-agent": "Mozilla/5.0"})
        forged = client.get(letter.pixel.replace(".gif", "x.gif"))
        answers.add((forged.content, tuple(sorted(forged.headers.items()))))

    assert len(answers) == 1
    told = OpenCount.objects.aggregate(times=Sum("times"), by_machines=Sum("by_machines"))
    assert told == {"times": 1001, "by_machines": 1}
    # over the rows that a count is spread over, whoever it was: were each reader's their own, a row would name them
    assert OpenCount.objects.count() > 1
    reader.refresh_from_db()
    assert (reader.opened_on, reader.clicked_on) == (None, None)
    assert not DeliveryEvent.objects.exists()
    assert not Click.objects.exists()


def test_the_day_of_the_last_open_is_overwritten_and_is_no_contact(client: Client) -> None:
    make.newsletter()
    choose(True)
    reader = asked()
    [letter] = letters(make.running())
    for days in (1, 1, 3):
        with time_machine.travel(NOON + timedelta(days=days), tick=False):
            client.get(letter.pixel, headers={"user-agent": BROWSER})
    reader.refresh_from_db()
    assert (reader.opened_on, reader.clicked_on) == (make.TODAY + timedelta(days=3), None)
    assert not OpenCount.objects.exists()

    choose(False)
    with time_machine.travel(NOON + timedelta(days=9), tick=False):
        client.get(letter.pixel, headers={"user-agent": BROWSER})
    reader.refresh_from_db()
    assert reader.opened_on == make.TODAY + timedelta(days=3)


def test_the_footer_of_a_measured_letter_says_so_and_the_others_do_not() -> None:
    make.newsletter()
    make.consenting()
    make.reader()
    measured, plain = sorted(letters(make.running()), key=lambda letter: letter.pixel == "")
    assert "Ne plus être mesuré" in measured.part("html")
    assert "mesurés" in measured.part("plain")
    assert "mesur" not in plain.part("html") + plain.part("plain")


# Every column of the database that is about opening, and what opens there.
OPEN = {
    ("audiences_subscriber", "opened_on"): "the day of the last one, overwritten",
    ("campaigns_measuring", "keeps_last_open"): "the association's choice",
    ("newsletter_consultation", "opened_at"): "a partner's consultation, by the board",
    ("newsletter_consultation", "opened_by_id"): "who of the board",
    ("newsletter_operation", "opens_at"): "the call for offers",
}
READERS = {"audiences_subscriber", "audiences_subscription", "audiences_consent", "campaigns_delivery"}


def everything() -> dict[str, str]:
    """A fingerprint of each table's rows."""
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            rows = "coalesce(string_agg(row::text, chr(10) ORDER BY row::text), '')"
            cursor.execute(f'SELECT md5({rows}) FROM "{table}" row')
            found[table] = cursor.fetchone()[0]
    return found


def leads_to(table: str) -> set[str]:
    """Every table that a row of this one points at, near or far."""
    with connection.cursor() as cursor:
        found, waiting = set(), [table]
        while waiting:
            one = waiting.pop()
            near = {other for _, other in connection.introspection.get_relations(cursor, one).values()}
            waiting += near - found
            found |= near
    return found


def test_an_open_changes_the_count_of_its_campaign_and_no_other_row_anywhere(client: Client) -> None:
    make.newsletter()
    make.consenting()
    [letter] = letters(make.running())
    before = everything()
    with time_machine.travel(LATER, tick=False):
        client.get(letter.pixel, headers={"user-agent": BROWSER})
    after = everything()

    assert {table for table, rows in after.items() if rows != before[table]} == {"campaigns_opencount"}


def test_no_table_has_room_for_who_opened_what() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns "
            "WHERE table_schema = 'public' AND (table_name || column_name) LIKE '%open%'"
        )
        columns = {(table, column): kind for table, column, kind in cursor.fetchall()}
    counts = {column for table, column in columns if table == "campaigns_opencount"}

    assert {one for one in columns if one[0] != "campaigns_opencount"} == set(OPEN)
    assert columns["audiences_subscriber", "opened_on"] == "date"
    assert counts == {"id", "campaign_id", "day", "shard", "times", "by_machines"}
    assert leads_to("campaigns_opencount") & {"campaigns_campaign", *READERS} == {"campaigns_campaign"}


def test_the_database_refuses_an_open_that_is_told_of_a_message() -> None:
    make.newsletter()
    make.reader()
    row = make.running().deliveries.get()
    said = {"key": b"k" * 16, "delivery": row, "campaign_id": row.campaign_id, "at": NOON, "recorded_at": NOON}

    with pytest.raises(IntegrityError, match="event_is_no_open"), transaction.atomic():
        DeliveryEvent.objects.create(kind="opened", source="test", **said)
