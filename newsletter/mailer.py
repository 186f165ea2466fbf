"""One transactional message out: a log-in link, a word of the board. Campaigns have wires of their own."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation


def send(template: str, to: str, context: dict[str, Any], language: str = "fr") -> None:
    """Send `emails/transactional/<template>` (.subject.txt, .txt, .html) to one address.

    Headers come from our templates alone: nothing that a person typed belongs into a subject.
    """
    path = f"emails/transactional/{template}"
    with translation.override(language):
        said = {**context, "language": language}
        subject = " ".join(render_to_string(f"{path}.subject.txt", said).split())
        message = EmailMultiAlternatives(
            subject=subject,
            body=render_to_string(f"{path}.txt", said).strip() + "\n",
            to=[to],
            reply_to=[settings.REPLY_TO] if settings.REPLY_TO else None,
            headers={
                "X-Garrigue-Kind": template.replace("_", "-"),
                "Auto-Submitted": "auto-generated",
            },
        )
        message.attach_alternative(render_to_string(f"{path}.html", said), "text/html")
    message.send()
