"""The edition compiled for one audience: rows become a message template, once, before any send."""

from datetime import datetime

from campaigns import links, measuring, returns
from campaigns.core.opens import Measure
from campaigns.models import MeasuredTemplate, Variant
from newsletter.contents import content_of
from newsletter.core.headers import Address
from newsletter.core.message import MessageTemplate, compile_message
from newsletter.models import Newsletter
from newsletter.rendering import Measured, Rendered, render


def compile(variant: Variant, *, now: datetime) -> Variant:
    """Freeze the edition's words into the variant; raise what rendering raises, and store nothing then."""
    edition = variant.campaign.edition
    content = content_of(edition)
    rules = measuring.rules(edition.newsletter.association_id)
    table = links.lay(variant.campaign, content, rules)
    for_all = content.linked(links.for_all(variant.campaign, table, rules))
    template = _template(edition.newsletter, render(for_all))
    variant.template, variant.template_digest = template.to_bytes(), template.digest
    variant.subject, variant.compiled_at = edition.subject, now
    variant.save(update_fields=["template", "template_digest", "subject", "compiled_at"])
    measured = {Measure.CONSENTED: render(content, measured=Measured(place=table.numbers.get))}
    if rules.keeps_last_open:
        measured[Measure.HYGIENE] = render(for_all, measured=Measured())
    variant.measured.all().delete()
    made = {measure: _template(edition.newsletter, rendered) for measure, rendered in measured.items()}
    MeasuredTemplate.objects.bulk_create(
        MeasuredTemplate(variant=variant, measure=measure, template=one.to_bytes(), template_digest=one.digest)
        for measure, one in made.items()
    )
    return variant


def _template(newsletter: Newsletter, rendered: Rendered) -> MessageTemplate:
    return compile_message(
        html=rendered.html,
        text=rendered.text,
        subject=rendered.subject,
        from_=sender(newsletter),
        reply_to=reply_to(newsletter),
        leave_by_mail=returns.leave_address(),
        list_id=list_id(newsletter),
        holes=rendered.holes,
    )


def measured_templates(variant: Variant) -> dict[Measure, MessageTemplate]:
    """Return what was compiled for readers who may be measured."""
    rows = MeasuredTemplate.objects.filter(variant=variant.pk)
    return {Measure(row.measure): MessageTemplate.from_bytes(bytes(row.template)) for row in rows}


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
