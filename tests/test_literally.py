"""Whatever a member or the board types comes out as it was typed: in the preview, the archive and the mail."""

import email
import email.policy
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns import schedule, variants
from newsletter import calls, consultation, contents, editions, invitations, tasks
from newsletter.core.consultation import Opinion
from newsletter.models import Association, Contribution, DestinationSeat, Edition, Notice
from tests import make

pytestmark = pytest.mark.django_db

EVIL = [
    "<script>alert(1)</script>",
    "</mj-text></mj-column><mj-raw>x</mj-raw>",
    "{{ content.identity }}{{ x|safe }}",
    "{% include x %}{# x #}{% debug %}",
    "%%first_name%% %%x%% $99 ${PATH}",
    "<!--[if mso]><b>x</b><![endif]-->",
    "]]></mj-text><![CDATA[",
    '"><img src=x onerror=alert(1)>',
    "&amp;&lt;b&gt; =E9=\\u{a0}\\",
    "*|FNAME|* [[x]] zq0n0qz",
]
VALUES = {
    "to_address": "jeanne@boite.example",
    "first_name": "Jeanne",
    "date": "Mon, 23 Nov 2026 12:00:00 +0100",
    "message_id": "<1@alpilles.example>",
    "unsubscribe_url": "https://lettre.example/u/1",
    "preferences_url": "https://lettre.example/preferences/1/",
    "web_version_url": "https://lettre.example/editions/1/",
}


class Seen(HTMLParser):
    """What eyes and screen readers meet of a page, and the elements it is made of."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.tags: list[str] = []
        self._inside = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]
        self.words += [value or "" for name, value in attrs if name == "alt"]

    def handle_data(self, data: str) -> None:
        if self._inside not in ("style", "script"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return bare(" ".join(self.words))


def bare(text: str) -> str:
    """The text without its spaces, which typesetting may change and wrap."""
    return "".join(text.split())


def edition_saying(said: str, **fields: str) -> Edition:
    """An edition in which the member and the board typed this wherever they can."""
    association = make.newsletter().association
    Association.objects.filter(pk=association.pk).update(name=f"A{said}"[:120], postal_address=f"B{said}")
    commune = make.place(name=f"C{said}"[:80])
    mas = make.member(name=f"D{said}", commune=commune, phone=f"E{said}"[:24])
    offer = make.approved(
        member=mas,
        title=f"F{said}"[:80],
        text=f"G{said}",
        image_alt=f"H{said}",
        title_en=f"Q{said}"[:80],
        text_en=f"R{said}",
        booking_phone=f"S{said}"[:24],
    )
    edition = make.edition(offer, title=f"I{said}", preheader="Nos adresses", subject="Noël", **fields)
    asked = make.consulted(make.operation(theme=f"N{said}", brief=f"O{said}"), make.partner(f"K{said}"))
    days = {"valid_from": make.TODAY, "valid_until": date(2027, 1, 6), "at": make.NOON}
    words = {"title": f"L{said}"[:100], "text": f"M{said}", "where": f"P{said}"[:100]}
    told = Contribution.objects.create(consultation=asked, kind="market", **words, **days)
    DestinationSeat.objects.create(edition=edition, contribution=told)
    return edition


WHERE = "ABDFGIKLMP"  # C and E are cut short by their columns, H needs a picture


@pytest.mark.parametrize("said", EVIL)
def test_typed_into_every_field_it_stands_there_in_every_form_of_the_letter(client: Client, said: str) -> None:
    edition = edition_saying(said)
    plain = edition_saying("innocent")
    client.force_login(make.board_member())
    preview = client.get(reverse("board:preview", args=[edition.pk])).content.decode()
    innocent = client.get(reverse("board:preview", args=[plain.pk])).content.decode()
    text = client.get(reverse("board:preview-text", args=[edition.pk])).content.decode()
    editions.lock(edition, by=None, now=make.NOON)
    archive = client.get(reverse("edition-archive", args=[edition.slug])).content.decode()
    campaign = schedule.plan(edition, [], starts_at=None, by=None)
    variant = variants.compile(campaign.variants.get(), now=make.NOON)
    mail = email.message_from_bytes(variants.template_of(variant).fill(VALUES), policy=email.policy.default)
    parts = {part.get_content_subtype(): part.get_content() for part in mail.iter_parts()}

    seen = Seen(preview)
    for words in (seen.text, Seen(archive).text, Seen(parts["html"]).text, bare(text), bare(parts["plain"])):
        for field in WHERE:
            assert field + bare(said) in words, field
    # and the letter is built as if nothing had been said
    assert seen.tags == Seen(innocent).tags
    assert preview.count("<!--") == innocent.count("<!--")


@pytest.mark.parametrize("said", EVIL)
def test_what_a_member_types_in_english_and_to_be_rung_up_stands_there_too(client: Client, said: str) -> None:
    edition = edition_saying(said, language="en")
    innocent = edition_saying("innocent", language="en")
    client.force_login(make.board_member())
    preview, plain = (
        Seen(client.get(reverse("board:preview", args=[each.pk])).content.decode()) for each in (edition, innocent)
    )
    text = client.get(reverse("board:preview-text", args=[edition.pk])).content.decode()

    for words in (preview.text, bare(text)):
        assert "Q" + bare(said) in words
        assert "R" + bare(said) in words
        assert bare(f"S{said}"[:24]) in words
    assert preview.tags == plain.tags


@pytest.mark.parametrize("said", EVIL)
def test_the_card_beside_the_form_says_what_is_typed(client: Client, said: str) -> None:
    person = make.user()
    mas = make.member(person=person)
    typed = {"title": f"F{said}"[:80], "text": f"G{said}", "title_en": f"K{said}"[:80], "text_en": f"L{said}"}
    offers = [
        make.offer(member=mas, booking_phone=f"M{said}"[:24], **typed),
        make.offer(member=mas, booking_phone="M", **dict.fromkeys(typed, "innocent")),
    ]
    client.force_login(person)
    for language, fields in (("fr", "FG"), ("en", "KL")):
        card, plain = (
            Seen(client.get(reverse("offer-preview", args=[each.pk]), {"langue": language}).content.decode())
            for each in offers
        )
        for field in fields:
            assert field + bare(said) in card.text
        assert bare(f"M{said}"[:24]) in card.text
        assert card.tags == plain.tags
    form = client.get(reverse("offer-edit", args=[offers[0].pk])).content.decode()
    assert "<script>alert" not in form
    assert "<img src=x" not in form


@pytest.mark.parametrize("said", [*EVIL, "one\u2028two\x0bthree", "one\r\nBcc: all@boite.example"])
@pytest.mark.parametrize("field", ["subject", "preheader", "editorial"])
def test_what_the_board_writes_stands_there_or_is_named(client: Client, said: str, field: str) -> None:
    edition = make.edition(make.approved(), **{field: f"J{said}"})
    client.force_login(make.board_member())
    preview = Seen(client.get(reverse("board:preview", args=[edition.pk])).content.decode())

    assert not {"script", "b"} & set(preview.tags)
    assert preview.tags.count("img") == 1, "the ornament"
    blocking = contents.examine(edition).blocking
    assert {finding.code for finding in blocking} <= {"unknown_merge_field"}
    if blocking:
        return
    editions.lock(edition, by=None, now=make.NOON)
    campaign = schedule.plan(edition, [], starts_at=None, by=None)
    variant = variants.compile(campaign.variants.get(), now=make.NOON)
    filled = variants.template_of(variant).fill(VALUES)
    mail = email.message_from_bytes(filled, policy=email.policy.default)

    assert filled.split(b"\r\n\r\n")[0].count(b"\r\nSubject: ") == 1
    if field == "subject":
        assert bare(mail["Subject"]) == "J" + bare(said)
        assert mail["Bcc"] is None


@pytest.mark.parametrize("said", [*EVIL, "one\r\nBcc: all@boite.example"])
def test_what_is_typed_of_an_operation_stands_there_on_its_pages_and_in_its_letters(client: Client, said: str) -> None:
    client.force_login(make.board_member())
    mill = make.member(f"D{said}"[:120], email="moulin@x.example")
    days = {"closes_at": timezone.now() + timedelta(days=3), "valid_until": date(2099, 1, 1)}
    row = make.operation(theme=f"N{said}"[:100], brief=f"O{' '.join(said.split())}", **days)
    asked = make.consulted(row, make.partner(f"K{said}"[:120], email="office@x.example"))
    remark = consultation.remark(asked, opinion=Opinion.RESERVE, words=f"Q{said}", now=timezone.now())
    consultation.answer(remark, words=f"R{said}", by=None, now=timezone.now())
    Notice.objects.update(owed_at=make.NOON, about=make.NOON)
    consulted = client.get(reverse("board:operation-consultation", args=[row.pk])).content.decode()
    partners = client.get(reverse("consultation", args=[consultation.token_of(asked)])).content.decode()
    calls.open_call(row, by=None, now=timezone.now())
    call = make.call_of(row, mill)
    invited = client.get(reverse("invitation-call", args=[invitations.token_of(call.invitation)])).content.decode()
    tasks.mail_notices()

    for html, fields in ((consulted, "NOKQR"), (partners, "NOKQR"), (invited, "NOD")):
        page = Seen(html)
        assert not {"b", "mj-text"} & set(page.tags)
        for field in fields:
            assert field + bare(said) in page.text, field
    assert {tuple(message.to) for message in mail.outbox} == {("moulin@x.example",), ("office@x.example",)}
    for message in mail.outbox:
        assert "Bcc" not in message.message()
        assert said.split()[0] not in message.subject, "nothing that a person typed belongs into a subject"
        assert "N" + bare(said) in bare(message.body)
        assert isinstance(message, EmailMultiAlternatives)
        assert "N" + bare(said) in Seen(str(message.alternatives[0][0])).text
