"""A campaign to measure: N readers by one statement each, and a personalised message of 56 kB with 21 links."""

import contextlib
from datetime import date

from django.db import OperationalError, connection
from django.utils import timezone

from benchmarks.letter import LINKS, NAMES, PARAGRAPH, SENDER, SIZE, SUBJECT, WORDS
from campaigns import enqueuing, schedule
from campaigns.models import Campaign, Variant
from newsletter.core.headers import Address
from newsletter.core.holes import FIRST_NAME, PREFERENCES, UNSUBSCRIBE, WEB_VERSION, Hole, Kind, Marks
from newsletter.core.message import MessageTemplate, compile_message
from newsletter.models import Association, Edition, Newsletter


def template(size: int = SIZE) -> MessageTemplate:
    """Return a compiled message of about this many bytes, with our four personal holes and 21 links."""
    marks = Marks("0" * 24)
    name = marks.mark(Hole(FIRST_NAME, before=" "))
    links = [marks.mark(Hole(hole, Kind.URL)) for hole in (UNSUBSCRIBE, PREFERENCES, WEB_VERSION)]
    links += [f"https://membre{number}.example/offre-d-hiver?lettre=fetes" for number in range(LINKS - 3)]
    text = f"Bonjour{name},\n\n{WORDS}\n" + "\n".join(links)
    paragraph = PARAGRAPH % WORDS
    cards = "".join(f'<p><a href="{link}">Voir l’offre</a></p>\n' for link in links)
    html = f"<!doctype html><html lang='fr'><body><p>Bonjour{name},</p>{cards}{{}}</body></html>"

    def compiled(paragraphs: int) -> MessageTemplate:
        return compile_message(
            html=html.replace("{}", paragraph * paragraphs),
            text=text,
            subject=SUBJECT,
            from_=Address(SENDER, "La lettre des Alpilles"),
            list_id="<alpilles.alpilles.example>",
            holes=marks.holes,
        )

    empty, one = (len(b"".join(compiled(number).literals)) for number in (0, 1))
    return compiled((size - empty) // (one - empty))


def forget() -> None:
    """Drop every campaign and every reader of before; workers at their rows may be in the way for a moment."""
    for _ in range(20):
        with contextlib.suppress(OperationalError), connection.cursor() as cursor:
            cursor.execute(
                "TRUNCATE audiences_subscriber, audiences_suppression, campaigns_campaign, campaigns_pulse,"
                " campaigns_workersession, newsletter_edition CASCADE"
            )
            return
    raise RuntimeError("the workers never let go of the tables")


def readers(count: int) -> Newsletter:
    """Make so many confirmed readers of a new newsletter, and return it."""
    association, _ = Association.objects.get_or_create(
        name="Banc", defaults={"postal_address": "1 rue du Banc", "contact_email": "banc@alpilles.example"}
    )
    newsletter = Newsletter.objects.create(
        association=association,
        name="Banc",
        slug=f"banc-{timezone.now().timestamp():.6f}".replace(".", "-"),
        sender_name="Banc",
        sender_email=SENDER,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audiences_subscriber (address, address_key, first_name, language, commune, department,"
            " interests, kind, subscribed_on)"
            " SELECT 'lecteur' || n || '@boite.example', sha256(convert_to(n::text, 'UTF8')),"
            " (%s::text[])[1 + n %% %s], 'fr', '13058', '13', '{table}', 'direct', %s FROM generate_series(1, %s) n",
            [NAMES, len(NAMES), date(2026, 1, 1), count],
        )
        cursor.execute(
            "INSERT INTO audiences_subscription (newsletter_id, subscriber_id, state, tracking, monthly, confirmed_at)"
            " SELECT %s, id, 'confirmed', false, false, now() FROM audiences_subscriber",
            [newsletter.pk],
        )
        cursor.execute("VACUUM ANALYZE audiences_subscriber, audiences_subscription")
    return newsletter


def running(newsletter: Newsletter, message: MessageTemplate) -> Campaign:
    """Freeze the audience of a campaign that sends this message, and let it run."""
    campaign = scheduled(newsletter, message, state="enqueuing")
    enqueuing.enqueue(campaign, now=timezone.now())
    return campaign


def scheduled(newsletter: Newsletter, message: MessageTemplate, state: str = "scheduled") -> Campaign:
    """Return a campaign that sends this message and whose time has come."""
    now = timezone.now()
    edition = Edition.objects.create(
        newsletter=newsletter,
        title="Banc",
        slug=f"banc-{now.timestamp():.6f}".replace(".", "-"),
        subject="Banc",
        planned_on=now.date(),
        locked_at=now,
        content_hash="0" * 64,
    )
    campaign = Campaign.objects.create(edition=edition, starts_at=now)
    Variant.objects.create(
        campaign=campaign,
        position=1,
        tree=schedule.EVERYONE,
        language="fr",
        template=message.to_bytes(),
        template_digest=message.digest,
    )
    Campaign.objects.filter(pk=campaign.pk).update(state=state)
    return campaign
