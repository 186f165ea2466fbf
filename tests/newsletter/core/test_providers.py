import pytest

from newsletter.core.providers import PROVIDERS, Account, BadAccount, is_account, parse_account


def test_a_key_alone_is_an_account() -> None:
    assert parse_account("brevo://:xkeysib-1%2F2@") == Account("brevo", {"api_key": "xkeysib-1/2"})
    assert parse_account("anymail+brevo://:KEY@") == parse_account("brevo://:KEY@")


def test_each_provider_s_parts_have_the_names_that_anymail_gives_them() -> None:
    assert parse_account("mailjet://PUBLIC:SECRET@").settings == {"api_key": "PUBLIC", "secret_key": "SECRET"}
    assert parse_account("mailgun://:KEY@mg.alpilles.example?region=eu").settings == {
        "api_key": "KEY",
        "sender_domain": "mg.alpilles.example",
        "api_url": "https://api.eu.mailgun.net/v3/",
    }
    assert parse_account("postmark://:TOKEN@?message_stream=broadcast").settings == {
        "server_token": "TOKEN",
        "message_stream": "broadcast",
    }
    assert parse_account("scaleway://PROJECT:KEY@?region=fr-par").settings == {
        "project_id": "PROJECT",
        "secret_key": "KEY",
        "region": "fr-par",
    }


def test_an_account_knows_what_django_wants_of_it() -> None:
    account = parse_account("brevo://:KEY@?api=http://127.0.0.1:8025/&weight=3")

    assert account.backend == "anymail.backends.brevo.EmailBackend"
    assert account.anymail == {"BREVO_API_KEY": "KEY", "BREVO_API_URL": "http://127.0.0.1:8025/"}
    assert account.weight == 3


def test_two_accounts_with_one_provider_have_two_names() -> None:
    assert parse_account("brevo://:KEY@").name == "brevo"
    assert parse_account("brevo://hiver:OTHER@").name == "brevo/hiver"
    assert parse_account("mailgun://:KEY@mg.alpilles.example").name == "mailgun/mg.alpilles.example"
    assert parse_account("mailjet://PUBLIC:SECRET@").name == "mailjet"


def test_a_relay_is_no_account() -> None:
    assert not is_account("smtp+tls://user:password@relay.example:587")
    assert all(is_account(f"{name}://:KEY@") for name in PROVIDERS)


@pytest.mark.parametrize(
    "url",
    [
        "pigeon://:SECRET@",
        "brevo://SECRET@",
        "mailjet://:SECRET@",
        "mailgun://:SECRET@mg.example?region=moon",
        "brevo://:SECRET@?weight=heavy",
    ],
)
def test_what_cannot_be_read_is_refused_without_telling_the_key(url: str) -> None:
    with pytest.raises(BadAccount) as problem:
        parse_account(url)

    assert "SECRET" not in str(problem.value)


def test_a_key_never_reaches_a_log() -> None:
    assert repr(parse_account("brevo://:SECRET@")) == "Account(brevo)"
