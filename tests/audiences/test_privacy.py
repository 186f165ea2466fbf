"""Everything that is held of a reader is told to them, and goes when they are forgotten."""

import io
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.test import Client

from audiences import admissions, links, privacy, subscriptions, suppressions
from audiences.admissions import ConsentSource, Refused
from audiences.core.consent import Method, Purpose, StopReason
from audiences.keys import key_of
from audiences.models import Consent, Subscriber, Suppression
from campaigns import chunks, clicks, deliveries, feedback, inbox, returns, sealing
from campaigns.core.clicks import Hit
from campaigns.core.fault import Fault
from campaigns.core.feedback import Feedback, Heard
from campaigns.core.parking import Problem
from campaigns.models import Delivery, Evidence, ParkedMail, TestMail
from campaigns.sealing import Kept
from campaigns.wire.journal import Journal
from newsletter.logs import Line
from tests import make
from tests.campaigns.measured import BROWSER, SENT_AT, letters
from tests.environment import servers
from tests.impersonal import IMPERSONAL
from tests.make import NOON

pytestmark = pytest.mark.django_db
LOCAL, NAME = "zylphee.quaranta", "Zylphée"
ADDRESS = f"{LOCAL}@boite.example"
TEXTUAL = (
    *(models.CharField, models.TextField, models.JSONField, models.BinaryField, models.FileField, ArrayField),
    *(models.GenericIPAddressField, models.GeneratedField, models.UUIDField),
)


def columns(model: type[models.Model]) -> set[str]:
    """The columns of a table that could hold words of or about a person; one of a few known words cannot."""
    return {one.name for one in model._meta.concrete_fields if isinstance(one, TEXTUAL) and not one.choices}


def test_every_column_of_text_is_registered_or_known_to_be_about_no_reader() -> None:
    registered = {label: set(one.fields) for label, one in privacy.holdings().items()}
    unknown = {}
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        left = columns(model) - registered.get(label, set()) - IMPERSONAL.get(label, set())
        if left:
            unknown[label] = left

    assert unknown == {}


def test_every_table_that_points_at_a_reader_is_registered() -> None:
    pointing = {relation.related_model._meta.label for relation in Subscriber._meta.related_objects}
    assert pointing
    assert pointing <= set(privacy.holdings())


def test_nothing_is_declared_that_is_not_there_or_both() -> None:
    known = {model._meta.label: {one.name for one in model._meta.concrete_fields} for model in apps.get_models()}
    for label, holding in privacy.holdings().items():
        assert set(holding.fields) <= known[label]
        assert not set(holding.fields) & IMPERSONAL.get(label, set())
    assert {label: said - known.get(label, set()) for label, said in IMPERSONAL.items()} == {
        label: set() for label in IMPERSONAL
    }


def test_a_table_that_nobody_registered_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    others = {label: one for label, one in privacy.holdings().items() if label != "audiences.Subscriber"}
    monkeypatch.setattr(privacy, "_holdings", others)
    with pytest.raises(AssertionError, match="first_name"):
        test_every_column_of_text_is_registered_or_known_to_be_about_no_reader()


def everything(settings: Any) -> tuple[Subscriber, list[str]]:
    """A reader of whom we hold something in every room; and the tokens of their own links."""
    settings.BOUNCES = ("b+", "@retours.example")
    letter = make.newsletter(slug="alpilles")
    asked = subscriptions.ask(letter, address=ADDRESS, first_name=NAME, tracking=True, source="/lettre/", now=NOON)
    assert asked.mail_to
    subscription = letter.subscriptions.get(pk=asked.mail_to)
    token = links.confirm_url(links.Ask(subscription.pk, NOON)).split("/")[-2]
    subscriptions.confirm(token, now=NOON)
    reader = subscription.subscriber
    campaign = make.running(make.locked_edition(make.approved(link="https://moulin.example/"), newsletter=letter))
    [sent] = letters(campaign)
    clicks.follow(sent.click(1).split("/")[2], Hit(1, SENT_AT + timedelta(hours=2), agent=BROWSER))
    clicks.settle_due(now=SENT_AT + timedelta(days=1))
    row = Delivery.objects.get(subscriber=reader)
    Delivery.objects.filter(pk=row.pk).update(reply_text=f"250 queued for {ADDRESS}")
    Evidence.objects.create(delivery=row, proof="sent", source=f"{NAME} au téléphone", at=NOON)
    said = f"550 {ADDRESS} unknown"
    feedback.record(
        Feedback(f"1 {ADDRESS}", "test", row.pk, Heard.BOUNCED, NOON + timedelta(hours=3), Fault.POLICY, said), now=NOON
    )
    inbox.park(f"To: x@retours.example\r\n\r\nabout <{ADDRESS.upper()}>".encode(), Problem.FAILED, now=NOON)
    inbox.park(b"To: x@retours.example\r\n\r\nabout somebody", Problem.FAILED, now=NOON)
    test = sealing.seal(Kept.TEST, f"To: {ADDRESS}\r\n\r\nBonjour {NAME}".encode())
    TestMail.objects.create(campaign=campaign, asked_at=NOON, state="sent", sealed=test)
    journal = Journal(Path(settings.VAR_DIR) / "journal" / "privacy", session=1, boot="x")
    journal.armed([row.pk])
    journal.dot(row.pk)
    journal.heard(row.pk, 250)
    journal.close(remove=False)
    tokens = [token, *(path.split("/")[2] for path in (sent.click(1), sent.pixel, sent.unmeasure))]
    tokens += [links.unsubscribe_url(letter.pk, bytes(reader.address_key)).split("/")[-1]]
    tokens += [returns.path(row.pk).removeprefix("b+").partition("@")[0]]
    return reader, tokens


def dump() -> str:
    """Every row of every table as the database writes it, and what is sealed unsealed."""
    said = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT t::text FROM {table} t")
            said += [row for (row,) in cursor.fetchall()]
    said += [inbox.unpark(row).decode() for row in ParkedMail.objects.all()]
    said += [sealing.unseal(Kept.TEST, bytes(row.sealed)).decode() for row in TestMail.objects.exclude(sealed=b"")]
    return "\n".join(said)


def files(var: Path) -> str:
    """What our own processes wrote: all under var but the database's pages."""
    kept = [path for path in var.rglob("*") if path.is_file() and "postgres" not in path.relative_to(var).parts]
    return "\n".join(path.read_bytes().decode(errors="replace") for path in kept)


def test_after_erasure_no_table_no_file_and_no_log_names_them(settings: Any, client: Client) -> None:
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(Line())
    logging.getLogger().addHandler(handler)
    servers.redis_url  # noqa: B018 - the broker's file lies among ours
    try:
        reader, tokens = everything(settings)
        before = dump().lower()
        assert ADDRESS in before
        assert NAME.lower() in before
        logging.getLogger("campaigns").warning("refused: %s, see /u/%s", ADDRESS, tokens[4])
        client.get(f"/u/{tokens[4][:-1]}")  # Django writes down what was not found

        privacy.erase(reader, method=Method.PREFERENCE_CENTRE, now=NOON + timedelta(days=2))
    finally:
        logging.getLogger().removeHandler(handler)

    held = dump().lower()
    written = files(Path(settings.VAR_DIR)).lower()
    logged = said.getvalue().lower()
    assert "refused" in logged
    assert "not found" in logged
    assert "garrigue-journal-1" in written
    for secret in (ADDRESS, LOCAL, NAME.lower(), ADDRESS.encode().hex(), *(token.lower() for token in tokens)):
        assert secret not in held
        assert secret not in written
        assert secret not in logged
    assert "about somebody" in held  # another's is left


def test_a_keyed_hash_survives_and_no_file_brings_them_back() -> None:
    letter = make.newsletter()
    reader = make.reader(ADDRESS, of=letter)
    privacy.erase(reader, method=Method.PREFERENCE_CENTRE, now=NOON)

    assert Suppression.objects.get().reason == StopReason.ERASED
    attested = ConsentSource(Method.ATTESTED_IMPORT, "salon 2026", NOON + timedelta(days=20))
    for of in (letter, make.newsletter()):
        with pytest.raises(Refused, match="suppressed"):
            admissions.admit(of, address=ADDRESS.upper(), consent=attested, now=NOON + timedelta(days=30))
    assert not Subscriber.objects.exists()


def test_their_own_demand_brings_them_back() -> None:
    letter = make.newsletter()
    privacy.erase(make.reader(ADDRESS, of=letter), method=Method.PREFERENCE_CENTRE, now=NOON)
    asked = subscriptions.ask(letter, address=ADDRESS, now=NOON + timedelta(days=1))
    assert asked.mail_to
    token = links.confirm_url(links.Ask(asked.mail_to, NOON + timedelta(days=1))).split("/")[-2]
    assert subscriptions.confirm(token, now=NOON + timedelta(days=1)).state == "confirmed"
    assert not Suppression.objects.exists()


def test_a_complaint_stays_a_complaint_when_its_reader_is_erased() -> None:
    reader = make.reader(ADDRESS)
    suppressions.suppress(ADDRESS, reason=StopReason.COMPLAINED, now=NOON)
    privacy.erase(reader, method=Method.ADMIN, now=NOON)
    assert Suppression.objects.get().reason == StopReason.COMPLAINED


def test_a_suppressed_address_is_passed_over_though_it_was_queued() -> None:
    reader = make.reader(ADDRESS)
    other = make.reader()
    campaign = make.running()
    Suppression.objects.create(address_key=key_of(ADDRESS), reason="board", at=NOON)  # as if nobody had been told
    chunk = chunks.claim(worker=7, now=NOON)
    assert chunk is not None
    armed = deliveries.arm(chunk, worker=7, limit=50, now=NOON)
    assert [one.address for one in armed] == [other.address]
    assert Delivery.objects.get(subscriber=reader).reason == "suppressed"
    assert campaign.deliveries.count() == 2


def test_my_data_tells_every_table_and_the_words_that_were_shown(settings: Any) -> None:
    reader, _ = everything(settings)
    told = privacy.tell(reader)

    assert set(told) == {"subscriber", "subscription", "consent", "delivery", "deliveryevent", "click"}
    assert told["subscriber"][0]["address"] == ADDRESS
    given = [row for row in told["consent"] if row["act"] == "given"]
    assert {row["purpose"] for row in given} == set(Purpose)
    assert all(str(row["wording"]).startswith("J’accepte") for row in given)
    assert str(told["click"][0]["link"]).startswith("https://moulin.example/?utm_source=alpilles")
    suppressions.suppress(ADDRESS, reason=StopReason.BOARD, now=NOON)
    assert privacy.tell(reader)["suppression"][0]["reason"] == "board"


def test_nobody_is_told_of_another(settings: Any) -> None:
    everything(settings)
    other = make.reader("autre@boite.example", first_name="Paul")
    told = privacy.tell(other)
    assert set(told) == {"subscriber", "subscription"}
    assert ADDRESS not in str(told)


def test_erasure_is_a_line_of_consent_for_each_letter() -> None:
    reader = make.reader(ADDRESS)
    privacy.erase(reader, method=Method.PREFERENCE_CENTRE, source="/preferences/", now=NOON)
    [line] = Consent.objects.filter(address_key=key_of(ADDRESS), act="withdrawn")
    assert (line.method, line.source) == ("preference_centre", "/preferences/")
