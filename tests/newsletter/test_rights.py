"""The role of the web and the workers does all its work, and cannot rewrite what was said."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection

from audiences import links, privacy, seals, subscriptions
from audiences.core.consent import Method
from audiences.models import Consent, Subscriber
from newsletter import rights
from tests import make
from tests.campaigns.measured import letters
from tests.make import NOON

ROLE = "garrigue_web"


def owner() -> dict[str, Any]:
    said = connection.get_connection_params()
    return {"host": said["host"], "port": said["port"], "dbname": said["dbname"]} | {
        "user": said["user"],
        "password": said["password"],
    }


@pytest.fixture
def web(transactional_db: None) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the second role, which owns nothing."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD 'web'")
    try:
        rights.grant(ROLE)
        rights.grant(ROLE)
        with psycopg.connect(**{**owner(), "user": ROLE, "password": "web"}, autocommit=True) as line:
            yield line
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP OWNED BY {ROLE}; DROP ROLE {ROLE}")


REWRITING = [
    "UPDATE {table} SET id = id",
    "DELETE FROM {table}",
    "TRUNCATE {table}",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "DROP TABLE {table}",
    "GRANT UPDATE ON {table} TO garrigue_web",
]
ALL = ("audiences_consent", "audiences_consentseal", "newsletter_rolechange", "newsletter_remark")


def test_the_role_of_the_web_reads_and_adds_and_no_more(web: psycopg.Connection[Any]) -> None:
    assert {"audiences_consent", "audiences_consentseal", "campaigns_deliveryevent"} <= set(rights.narrow())
    web.execute(
        "INSERT INTO audiences_consent (address_key, purpose, newsletter, act, method, wording, locale, form_version,"
        " source, at) VALUES ('\\x01', 'newsletter', 'x', 'given', 'form', '', 'fr', '', '', now())"
    )
    assert web.execute("SELECT count(*) FROM audiences_consent").fetchone() == (1,)
    for table in ALL:
        for sentence in REWRITING:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                _try(web, sentence.format(table=table))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        web.execute("UPDATE campaigns_deliveryevent SET text = ''")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        web.execute("SET session_replication_role = replica")
    web.execute("UPDATE audiences_subscriber SET first_name = ''")
    assert Consent.objects.count() == 1


def _try(web: psycopg.Connection[Any], sentence: str) -> None:
    """A grant by who may not grant is a warning only; what counts is that it granted nothing."""
    web.execute(sentence)
    if sentence.startswith("GRANT"):
        table = sentence.split()[3]
        allowed = web.execute("SELECT has_table_privilege(%s, 'UPDATE')", [table]).fetchone()
        assert allowed == (False,)
        raise psycopg.errors.InsufficientPrivilege


@pytest.mark.django_db
def test_a_whole_life_of_a_reader_needs_no_more_than_that() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE}")
        rights.grant(ROLE)
        letter = make.newsletter()
        edition = make.locked_edition(make.approved(link="https://moulin.example/"), newsletter=letter)
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
    asked = subscriptions.ask(letter, address="jeanne@boite.example", tracking=True, now=NOON)
    assert asked.mail_to
    subscriptions.confirm(links.confirm_url(links.Ask(asked.mail_to, NOON)).split("/")[-2], now=NOON)
    reader = Subscriber.objects.get()
    assert len(letters(make.running(edition))) == 1
    assert seals.seal_due() > 0
    subscriptions.leave(letter, bytes(reader.address_key), now=NOON + timedelta(days=1))
    assert subscriptions.come_back(letter, bytes(reader.address_key), now=NOON + timedelta(days=1, hours=1))
    privacy.erase(reader, method=Method.PREFERENCE_CENTRE, now=NOON + timedelta(days=2))
    assert seals.seal_due() > 0
    call_command("verify_consents")
    assert not Subscriber.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


@pytest.mark.django_db
def test_a_role_that_owns_the_tables_is_refused(settings: Any) -> None:
    me = owner()["user"]
    with pytest.raises(rights.NotNarrow):
        rights.grant(me)
    settings.DATABASE_OWNER_URL = "postgres://someone@127.0.0.1/garrigue"
    settings.DATABASE_APP_URL = f"postgres://{me}@127.0.0.1/garrigue"
    with pytest.raises(ImproperlyConfigured, match="could rewrite the ledger"):
        call_command("migrate", verbosity=0)


@pytest.mark.parametrize(
    ("owns", "comes", "role"),
    [
        ("", "postgres://web@127.0.0.1/garrigue", ""),
        ("postgres://one@127.0.0.1/garrigue", "postgres://one@127.0.0.1/garrigue", ""),
        ("postgres://one:x@127.0.0.1/garrigue", "postgres://web:y@127.0.0.1/garrigue", "web"),
    ],
)
def test_rights_are_granted_where_two_roles_are_named(settings: Any, owns: str, comes: str, role: str) -> None:
    settings.DATABASE_OWNER_URL, settings.DATABASE_APP_URL = owns, comes
    assert rights.role() == role


def test_migrate_comes_as_the_owner_and_grants_the_other(web: psycopg.Connection[Any]) -> None:
    said = owner()
    at = f"{said['host']}:{said['port']}/{said['dbname']}"
    with connection.cursor() as cursor:
        cursor.execute(f"REVOKE ALL ON audiences_subscriber FROM {ROLE}; GRANT ALL ON audiences_consent TO {ROLE}")
    environment = os.environ | {
        "DATABASE_OWNER_URL": f"postgres://{said['user']}:{said['password']}@{at}",
        "DATABASE_URL": f"postgres://{ROLE}:web@{at}",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"], env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    web.execute("SELECT * FROM audiences_subscriber")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        web.execute("UPDATE audiences_consent SET at = now()")
