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


@csrf_exempt
@require_safe
def click(request: HttpRequest, token: str, position: int) -> HttpResponse:
    """One reader's own way to a link of their letter."""
    try:
        target = clicks.follow(token, _hit(request, position)) if position <= FARTHEST else None
    except BadToken:
        target = None
    return _led(request, target)


@csrf_exempt
@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The way to a link that all readers share."""
    try:
        target = clicks.follow_shared(token, _hit(request, 1))
    except BadToken:
        target = None
    return _led(request, target)


@csrf_exempt
@require_safe
def pixel(request: HttpRequest, token: str) -> HttpResponse:
    """Always the same picture; what it may write is for the reader's consent to say, now and not when it was sent."""
    if request.method == "GET":
        try:
            delivery = links.read_own(Purpose.OPEN, token)
            opens.opened(delivery, by_machine=is_known_agent(_agent(request)), now=timezone.now())
        except BadToken:
            pass
    return HttpResponse(PIXEL, content_type="image/gif", headers=HEADERS)


def _led(request: HttpRequest, target: str | None) -> HttpResponse:
    if target is None:
        return render(request, "pages/readers/over.html", status=404)
    return HttpResponseRedirect(target, headers=HEADERS)


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
