"""The edition compiled for one audience: rows become a message template, once, before any send."""

from datetime import datetime

from campaigns import returns
from campaigns.models import Variant
from newsletter.contents import content_of
from newsletter.core.headers import Address
from newsletter.core.message import MessageTemplate, compile_message
from newsletter.models import Newsletter
from newsletter.rendering import render


def compile(variant: Variant, *, now: datetime) -> Variant:
    """Freeze the edition's words into the variant; raise what rendering raises, and store nothing then."""
    edition = variant.campaign.edition
    rendered = render(content_of(edition))
    template = compile_message(
        html=rendered.html,
        text=rendered.text,
        subject=rendered.subject,
        from_=sender(edition.newsletter),
        reply_to=reply_to(edition.newsletter),
        leave_by_mail=returns.leave_address(),
        list_id=list_id(edition.newsletter),
        holes=rendered.holes,
    )
    variant.template, variant.template_digest = template.to_bytes(), template.digest
    variant.subject, variant.compiled_at = edition.subject, now
    variant.save(update_fields=["template", "template_digest", "subject", "compiled_at"])
    return variant


def template_of(variant: Variant) -> MessageTemplate:
    """Return what was compiled."""
    return MessageTemplate.from_bytes(bytes(variant.template))


def sender(newsletter: Newsletter) -> Address:
    """Return who the letter comes from."""
    return Address(newsletter.sender_email, newsletter.sender_name)


def reply_to(newsletter: Newsletter) -> Address | None:
    """Return where an answer goes, if elsewhere."""
    return Address(newsletter.reply_to) if newsletter.reply_to else None


def list_id(newsletter: Newsletter) -> str:
    """Return the List-Id of RFC 2919: this newsletter, on the sender's domain."""
    return f"<{newsletter.slug}.{domain(newsletter)}>"


def domain(newsletter: Newsletter) -> str:
    """Return the sender's domain."""
    return newsletter.sender_email.rpartition("@")[2]
