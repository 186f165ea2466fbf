"""Proofs: an edition as one person of the board sees it, on the screen or in their own mailbox."""

from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from newsletter.contents import content_of
from newsletter.core.holes import FIRST_NAME, PREFERENCES, UNSUBSCRIBE, WEB_VERSION
from newsletter.models import Edition, User
from newsletter.rendering import render


def values_for(edition: Edition, user: User) -> dict[str, str]:
    """Return what stands in the holes: the ways out lead back to the preview, as nobody subscribed here."""
    preview = settings.SITE_URL + reverse("board:preview", args=[edition.pk])
    first_name = user.name.split()[0] if user.name else ""
    return {
        FIRST_NAME: first_name,
        UNSUBSCRIBE: preview,
        PREFERENCES: preview,
        WEB_VERSION: preview,
    }


def send(edition: Edition, user: User) -> None:
    """Mail the edition to its composer, marked as a test and counted nowhere."""
    rendered = render(content_of(edition))
    values = values_for(edition, user)
    with translation.override(user.language):
        mark = _("[Test]")
    letter = edition.newsletter
    message = EmailMultiAlternatives(
        subject=f"{mark} {rendered.subject_for(values)}".strip(),
        body=rendered.text_for(values),
        from_email=formataddr((letter.sender_name, letter.sender_email)),
        to=[user.email],
        reply_to=[letter.reply_to] if letter.reply_to else None,
        headers={"X-Garrigue-Kind": "test", "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(rendered.html_for(values), "text/html")
    message.send()
