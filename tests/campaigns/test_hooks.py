"""What mail providers tell by webhook: signed, in time, ours, once."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from audiences.models import Subscription, Suppression
from campaigns import filling, returns
from campaigns.models import Delivery, DeliveryEvent
from campaigns.wire import sns
from newsletter.core import environment
from tests import make
from tests.campaigns import amazon

pytestmark = pytest.mark.django_db
SECRET, KEY = "garrigue:un-long-secret-au-hasard", "une-cle-de-mailgun"
BASIC = {"Authorization": "Basic " + base64.b64encode(SECRET.encode()).decode()}
READER = "jeanne@boite.example"
UNKNOWN, FULL = "550 5.1.1 <jeanne@boite.example>: user unknown", "552 5.2.2 mailbox full"


@pytest.fixture(autouse=True)
def _secrets(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WEBHOOK_SECRET, settings.MAILGUN_WEBHOOK_KEY = SECRET, KEY
    settings.BOUNCES = ("", "@retours.alpilles.example")
    monkeypatch.setattr(sns, "_kept", {})
    monkeypatch.setattr(sns, "fetch", lambda url: amazon.certificate())


@pytest.fixture
def row() -> Delivery:
    make.reader(READER)
    [row] = make.settled(make.running(), "sent")
    Subscription.objects.update(confirmed_at=timezone.now() - timedelta(days=30))
    return row


def token(row: Delivery) -> str:
    return filling.token(row.campaign_id, row.pk)


def brevo(row: Delivery, event: str, reason: str = "", at: float | None = None, **more: Any) -> dict[str, Any]:
    moment = timezone.now().timestamp() if at is None else at
    custom = json.dumps({"delivery": token(row)})
    said = {"event": event, "email": READER, "ts_epoch": int(moment * 1000), "X-Mailin-custom": custom}
    return {**said, "message-id": "<1@brevo.example>", "reason": reason, **more}


def mailjet(row: Delivery, event: str, **more: Any) -> list[dict[str, Any]]:
    payload = json.dumps({"delivery": token(row)})
    return [{"event": event, "time": int(timezone.now().timestamp()), "email": READER, "Payload": payload, **more}]


def postmark(row: Delivery, record: str, **more: Any) -> dict[str, Any]:
    said = {"RecordType": record, "MessageID": "m", "Metadata": {"delivery": token(row)}, "Email": READER}
    return {**said, "BouncedAt": timezone.now().isoformat(), **more}


def mailgun(row: Delivery, event: str, *, age: float = 0, nonce: str = "n", **more: Any) -> dict[str, Any]:
    moment = timezone.now().timestamp() - age
    signature = hmac.new(KEY.encode(), f"{int(moment)}{nonce}".encode(), hashlib.sha256).hexdigest()
    data = {"event": event, "timestamp": moment, "recipient": READER, "user-variables": {"delivery": token(row)}}
    return {
        "signature": {"timestamp": str(int(moment)), "token": nonce, "signature": signature},
        "event-data": {**data, **more},
    }


def ses(row: Delivery, kind: str, **more: Any) -> dict[str, Any]:
    """An event of what left by Amazon's SMTP: only the Return-Path names the delivery."""
    mail = {"messageId": "m", "source": returns.path(row.pk), "destination": [READER], "headers": []}
    message = json.dumps({"eventType": kind, "mail": mail, **more})
    said = {"Type": "Notification", "MessageId": "s", "Timestamp": timezone.now().isoformat(), "Message": message}
    return amazon.signed(said)


def post(provider: str, said: object, *, kind: str = "Notification", **headers: str) -> int:
    headers = headers or BASIC
    if provider == "ses":
        headers = {**headers, "x-amz-sns-message-type": kind, "x-amz-sns-message-id": "s"}
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    client = Client(enforce_csrf_checks=True)
    return client.post(f"/retours/{provider}/", body, content_type="application/json", headers=headers).status_code


def told(provider: str, row: Delivery, how: str) -> object:
    bounced = {"bouncedRecipients": [{"emailAddress": READER, "diagnosticCode": f"smtp; {UNKNOWN}"}]}
    hard = {"bounceType": "Permanent", "bounceSubType": "General", **bounced}
    soft = {"bounceType": "Transient", "bounceSubType": "General", **bounced}
    return {
        ("brevo", "delivered"): lambda: brevo(row, "delivered"),
        ("brevo", "hard"): lambda: brevo(row, "hard_bounce", UNKNOWN),
        ("brevo", "soft"): lambda: brevo(row, "soft_bounce", UNKNOWN),
        ("brevo", "complained"): lambda: brevo(row, "spam"),
        ("brevo", "rejected"): lambda: brevo(row, "blocked", UNKNOWN),
        ("mailjet", "delivered"): lambda: mailjet(row, "sent"),
        ("mailjet", "hard"): lambda: mailjet(row, "bounce", hard_bounce=True, error="user unknown"),
        ("mailjet", "soft"): lambda: mailjet(row, "bounce", hard_bounce=False, error="user unknown"),
        ("mailjet", "complained"): lambda: mailjet(row, "spam"),
        ("mailjet", "rejected"): lambda: mailjet(row, "blocked", error="user unknown"),
        ("postmark", "delivered"): lambda: postmark(row, "Delivery"),
        ("postmark", "hard"): lambda: postmark(row, "Bounce", ID=7, Type="HardBounce", Details=f"smtp;{UNKNOWN}"),
        ("postmark", "soft"): lambda: postmark(row, "Bounce", ID=7, Type="SoftBounce", Details=f"smtp;{UNKNOWN}"),
        ("postmark", "complained"): lambda: postmark(row, "SpamComplaint", ID=8, Type="SpamComplaint"),
        ("postmark", "rejected"): lambda: postmark(row, "Bounce", ID=9, Type="BadEmailAddress", Details=UNKNOWN),
        ("mailgun", "delivered"): lambda: mailgun(row, "delivered"),
        ("mailgun", "hard"): lambda: mailgun(
            row, "failed", severity="permanent", **{"delivery-status": {"message": UNKNOWN}}
        ),
        ("mailgun", "soft"): lambda: mailgun(
            row, "failed", severity="temporary", **{"delivery-status": {"message": UNKNOWN}}
        ),
        ("mailgun", "complained"): lambda: mailgun(row, "complained"),
        ("mailgun", "rejected"): lambda: mailgun(row, "rejected", reject={"reason": UNKNOWN}),
        ("ses", "delivered"): lambda: ses(row, "Delivery", delivery={"recipients": [READER]}),
        ("ses", "hard"): lambda: ses(row, "Bounce", bounce=hard),
        ("ses", "soft"): lambda: ses(row, "Bounce", bounce=soft),
        ("ses", "complained"): lambda: ses(
            row, "Complaint", complaint={"complainedRecipients": [{"emailAddress": READER}]}
        ),
        ("ses", "rejected"): lambda: ses(row, "Reject", reject={"reason": UNKNOWN}),
    }[provider, how]()


PROVIDERS = ["brevo", "mailjet", "postmark", "mailgun", "ses"]


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("how", "kinds", "suppressed"),
    [
        ("delivered", {"delivered"}, []),
        ("hard", {"bounced"}, ["unknown_user"]),
        ("soft", {"bounced", "deferred"}, []),
        ("complained", {"complained"}, ["complained"]),
        ("rejected", {"rejected"}, []),
    ],
)
def test_each_provider_is_understood_and_its_soft_word_stays_soft(
    provider: str, how: str, kinds: set[str], suppressed: list[str], row: Delivery
) -> None:
    assert post(provider, told(provider, row, how)) == 200
    event = DeliveryEvent.objects.get()
    assert (event.kind in kinds, event.source) == (True, provider)
    assert list(Suppression.objects.values_list("reason", flat=True)) == suppressed


@pytest.mark.parametrize("provider", PROVIDERS)
def test_without_the_secret_nothing_is_taken(provider: str, row: Delivery) -> None:
    wrong = "Basic " + base64.b64encode(b"garrigue:a-guess-of-somebody").decode()
    said = told(provider, row, "complained")
    assert post(provider, said, Authorization=wrong) == 403
    assert post(provider, said, **{"X-Nothing": "x"}) == 401
    assert not DeliveryEvent.objects.exists()


def test_a_signature_of_mailgun_that_is_not_theirs_is_refused(row: Delivery) -> None:
    said = mailgun(row, "complained")
    said["signature"]["signature"] = "0" * 64
    assert post("mailgun", said) == 403
    assert not DeliveryEvent.objects.exists()


def test_where_no_secret_is_set_there_is_no_door(row: Delivery, settings: Any) -> None:
    settings.WEBHOOK_SECRET = ""
    assert post("brevo", brevo(row, "spam")) == 404
    settings.WEBHOOK_SECRET, settings.MAILGUN_WEBHOOK_KEY = SECRET, ""
    assert post("mailgun", mailgun(row, "complained")) == 404
    assert post("sendgrid", brevo(row, "spam")) == 404


@pytest.mark.parametrize(("age", "is_taken"), [(0, True), (6 * 86_400, True), (8 * 86_400, False), (-7_200, False)])
def test_what_somebody_kept_and_plays_again_is_not_taken(age: float, is_taken: bool, row: Delivery) -> None:
    assert post("brevo", brevo(row, "spam", at=timezone.now().timestamp() - age)) == 200
    assert post("mailgun", mailgun(row, "unsubscribed", age=age)) == 200
    assert DeliveryEvent.objects.count() == (2 if is_taken else 0)


@pytest.mark.parametrize("event", ["unique_opened", "opened", "proxy_open", "click", "request", "list_addition", "new"])
def test_opens_and_the_clicks_of_a_provider_leave_no_row(event: str, row: Delivery) -> None:
    assert post("brevo", brevo(row, event, link="https://x.example")) == 200
    assert not DeliveryEvent.objects.exists()


def test_a_thousand_identical_posts_are_one_row(row: Delivery) -> None:
    """All ten thousand passed once, in three minutes; test_feedback has as many of what lies behind the door."""
    said = json.dumps(brevo(row, "hard_bounce", UNKNOWN)).encode()
    client = Client()
    for _ in range(1_000):
        answer = client.post("/retours/brevo/", said, content_type="application/json", headers=BASIC)
        assert answer.status_code == 200
    assert (DeliveryEvent.objects.count(), Suppression.objects.count()) == (1, 1)


def test_mailgun_signs_each_telling_anew_and_it_is_one_event(row: Delivery) -> None:
    first = mailgun(row, "delivered")
    again = mailgun(row, "delivered", nonce="another")
    again["event-data"] = first["event-data"]
    assert [post("mailgun", first), post("mailgun", again)] == [200, 200]
    assert DeliveryEvent.objects.count() == 1


def test_what_amazon_did_not_sign_is_refused_whoever_knows_the_secret(row: Delivery) -> None:
    said = told("ses", row, "complained")
    assert isinstance(said, dict)
    assert post("ses", {**said, "Message": said["Message"].replace("Complaint", "Bounce")}) == 403
    assert post("ses", {name: value for name, value in said.items() if name != "Signature"}) == 403
    assert post("ses", {**said, "SigningCertURL": "https://sns.eu-west-3.amazonaws.com.evil.example/x.pem"}) == 403
    assert not DeliveryEvent.objects.exists()
    assert post("ses", said) == 200


def test_without_amazons_certificate_it_is_told_again_later(
    row: Delivery, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(url: str) -> bytes:
        raise sns.Unavailable("MaxRetryError")

    said = told("ses", row, "complained")
    monkeypatch.setattr(sns, "fetch", away)
    assert post("ses", said) == 503
    assert not DeliveryEvent.objects.exists()
    monkeypatch.setattr(sns, "fetch", lambda url: amazon.certificate())
    assert post("ses", said) == 200
    assert DeliveryEvent.objects.count() == 1


def test_a_topic_is_confirmed_at_an_address_that_amazon_has_signed_and_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("WARNING")
    url = "https://sns.eu-west-3.amazonaws.com/?Action=ConfirmSubscription&Token=abc"
    asked = {"Type": "SubscriptionConfirmation", "MessageId": "s", "Message": "Hello", "Token": "abc"}
    asked |= {"Timestamp": timezone.now().isoformat(), "SubscribeURL": url}
    for said, status in (
        (amazon.signed(asked), 200),
        ({**amazon.signed(asked), "SubscribeURL": "https://evil.example/"}, 403),
        (asked, 403),
    ):
        caplog.clear()
        assert post("ses", said, kind="SubscriptionConfirmation") == status
        assert (url in caplog.text) is (status == 200)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"7", b"{}", b"\xff\xfe", b"[" * 50_000, b'{"event":', b'{"event-data": 7}']
)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_broken_body_is_answered_and_changes_nothing(provider: str, body: bytes, row: Delivery) -> None:
    assert post(provider, body) in (200, 400, 403)
    assert not DeliveryEvent.objects.exists()


def test_a_body_without_end_is_not_read(row: Delivery) -> None:
    assert post("brevo", b'{"event": "' + b"a" * 2_000_000 + b'"}') == 413


@pytest.mark.parametrize("forged", ["1.laptop.aaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbb", "", "x", None, 7, ["x"]])
def test_a_token_that_is_not_ours_names_nothing(forged: object, row: Delivery) -> None:
    said = brevo(row, "spam")
    said["X-Mailin-custom"] = json.dumps({"delivery": forged})
    assert post("brevo", said) == 200
    assert not DeliveryEvent.objects.exists()


def test_a_secret_that_can_be_guessed_is_refused() -> None:
    for said in ("garrigue", "garrigue:court", ":un-long-secret-au-hasard"):
        with pytest.raises(environment.BadEnvironment, match="WEBHOOK_SECRET"):
            environment.webhook_secret(said)
    assert environment.webhook_secret(SECRET) == SECRET
