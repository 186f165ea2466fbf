"""How soon the builder answers who types into it: a real browser, the web as README.md runs it."""

import shutil
import statistics
import time
from typing import Any

from benchmarks.feedback import web
from benchmarks.house import House

TYPED = 40
# From the request to the answer in the page; what follows (the exact count) is timed by itself.
LISTEN = """
() => {
  window.answers = []; window.exacts = [];
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    event.detail.xhr.begun = performance.now();
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const took = performance.now() - event.detail.xhr.begun;
    const path = event.detail.pathInfo.requestPath;
    if (path.endsWith("?exact")) window.exacts.push(took);
    else if (path.includes("trouves")) window.answers.push(took);
  });
}
"""


def measure(house: House, typed: int = TYPED) -> dict[str, float]:
    """Change rows of a nested question so many times; return the 95th percentile of the answers, in milliseconds."""
    from django.core.management import call_command
    from playwright.sync_api import sync_playwright

    call_command("collectstatic", interactive=False, verbosity=0)
    row, cookie = _segment(), _session()
    with web(house) as port, sync_playwright() as playwright:
        site = f"http://127.0.0.1:{port}"
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(base_url=site, extra_http_headers={"X-Forwarded-Proto": "https"})
        context.add_cookies([{**cookie, "url": site}])
        page = context.new_page()
        page.goto(f"/bureau/segments/{row}/composer/")
        page.wait_for_selector("#rows")
        page.evaluate(LISTEN)
        for turn in range(typed):
            before = page.evaluate("window.answers.length")
            _type(page, turn)
            deadline = time.monotonic() + 60  # no function that waits within the page: the policy forbids eval
            while page.evaluate("window.answers.length") <= before and time.monotonic() < deadline:
                page.wait_for_timeout(10)
            if turn % 4 == 3:  # people stop to read now and then
                page.wait_for_selector("#meaning:not([hx-trigger])", timeout=60_000)
        answers, exacts = page.evaluate("[window.answers, window.exacts]")
        browser.close()
    return {
        "answers": len(answers),
        "median_ms": statistics.median(answers),
        "p95_ms": statistics.quantiles(answers, n=20)[18],
        "exact_median_ms": statistics.median(exacts) if exacts else 0.0,
        "exact_max_ms": max(exacts, default=0.0),
    }


def _type(page: Any, turn: int) -> None:
    """Now another distance, now another language, now another taste."""
    if turn % 3 == 0:
        page.locator("#c1-km").fill(str(10 + turn))
    elif turn % 3 == 1:
        page.locator("#c4-value").select_option(("en", "de", "it", "fr")[turn % 4])
    else:
        page.locator("#c3-value").select_option(("wine", "table", "olive", "stay")[turn % 4])


def _segment() -> int:
    from audiences import segments
    from audiences.core.segment import All, InRegion, Likes, Near, Speaks
    from audiences.core.segment import Any as AnyOf
    from audiences.models import Segment
    from newsletter.core.interests import Interest

    Segment.objects.filter(name="Banc").delete()
    tree = All((Near("13058", 30), AnyOf((Likes(Interest.WINE), Speaks("en"), InRegion("93")))))
    return segments.keep(name="Banc", tree=tree, by=None).pk


def _session() -> dict[str, str]:
    """Return the cookie of a member of the board who is signed in."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import Permission
    from django.contrib.sessions.backends.db import SessionStore

    from newsletter.models import User

    person, _ = User.objects.get_or_create(email="banc@alpilles.example")
    person.user_permissions.add(Permission.objects.get(codename="board", content_type__app_label="newsletter"))
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key or ""}
