"""One mail as a page to read."""

import html
import re
from email import message_from_bytes, policy

LINK = re.compile(r"https?://[^\s<>&\"]+(?:&amp;[^\s<>&\"]+)*")


def page_of(content: bytes) -> str:
    """Return the mail's HTML as it stands, or its text with its links to click on."""
    message = message_from_bytes(content, policy=policy.default)
    body = message.get_body(("html", "plain"))
    text = body.get_content() if body else ""
    if body and body.get_content_subtype() == "html":
        return str(text)
    subject = html.escape(str(message.get("Subject", "")))
    linked = LINK.sub(lambda link: f'<a href="{link[0]}">{link[0]}</a>', html.escape(text, quote=False))
    return (
        f'<!doctype html><meta charset="utf-8"><title>{subject}</title><h1>{subject}</h1>'
        f'<p style="white-space: pre-wrap">{linked}</p>'
    )
