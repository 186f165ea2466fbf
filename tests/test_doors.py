"""Every address of the house, and who may stand before it: strangers, members, other members, the board."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone, translation
from pytest_django import DjangoDbBlocker

from audiences.models import Segment, Subscriber
from campaigns import pulses
from campaigns.models import Campaign
from newsletter import catalogue
from newsletter.models import (
    Association,
    CalendarFeed,
    Call,
    CatalogueImport,
    Choice,
    Consultation,
    Contribution,
    Edition,
    Feast,
    Member,
    Newsletter,
    Offer,
    OfferMove,
    OfferRevision,
    Operation,
    Override,
    Partner,
    Place,
    PlannedEdition,
    Remark,
    RemarkAnswer,
    User,
)
from tests import behind, feeds
from tests.environment import servers

pytestmark = pytest.mark.django_db


class For(Enum):
    EVERYONE = "everyone"
    HOLDER = "whoever holds the link"
    SIGNED_IN = "whoever is signed in"
    OWNER = "who signs for the member"
    EDITOR = "who works on offers and editions"
    BOARD = "the board"
    ADMIN = "who says who holds which role"
    PROVIDER = "a mail provider that knows the secret"


@dataclass(frozen=True)
class Door:
    name: str
    who: For
    args: tuple[str, ...] = ()
    acts: bool = False
    said: dict[str, str] = field(default_factory=dict)


DOORS = [
    *(Door(name, For.EVERYONE) for name in ("home", "editions", "communes")),
    *(Door(name, For.EVERYONE, ("slug",)) for name in ("subscribe", "subscribe-thanks")),
    Door("edition-archive", For.EVERYONE, ("locked_slug",)),
    Door("set_language", For.EVERYONE),
    Door("sign-in", For.EVERYONE),
    Door("sign-in-code", For.EVERYONE),
    Door("sign-out", For.EVERYONE, acts=True),
    Door("sign-in-link", For.HOLDER, ("sign_in", "again")),
    Door("sign-in-again", For.HOLDER, ("again",), acts=True),
    Door("demo-enter", For.HOLDER, ("demo",)),
    Door("invitation", For.HOLDER, ("invitation",)),
    Door("invitation-preview", For.HOLDER, ("invitation",)),
    *(Door(f"invitation-{verb}", For.HOLDER, ("invitation",), acts=True) for verb in ("keep", "picture", "copy")),
    *(Door(name, For.HOLDER, ("preferences",), acts=True) for name in ("leave-all", "my-data-ask")),
    *(Door(name, For.HOLDER, ("my_data",)) for name in ("my-data", "my-data-json", "my-data-csv", "forget-me")),
    *(Door(name, For.HOLDER, (name,)) for name in ("confirm", "preferences", "stay", "unsubscribe", "unmeasure")),
    Door("click", For.HOLDER, ("click", "first")),
    Door("shared-click", For.HOLDER, ("shared",)),
    Door("open", For.HOLDER, ("pixel",)),
    Door("come-back", For.HOLDER, ("unsubscribe",), acts=True),
    Door("desk", For.SIGNED_IN),
    Door("offer-new", For.OWNER, ("member",)),
    Door("own-share", For.OWNER, ("member",)),
    Door("member-share", For.BOARD, ("member",)),
    *(Door(name, For.OWNER, ("offer",)) for name in ("offer", "offer-edit", "offer-report", "offer-preview")),
    Door("offer-begin", For.OWNER, ("member",), acts=True),
    *(Door(f"offer-{verb}", For.OWNER, ("offer",), acts=True) for verb in ("keep", "picture", "copy")),
    *(Door(f"offer-{verb}", For.OWNER, ("offer",), acts=True) for verb in ("submit", "withdraw", "resume", "object")),
    Door("member-page", For.EVERYONE, ("member_slug",)),
    Door("member-link", For.OWNER, ("member",)),
    Door("member-code", For.OWNER, ("member", "svg")),
    *(Door(f"member-report{kind}", For.OWNER, ("member",)) for kind in ("", "-pdf", "-csv")),
    *(Door(f"board:{name}", For.BOARD) for name in ("members", "member-new", "members-file", "communes")),
    *(Door(f"board:{name}", For.BOARD, ("member",)) for name in ("member", "member-edit")),
    *(Door(f"board:member-{verb}", For.BOARD, ("member",), acts=True) for verb in ("suspend", "resume")),
    Door("board:member-let-in", For.BOARD, ("member",), True, {"email": "luc@mas.example"}),
    Door("board:member-let-out", For.BOARD, ("member", "owner_pk"), acts=True),
    Door("board:member-paid", For.BOARD, ("member",), True, {"year": "2026", "paid_on": "2026-01-05"}),
    Door("board:member-unpaid", For.BOARD, ("member", "year"), acts=True),
    Door("board:members-file-confirm", For.BOARD, acts=True, said={"text": "nom,métier,commune"}),
    *(Door(f"board:{name}", For.BOARD) for name in ("catalogue", "catalogue-new")),
    Door("board:catalogue-import", For.BOARD, ("import",)),
    *(Door(f"board:catalogue-{verb}", For.BOARD, ("import",), acts=True) for verb in ("confirm", "discard")),
    *(Door(f"board:{name}", For.BOARD, ("listing",)) for name in ("listing", "listing-member")),
    Door("board:listing-connect", For.BOARD, ("listing",), acts=True),
    Door("board:listing-cite", For.BOARD, ("listing",), acts=True),
    Door("board:people", For.ADMIN),
    Door("board:people-appoint", For.ADMIN, (), True, {"email": "luc@mas.example", "role": "editor"}),
    Door("board:people-change", For.ADMIN, ("other_pk",), True, {"role": "editor"}),
    *(Door(f"board:{name}", For.EDITOR) for name in ("home", "offers", "editions", "edition-new")),
    Door("board:offer", For.EDITOR, ("waiting",)),
    Door("board:offer-invite", For.BOARD, ("offer",), acts=True),
    Door("board:member-invite", For.BOARD, ("member",), acts=True),
    Door("board:invitation-revoke", For.BOARD, ("way_in",), acts=True),
    *(Door(f"board:offer-{verb}", For.EDITOR, ("waiting",), acts=True) for verb in ("approve", "seen")),
    Door("board:offer-correct", For.EDITOR, ("waiting",)),
    Door("board:offers-approve", For.EDITOR, acts=True),
    Door("board:answer-undo", For.EDITOR, ("answer",), acts=True),
    Door("board:offer-enter", For.BOARD, ("member",), acts=True),
    *(
        Door(f"board:offer-{verb}", For.EDITOR, ("waiting",), True, {"comment": "Non."})
        for verb in ("return", "decline")
    ),
    *(Door(f"board:{name}", For.EDITOR, ("edition",)) for name in ("edition", "preview", "preview-text")),
    *(Door(f"board:edition-{verb}", For.EDITOR, ("edition",), True) for verb in ("write", "arrange", "lock", "test")),
    Door("board:edition-reopen", For.EDITOR, ("locked",), acts=True),
    *(
        Door(f"board:edition-{verb}", For.EDITOR, ("edition", "placed"), acts=True)
        for verb in ("place", "move", "remove", "refresh")
    ),
    Door("agenda", For.EVERYONE),
    Door("board-agenda", For.HOLDER, ("agenda",)),
    *(Door(f"board:{name}", For.BOARD) for name in ("calendar", "feasts", "feast-new", "feeds", "calendar-import")),
    Door("board:calendar-year", For.BOARD, ("year",)),
    Door("board:feast", For.BOARD, ("feast",)),
    Door("board:feast-drop", For.BOARD, ("feast",), acts=True),
    Door("board:feast-shipped", For.BOARD, ("shipped",)),
    *(Door(f"board:feast-{verb}", For.BOARD, ("shipped",), acts=True) for verb in ("hide", "restore")),
    *(Door(f"board:feed-{verb}", For.BOARD, ("feed",), acts=True) for verb in ("reread", "drop")),
    *(Door(f"board:{name}", For.BOARD, acts=True) for name in ("agenda-turn", "calendar-keep")),
    *(Door(name, For.BOARD) for name in "segments segment-new segment-build segment-preview readers imports".split()),
    *(Door(name, For.BOARD) for name in "reader-rules signup-snippet readers-csv readers-xlsx".split()),
    *(Door(f"segment{kind}", For.BOARD, ("segment",)) for kind in ("", "-csv", "-xlsx")),
    *(Door(f"import{kind}", For.BOARD, ("file",)) for kind in ("", "-refused")),
    *(Door(f"import-{act}", For.BOARD, ("file",), acts=True) for act in ("reread", "confirm", "discard")),
    *(Door(f"segment-{verb}", For.BOARD, ("segment",)) for verb in ("rebuild", "delete")),
    Door("segment-found", For.BOARD, acts=True),
    Door("reader", For.BOARD, ("reader",)),
    *(Door(f"reader-{verb}", For.BOARD, ("reader",), acts=True) for verb in ("end", "forget")),
    Door("campaign-prepare", For.BOARD, ("locked",)),
    *(Door(name, For.BOARD) for name in ("campaigns", "pace", "measuring", "reports", "parked-mails")),
    *(Door(f"parked-{verb}", For.BOARD, ("parked",), acts=True) for verb in ("again", "aside")),
    Door("parked-source", For.ADMIN, ("parked",)),
    Door("test-mails", For.BOARD, ("campaign",)),
    Door("test-mail", For.BOARD, ("campaign", "test_mail")),
    Door("test-mail-look", For.BOARD, ("campaign", "test_mail"), acts=True),
    Door("link-repair", For.BOARD, ("sending", "first")),
    Door("warm-up", For.BOARD, acts=True, said={"domain": "alpilles.example", "first_day": "2026-12-01"}),
    *(Door(name, For.BOARD, ("campaign",)) for name in ("campaign", "campaign-launch")),
    *(Door(f"campaign-{name}", For.BOARD, ("campaign",)) for name in ("again", "why", "details", "links")),
    *(Door(f"campaign-resend-{what}", For.BOARD, ("campaign",), True, {"typed": "1"}) for what in ("failed", "doubt")),
    *(Door(f"campaign-report{kind}", For.BOARD, ("sending",)) for kind in ("", "-csv", "-xlsx", "-pdf")),
    *(Door(name, For.BOARD, ("sending",)) for name in ("campaign-map", "campaign-map-letter")),
    Door("campaign-prove", For.BOARD, ("sending", "doubtful"), True, {"proof": "sent", "source": "au téléphone"}),
    *(Door(name, For.EVERYONE) for name in ("health", "metrics")),
    # Without a secret of the installation there is no door for providers; tests/campaigns/test_hooks.py opens it.
    Door("hook", For.PROVIDER, ("provider",), acts=True),
    Door("call", For.OWNER, ("call",)),
    *(Door(f"call-{verb}", For.OWNER, ("call",), acts=True) for verb in ("decline", "think-again")),
    Door("invitation-call", For.HOLDER, ("called",)),
    *(Door(f"invitation-{verb}", For.HOLDER, ("called",), acts=True) for verb in ("decline", "think-again")),
    Door("consultation", For.HOLDER, ("partner",)),
    *(Door(f"consultation-{verb}", For.HOLDER, ("partner",), acts=True) for verb in ("remark", "contribute")),
    Door("consultation-take-back", For.HOLDER, ("partner", "contribution"), acts=True),
    *(Door(f"board:{name}", For.BOARD) for name in ("operations", "operation-new")),
    *(
        Door(f"board:operation{room}", For.BOARD, ("operation",))
        for room in ("", "-edit", "-consultation", "-call", "-selection")
    ),
    *(
        Door(f"board:operation-{verb}", For.BOARD, ("operation",), acts=True)
        for verb in (
            *("schedule", "revise", "cancel", "consult", "partner", "open", "call-new", "remind", "extend", "close"),
            *("draft", "announce"),
        )
    ),
    Door("board:operation-override", For.BOARD, ("planned", "call"), acts=True),
    Door("board:remark-answer", For.BOARD, ("remark",), acts=True),
    *(Door(f"board:contribution-{verb}", For.BOARD, ("contribution",), acts=True) for verb in ("accept", "set-aside")),
    Door("operation-targets", For.BOARD, ("operation",)),
    *(
        Door(f"campaign-{verb}", For.BOARD, ("campaign",), acts=True)
        for verb in ("launch-now", "take-back", "pause", "resume", "cancel")
    ),
]
PUBLIC = {"home", "subscribe", "editions", "edition-archive", "member-page", "agenda"}
ROLES = {For.EDITOR: "editor", For.BOARD: "board", For.ADMIN: "admin"}
all_doors = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)


@pytest.fixture(scope="module")
def built(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    """Something behind every door, built once and never committed."""
    media = tmp_path_factory.mktemp("media")
    own = {"DEMO": True, "MEDIA_ROOT": media, "PRIVATE_ROOT": media, "REDIS_URL": servers.redis_url}
    with django_db_blocker.unblock(), override_settings(**own), translation.override("fr"), transaction.atomic():
        yield behind.build() | {"media": media}
        transaction.set_rollback(True)


@pytest.fixture
def house(built: dict[str, Any], settings: Any) -> dict[str, Any]:
    """What stands in the addresses, and the people; what a test does to the house is taken back to where it began."""
    settings.MEDIA_ROOT = settings.PRIVATE_ROOT = built["media"]
    pulses.beat(now=timezone.now())
    return dict(built)


def url(door: Door, house: dict[str, Any]) -> str:
    return reverse(door.name, args=[house[name] for name in door.args])


def names(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from names(pattern.url_patterns, prefix + space)
        elif pattern.name:
            yield prefix + pattern.name


def knock(door: Door, house: dict[str, Any], person: str, method: str = "") -> HttpResponse:
    client = Client()
    if person:
        client.force_login(house[person])
    knocking = getattr(client, method or ("post" if door.acts else "get"))
    answer: HttpResponse = knocking(url(door, house), door.said if door.acts else {})
    return answer


def test_every_address_of_the_house_is_in_this_table() -> None:
    assert sorted(door.name for door in DOORS) == sorted(names(get_resolver().url_patterns))


@all_doors
def test_everyone_gets_as_far_as_is_theirs(door: Door, house: dict[str, Any]) -> None:
    stranger = knock(door, house, "")
    if door.who is For.PROVIDER:
        assert stranger.status_code == 404
        return
    if door.who in (For.EVERYONE, For.HOLDER):
        assert stranger.status_code in (200, 302)
        assert "next=" not in stranger.get("Location", "")
        return
    here = "/" if door.acts else url(door, house)
    assert (stranger.status_code, stranger["Location"]) == (302, f"/connexion/?next={here}")
    allowed = {
        For.SIGNED_IN: ["owner", "other", "editor", "board", "admin"],
        For.OWNER: ["owner"],
        For.EDITOR: ["editor", "board", "admin"],
        For.BOARD: ["board", "admin"],
        For.ADMIN: ["admin"],
    }[door.who]
    for person in ("owner", "other", "editor", "board", "admin"):
        with transaction.atomic():
            status = knock(door, house, person).status_code
            # what one of them has taken away is there again for the next
            transaction.set_rollback(True)
        assert status in ((200, 302) if person in allowed else (404,)), person


@pytest.mark.parametrize("door", [door for door in DOORS if door.acts], ids=lambda door: door.name)
def test_looking_never_acts(door: Door, house: dict[str, Any]) -> None:
    person = {**ROLES, For.OWNER: "owner"}.get(door.who, "")

    for method in ("get", "head", "options"):
        assert knock(door, house, person, method).status_code == 405, method


@all_doors
def test_what_every_page_tells_a_browser(door: Door, house: dict[str, Any]) -> None:
    person = {**ROLES, For.EVERYONE: "", For.HOLDER: "", For.PROVIDER: ""}.get(door.who, "owner")
    answer = knock(door, house, person)

    keeps_to_itself(answer, public=door.name in PUBLIC, referrer="no-referrer" if door.name in HITS else "same-origin")
    lets_no_script_in(answer, letter=door.name in LETTERS, framed=door.name in PREVIEWS)


def keeps_to_itself(answer: HttpResponse, *, public: bool, referrer: str) -> None:
    """What is someone's own is kept by no cache and found by no search, and no other site learns its address."""
    assert ("no-store" in answer.headers.get("Cache-Control", "")) != public
    assert (answer.headers.get("X-Robots-Tag") == "noindex") != public
    assert answer.headers["Referrer-Policy"] == referrer


def lets_no_script_in(answer: HttpResponse, *, letter: bool, framed: bool) -> None:
    """Nothing inline runs. In a letter, whose styles stand in its tags, no script has a source at all.

    Only a preview stands in a frame, and only in ours.
    """
    policy = answer.headers["Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert (rules["default-src"], rules["frame-ancestors"]) == ("'none'", "'self'" if framed else "'none'")
    assert answer.headers["X-Frame-Options"] == ("SAMEORIGIN" if framed else "DENY")
    assert ("unsafe" in policy, "script-src" in rules) == (letter, not letter)
    if letter:
        return
    assert rules["script-src"] == "'self'"
    if "html" in answer.headers.get("Content-Type", ""):
        assert not re.search(
            r"<script(?! type=\"application/ld\+json\">|[^>]*\bsrc=)|\sstyle=|<style|\son\w+=", answer.content.decode()
        )


def test_a_public_page_with_a_name_on_it_is_kept_by_no_cache(house: dict[str, Any]) -> None:
    assert "no-store" in knock(Door("home", For.EVERYONE), house, "owner").headers["Cache-Control"]


PREVIEWS = ("board:preview", "board:preview-text", "offer-preview", "invitation-preview", "campaign-map-letter")
LETTERS = (*PREVIEWS, "edition-archive")
# They lead to other sites, which learn nothing of where from.
HITS = ("click", "shared-click", "open")


@pytest.mark.parametrize("forged", ["evil.example", "lettre.example:evil.example", "127.0.0.1.evil.example"])
def test_a_forged_host_is_refused(client: Client, forged: str) -> None:
    assert client.get("/", headers={"host": forged}).status_code == 400


def test_who_signs_in_gets_a_new_session(client: Client, house: dict[str, Any]) -> None:
    client.post(reverse("sign-in"), {"email": "personne@nulle-part.example"})
    before = client.session.session_key
    client.post(reverse("sign-in-link", args=[house["sign_in"], house["again"]]))

    assert client.session["_auth_user_id"] == str(house["other"].pk)
    assert before
    assert client.session.session_key != before


SCRIPT = "<script>alert(1)</script>"
DRAWN = {"rank": 1, "of": 2}


@pytest.fixture
def hostile(house: dict[str, Any]) -> dict[str, Any]:
    """The house, with a script wherever anyone can type one."""
    Member.objects.update(phone=SCRIPT[:24], website=f"javascript:{SCRIPT}")
    for member in Member.objects.all():
        Member.objects.filter(pk=member.pk).update(name=f"{SCRIPT}{member.pk}")
    for rows in (Offer.objects, OfferRevision.objects):
        rows.update(title=SCRIPT, text=SCRIPT, image_alt=SCRIPT, link=f"javascript:{SCRIPT}")
        rows.update(title_en=SCRIPT, text_en=SCRIPT, booking_phone=SCRIPT[:24])
    Edition.objects.update(title=SCRIPT, subject=SCRIPT, preheader=SCRIPT, editorial=SCRIPT)
    Newsletter.objects.update(name=SCRIPT, tagline=SCRIPT, sender_name=SCRIPT)
    Association.objects.update(name=SCRIPT, postal_address=SCRIPT, contact_email=SCRIPT)
    Place.objects.update(name=SCRIPT)
    User.objects.update(name=SCRIPT)
    Segment.objects.update(name=SCRIPT)
    Feast.objects.update(title=SCRIPT, place=SCRIPT, note=SCRIPT)
    CalendarFeed.objects.update(name=SCRIPT, url=f"javascript:{SCRIPT}")
    Subscriber.objects.update(first_name=SCRIPT)
    OfferMove.objects.update(comment=SCRIPT)
    Campaign.objects.update(pause_detail=SCRIPT)
    Operation.objects.update(theme=SCRIPT, brief=f"{SCRIPT}\n{SCRIPT}")
    Partner.objects.update(name=SCRIPT)
    Contribution.objects.update(title=SCRIPT, text=SCRIPT, where=SCRIPT, link=f"javascript:{SCRIPT}")
    said = {"opinion": "against", "words": SCRIPT, "at": timezone.now()}
    remark = Remark.objects.create(consultation=Consultation.objects.get(), quoted=SCRIPT, line="x", **said)
    RemarkAnswer.objects.create(remark=remark, words=SCRIPT, at=timezone.now())
    planned, call = PlannedEdition.objects.get(), Call.objects.get(pk=house["call"])
    choice = Choice.objects.create(planned=planned, call=call, reason="won_draw", facts=DRAWN, at=timezone.now())
    Override.objects.create(choice=choice, words=SCRIPT, at=timezone.now())
    Member.objects.update(suspended_for="")
    CatalogueImport.objects.update(file_name=SCRIPT, feed=SCRIPT, refused=[[SCRIPT, "no_name"]])
    evil = feeds.object_(
        nom={"libelleFr": SCRIPT, "libelleEn": SCRIPT},
        presentation={"descriptifCourt": {"libelleFr": SCRIPT}, "descriptifDetaille": {"libelleFr": SCRIPT}},
        gestion={"membreProprietaire": {"nom": SCRIPT}},
        descriptionTarif={"tarifsEnClair": {"libelleFr": SCRIPT}},
        informations={"moyensCommunication": [{"type": {"id": 205}, "coordonnees": {"fr": f"javascript:{SCRIPT}"}}]},
        illustrations=[
            {"nom": SCRIPT, "copyright": SCRIPT, "traductionFichiers": [{"url": "javascript:alert(1)//a.fr"}]},
            {"nom": SCRIPT, "copyright": SCRIPT, "traductionFichiers": [{"url": "https://photos.example/1.jpg"}]},
        ],
    )
    catalogue.take_in(feeds.export(evil), name=SCRIPT, by=None, now=timezone.now())
    return house


@pytest.mark.parametrize("door", [door for door in DOORS if not door.acts], ids=lambda door: door.name)
def test_what_people_typed_is_shown_and_never_run(door: Door, hostile: dict[str, Any]) -> None:
    person = {**ROLES, For.EVERYONE: "", For.HOLDER: "", For.PROVIDER: ""}.get(door.who, "owner")
    answer = knock(door, hostile, person)

    assert answer.status_code in (200, 302)
    if "html" in answer.headers.get("Content-Type", ""):
        html = answer.content.decode()
        assert SCRIPT not in re.sub(r'"[^"]*"|<title>.*?</title>', "", html)
        assert not re.search(r"(href|src|action)=[\"']?\s*javascript:", html, re.IGNORECASE)
