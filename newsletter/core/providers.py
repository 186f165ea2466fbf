"""A mail provider spoken to over HTTP, as it is named in EMAIL_URL: `brevo://:KEY@`.

It stands in this wing because log-in mails leave through it as well as campaigns.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import parse_qs, unquote, urlsplit


class BadAccount(ValueError):
    """The account of a provider cannot be read; the message holds no key."""


@dataclass(frozen=True)
class Provider:
    """What we must know of a provider to reach it; `user`, `key` and `host` are what anymail calls those parts."""

    name: str
    key: str
    user: str = ""
    host: str = ""
    regions: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()


PROVIDERS = {
    provider.name: provider
    for provider in (
        Provider("brevo", key="api_key"),
        Provider("mailjet", user="api_key", key="secret_key", regions={"us": "https://api.us.mailjet.com/v3.1/"}),
        Provider("mailgun", key="api_key", host="sender_domain", regions={"eu": "https://api.eu.mailgun.net/v3/"}),
        Provider("postmark", key="server_token", options=("message_stream",)),
        Provider("resend", key="api_key"),
        Provider("scaleway", user="project_id", key="secret_key", options=("region",)),
        Provider("sparkpost", key="api_key", regions={"eu": "https://api.eu.sparkpost.com/api/v1/"}),
    )
}


@dataclass(frozen=True)
class Account:
    """An account with a provider. `name` is what limits and pauses are kept under."""

    provider: str
    settings: Mapping[str, str] = field(default_factory=dict)
    label: str = ""
    weight: int = 1
    # A provider knows the operators, and stands between them and us.
    by_operator: ClassVar[bool] = False
    direct: ClassVar[bool] = False

    @property
    def name(self) -> str:
        return f"{self.provider}/{self.label}" if self.label else self.provider

    @property
    def title(self) -> str:
        """What people call it."""
        return f"{self.provider.capitalize()} ({self.label})" if self.label else self.provider.capitalize()

    @property
    def backend(self) -> str:
        """Return the path of Django's mail backend for this provider."""
        return f"anymail.backends.{self.provider}.EmailBackend"

    @property
    def anymail(self) -> dict[str, str]:
        """Return the settings of that backend, as Django's ANYMAIL wants them."""
        return {f"{self.provider}_{name}".upper(): value for name, value in self.settings.items()}

    def __repr__(self) -> str:  # a key never reaches a log
        return f"Account({self.name})"


def is_account(url: str) -> bool:
    """Return whether this names a provider, not an SMTP relay."""
    return _scheme(url) in PROVIDERS


def parse_account(url: str) -> Account:
    """Return the account behind `provider://[user]:key@[domain]?region=eu&weight=2`; raise BadAccount.

    `api=` names another address of the interface; a user that the provider has no use for tells accounts apart.
    """
    provider = PROVIDERS.get(_scheme(url))
    if provider is None:
        raise BadAccount(f"EMAIL_URL knows no provider {_scheme(url)}; it knows {', '.join(PROVIDERS)}")
    # urlsplit reads users and hosts only after "//", whatever the scheme
    parts, query = urlsplit(url), {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()}
    key, user = unquote(parts.password or ""), unquote(parts.username or "")
    if not key or (provider.user and not user):
        wanted = f"{provider.name}://{provider.user or ''}:{provider.key}@"
        raise BadAccount(f"EMAIL_URL lacks the key of {provider.name}: it looks like {wanted}")
    settings = {provider.key: key}
    if provider.user:
        settings[provider.user] = user
    if provider.host and parts.hostname:
        settings[provider.host] = parts.hostname
    settings |= {name: query[name] for name in provider.options if name in query}
    if "region" in query and "region" not in provider.options:
        if query["region"] not in provider.regions:
            raise BadAccount(f"{provider.name} has no region {query['region']}")
        settings["api_url"] = provider.regions[query["region"]]
    if "api" in query:
        settings["api_url"] = query["api"]
    try:
        weight = max(1, int(query.get("weight", "1")))
    except ValueError:
        raise BadAccount("the weight in EMAIL_URL is a number") from None
    label = (parts.hostname or "") if provider.host else "" if provider.user else user
    return Account(provider.name, settings, label=label, weight=weight)


def _scheme(url: str) -> str:
    return url.partition(":")[0].lower().removeprefix("anymail+")
