"""Who speaks, and under which title."""

from django.db import transaction

from newsletter.models import Association, Newsletter


@transaction.atomic
def establish(*, name: str, postal_address: str, contact_email: str, website: str = "") -> Association:
    """Return the association of this name, written down if it is new; one that stands is left as it is."""
    association, _ = Association.objects.get_or_create(
        name=name, defaults={"postal_address": postal_address, "contact_email": contact_email, "website": website}
    )
    return association


@transaction.atomic
def found_newsletter(
    association: Association,
    *,
    slug: str,
    name: str,
    tagline: str = "",
    sender_name: str,
    sender_email: str,
    reply_to: str = "",
) -> Newsletter:
    """Return the newsletter at this address, founded if it is new; one that stands is left as it is."""
    newsletter, _ = Newsletter.objects.get_or_create(
        slug=slug,
        defaults={
            "association": association,
            "name": name,
            "tagline": tagline,
            "sender_name": sender_name,
            "sender_email": sender_email,
            "reply_to": reply_to,
        },
    )
    return newsletter
