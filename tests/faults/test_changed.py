"""While it leaves, somebody changes everything that it was made of: what was approved is what everyone gets."""

import email
import re
from email import policy

import pytest

from campaigns.models import Variant
from newsletter import editions, pictures
from newsletter.models import Edition, Newsletter, Offer, OfferRevision
from newsletter.servers.process import CODE
from tests import make
from tests.faults.peer import Rule
from tests.faults.scene import Scene

OWN = ("To", "Message-ID", "Date", "List-Unsubscribe")


def impersonal(raw: bytes) -> tuple[object, ...]:
    """What is the same for everyone: all headers but a reader's own, all words, their own links left out."""
    message = email.message_from_bytes(raw, policy=policy.default)
    links = re.compile(r"https?://[^\s\"'<>)]+/(?:desinscription|preferences|[a-z-]+)/[A-Za-z0-9_:.=-]{20,}/?")
    parts = [links.sub("…", part.get_content()) for part in message.walk() if part.get_content_maintype() == "text"]
    headers = [(name, str(value)) for name, value in message.items() if name not in OWN and name != "Content-Type"]
    return (*headers, *parts)


@pytest.mark.fault("campaign edited, template and picture replaced mid-send")
def test_whatever_is_changed_meanwhile_everyone_gets_the_same_bytes(scene: Scene) -> None:
    scene.peer.script(Rule("dot", wait=0.03), keep=True)
    with (CODE / "data" / "demo" / "pictures" / "huile-nouvelle.jpg").open("rb") as file:
        picture = pictures.take(file)
    scene.readers(500)
    campaign = scene.scheduled(offer=make.approved(image=picture, image_width=1200, image_height=800))
    scene.some_have_left(campaign, 60)
    edition = Edition.objects.get(pk=campaign.edition_id)
    with pytest.raises(editions.ReopeningForbidden):  # the door is shut …
        editions.reopen(edition, by=None, now=edition.locked_at)
    before = len(scene.captured())
    # … so somebody goes behind it, to the rows and to the files
    Edition.objects.filter(pk=edition.pk).update(
        subject="Autre objet", preheader="Autre", title="Autre", editorial="Autre"
    )
    Offer.objects.update(title="Autre offre", text="Autre texte", image="")
    OfferRevision.objects.update(title="Autre offre", text="Autre texte", image="")
    Newsletter.objects.filter(pk=edition.newsletter_id).update(sender_name="Autre nom", name="Autre lettre")
    template = CODE / "templates" / "emails" / "edition.mjml"
    was = template.read_bytes()
    template.write_bytes(was.replace(b"<mj-body", b"<!-- Autre --><mj-body"))
    try:
        scene.house.kill("send")  # a new worker reads everything anew
        scene.house.run("send")
        scene.finishes(campaign)
    finally:
        template.write_bytes(was)
    scene.judge(campaign, doubt=8)
    letters = {impersonal(scene.peer.body(one["digest"])) for one in scene.peer.events("accepted", scene.domain)}
    assert len(scene.captured()) > before
    assert len(letters) == 1
    assert "Autre" not in str(letters)
    assert "/media/" in str(letters)  # its picture is named by its bytes: another one has another name
    assert Variant.objects.filter(campaign=campaign).count() == 1
    scene.seen = (
        "reopening is refused; behind its back rows, template and pictures were changed: the same bytes for all"
    )


@pytest.mark.fault("one row that cannot be filled")
def test_one_that_cannot_be_written_to_fails_alone(scene: Scene) -> None:
    scene.readers(600)
    scene.unwritable(1)
    campaign = scene.scheduled()
    scene.finishes(campaign)
    counts = scene.judge(campaign)
    assert (counts.sent, counts.failed) == (600, 1)
    assert "1\u00a0adresse impossible à écrire" in scene.page(campaign)
    scene.seen = "failed, “adresse impossible à écrire”; the 600 others have theirs"


@pytest.mark.fault("more than 1 % of the rows cannot be filled")
def test_when_many_cannot_be_written_to_the_letter_stops_for_somebody_to_look(scene: Scene) -> None:
    scene.readers(400)
    scene.unwritable(40)
    campaign = scene.scheduled()
    assert scene.pauses(campaign) == "too_many_faults"
    scene.is_quiet(campaign)
    assert "Trop de messages échouent." in scene.page(campaign)
    counts = scene.judge(campaign, finished=False)
    assert 5 <= counts.failed <= 40
    scene.seen = f"paused after {counts.failed}: “Trop de messages échouent”; what was left waits"
