"""What letters lead to: redirects, and a picture of one pixel. No session, no cookie, no page; GET and HEAD alone.

A redirect leads where the table of links says and nowhere else, whatever stands in the address beside the token.
Whoever asks learns nothing of anybody: neither the picture nor a redirect differs by consent.
"""

from ipaddress import ip_address

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from campaigns import clicks, links, opens
from campaigns.core.clicks import Hit
from campaigns.core.scanners import is_known_agent
from newsletter.signing import BadToken, Purpose

# One transparent pixel, the same 43 bytes for everyone.
PIXEL = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
# Kept by nobody, told to nobody, found by no search.
HEADERS = {
    "Cache-Control": "no-store, private, max-age=0",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
FARTHEST = 32767


def click(request: HttpRequest, token: str, position: int) -> HttpResponse | None:
    """Lead where a reader's own link leads; None where that is nowhere."""
    try:
        target = clicks.follow(token, _hit(request, position)) if _asks(request) and position <= FARTHEST else None
    except BadToken:
        target = None
    return None if target is None else HttpResponseRedirect(target, headers=HEADERS)


def shared(request: HttpRequest, token: str) -> HttpResponse | None:
    """Lead where a link leads that all readers share; None where that is nowhere."""
    try:
        target = clicks.follow_shared(token, _hit(request, 1)) if _asks(request) else None
    except BadToken:
        target = None
    return None if target is None else HttpResponseRedirect(target, headers=HEADERS)


def pixel(request: HttpRequest, token: str) -> HttpResponse | None:
    """Answer with the picture; None to whoever does not ask for one."""
    if request.method == "GET":
        try:
            delivery = links.read_own(Purpose.OPEN, token)
            opens.opened(delivery, by_machine=is_known_agent(_agent(request)), now=timezone.now())
        except BadToken:
            pass
    return HttpResponse(PIXEL, content_type="image/gif", headers=HEADERS) if _asks(request) else None


def _asks(request: HttpRequest) -> bool:
    return request.method in ("GET", "HEAD")


@csrf_exempt
@require_safe
def nowhere(request: HttpRequest, **_: object) -> HttpResponse:
    """Say of every way that leads nowhere the same: what is right was answered before (`middleware.FastLane`)."""
    return render(request, "pages/readers/over.html", status=404)


def _hit(request: HttpRequest, link: int) -> Hit:
    return Hit(link, timezone.now(), request.method or "", _agent(request), _address(request))


def _agent(request: HttpRequest) -> str:
    return str(request.META.get("HTTP_USER_AGENT", ""))[:400]


def _address(request: HttpRequest) -> str:
    """Return who asks, also behind a web server on this machine: what that one adds comes last."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    try:
        beyond = not ip_address(address).is_loopback
    except ValueError:
        beyond = bool(address)
    return address if beyond else str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
