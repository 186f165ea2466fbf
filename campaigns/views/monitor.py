"""What machines ask: is it alive, and how much of what. No log-in, no session, nobody's name."""

import hmac
import ipaddress

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from campaigns import health as house
from campaigns import metrics as numbers

# X-Forwarded-Proto is what ours must set (README); a proxy that says nothing else is a proxy all the same.
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_FORWARDED_PROTO")


@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """200 while everything that must move moves, else 503; which part stands still is in the answer."""
    found = house.look(now=timezone.now())
    return JsonResponse(
        {
            "ok": found.ok,
            "database": found.database,
            "broker": found.broker,
            "clock_age_seconds": found.clock_age,
            "rows_are_due": found.rows_are_due,
            "moved_age_seconds": found.moved_age,
        },
        status=200 if found.ok else 503,
    )


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For a monitor on this machine, or one that knows the token; for anyone else there is no such page."""
    if not (_knows_token(request) or _sits_here(request)):
        raise Http404
    return HttpResponse(numbers.page(now=timezone.now()), content_type=CONTENT_TYPE_LATEST)


def _knows_token(request: HttpRequest) -> bool:
    said = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(said, settings.METRICS_TOKEN.encode())


def _sits_here(request: HttpRequest) -> bool:
    """Whether it comes from loopback itself: through a proxy on this machine, everybody seems to."""
    if any(name in request.META for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
