"""django-anymail's backend for a provider, on a session of ours and with messages of ours."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.utils.module_loading import import_string

from campaigns.core.esp import MANNERS, Manner
from campaigns.core.mergefields import BREVO, MAILGUN, MAILJET, SPARKPOST, Dialect, cast
from campaigns.wire.http import ANSWER_TIMEOUT, CONNECT_TIMEOUT, Progress, watched_session
from newsletter.core.headers import Address
from newsletter.core.message import MessageTemplate
from newsletter.core.parts import Parts, take_apart, written
from newsletter.core.providers import Account

DIALECTS: dict[str, Dialect] = {"brevo": BREVO, "mailjet": MAILJET, "mailgun": MAILGUN, "sparkpost": SPARKPOST}
# Message-ID and Date are the provider's own; From, To, Subject and Reply-To have fields of their own.
LEFT_OUT = frozenset({"From", "To", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version", "Content-Type"})
METADATA = "delivery"


@dataclass(frozen=True, slots=True)
class Letter:
    """An armed message: what its holes are filled with, and the token by which events name the delivery."""

    delivery: int
    address: str
    token: str
    values: Mapping[str, str]
    attempt: int = 1
    may_retry: bool = True


class Envelopes:
    """A message template as one provider takes it, made once and used for batch after batch."""

    def __init__(self, template: MessageTemplate, account: Account) -> None:
        self.manner: Manner = MANNERS[account.provider]
        self.provider = account.provider
        self.parts: Parts = take_apart(template)
        self.mould = cast(self.parts, DIALECTS[self.manner.merge]) if self.manner.merge else None

    def fields(self, letter: Letter) -> dict[str, str]:
        """Return what differs for this reader; raise BadValue. Where there is no merge syntax: the whole message."""
        if self.mould:
            return self.mould.values(letter.values)
        names = self.manner.bodies or ("subject", "text", "html")
        pieces = (self.parts.subject, self.parts.text, self.parts.html)
        return {name: written(piece, letter.values) for name, piece in zip(names, pieces, strict=True)}

    def message(self, letters: Sequence[Letter], *, key: str) -> EmailMultiAlternatives:
        """Return one message for all these readers, in anymail's words; raise BadValue."""
        fields = {letter.address: self.fields(letter) for letter in letters}
        if self.mould:
            subject, text, html = self.mould.subject, self.mould.text, self.mould.html
        else:  # with `bodies` each reader's own take their place
            subject, text, html = fields[letters[0].address].values()
        message = EmailMultiAlternatives(subject, text, _mailbox(self.parts.address("From")), list(fields))
        message.attach_alternative(html, "text/html")
        reply_to = self.parts.address("Reply-To")
        message.reply_to = [_mailbox(reply_to)] if reply_to else []
        ours: Any = message
        headers = {letter.address: self._headers(letter) for letter in letters}
        tokens = {letter.address: {METADATA: letter.token} for letter in letters}
        if self.manner.batch > 1:
            # All headers stand with the reader: a provider that merges them may drop those of the call.
            ours.merge_headers, ours.merge_metadata = headers, tokens
        else:
            message.extra_headers, ours.metadata = headers[letters[0].address], tokens[letters[0].address]
        if self.mould:
            ours.merge_data = fields
        elif self.manner.bodies:
            ours.bodies = list(fields.values())
        if self.manner.may_refuse_tracking:
            ours.track_clicks = ours.track_opens = False
        if self.manner.idempotency_extra:
            message.extra_headers[self.manner.idempotency_extra] = key
        if self.provider == "mailjet":
            ours.esp_extra = {"Globals": {"TemplateLanguage": True}}
        return message

    def _headers(self, letter: Letter) -> dict[str, str]:
        return {
            name: written(pieces, letter.values) for name, pieces in self.parts.headers.items() if name not in LEFT_OUT
        }


def open_backend(account: Account, progress: Progress, *, answer_timeout: float = ANSWER_TIMEOUT) -> Any:
    """Return anymail's backend for this account, opened; its calls tell `progress` how far they came."""
    base: Any = import_string(account.backend)

    class Backend(base):  # type: ignore[misc]
        def create_session(self) -> Any:
            session = watched_session(progress)
            session.headers.update(super().create_session().headers)
            send = session.request
            session.request = lambda **call: send(**{**call, "allow_redirects": False})  # type: ignore[method-assign]
            return session

        def build_message_payload(self, message: Any, defaults: Any) -> Any:
            payload = super().build_message_payload(message, defaults)
            bodies = getattr(message, "bodies", None)
            if bodies:
                serialize = payload.serialize_data
                payload.serialize_data = lambda: _each_with_its_own(serialize(), bodies)
            return payload

    backend = Backend(
        **account.settings,
        timeout=(CONNECT_TIMEOUT, answer_timeout),
        # Refused for all is an answer like any other; it stands in the message's status.
        ignore_recipient_status=True,
        send_defaults={},
        debug_api_requests=False,
    )
    backend.open()
    return backend


def _each_with_its_own(serialized: str, bodies: Sequence[Mapping[str, str]]) -> str:
    messages: list[dict[str, Any]] = json.loads(serialized)
    return json.dumps([{**message, **body} for message, body in zip(messages, bodies, strict=True)])


def _mailbox(address: Address | None) -> str:
    """Return a mailbox as anymail reads it: the name in quotes, whatever stands in it."""
    assert address is not None
    if not address.name:
        return address.email
    name = address.name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{name}" <{address.email}>'
