"""With a provider in EMAIL_URL, log-in mails and confirmations leave by it as well."""

import os
import subprocess
import sys

from django.conf import LazySettings
from django.core.mail import send_mail

from newsletter.core.providers import parse_account
from tests.campaigns.provider import Call, FakeProvider, Reply


def test_one_mail_leaves_by_the_provider(settings: LazySettings) -> None:
    def take(call: Call, count: int) -> Reply:
        return Reply(201, {"messageId": "<1@brevo>"})

    with FakeProvider(take) as peer:
        account = parse_account(f"brevo://:KEY@?api={peer.api}")
        settings.EMAIL_BACKEND, settings.ANYMAIL = account.backend, account.anymail
        send_mail("Votre lien", "Le voici.", "lettre@alpilles.example", ["jeanne@alpilles.example"])

    assert peer.calls[0].json["to"] == [{"email": "jeanne@alpilles.example"}]
    assert peer.calls[0].json["textContent"] == "Le voici."


def test_the_settings_understand_a_provider_before_a_relay() -> None:
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "from newsletter import settings as s; print(s.EMAIL_BACKEND, s.ANYMAIL, s.RELAY_URLS)",
        ],
        env={**os.environ, "EMAIL_URL": "brevo://:KEY@?weight=2,smtp://127.0.0.1:25"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert said.startswith("anymail.backends.brevo.EmailBackend {'BREVO_API_KEY': 'KEY'} ('brevo://:KEY@?weight=2',")
