"""The editions that anyone may read: what was sent, without anyone's personal links."""

from typing import cast

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from newsletter import contents, pictures, rendering, standings
from newsletter.core.holes import FIRST_NAME
from newsletter.middleware import MAIL_POLICY
from newsletter.models import Edition

KEPT = 60 * 60


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Every letter that has left, the newest first."""
    editions = standings.published(today=timezone.localdate())
    newsletters = {row.newsletter_id: row.newsletter for row in editions}.values()
    return render(request, "pages/archive/list.html", {"editions": editions, "newsletters": newsletters})


@require_safe
def edition(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a locked edition; one that is still written exists for the board alone."""
    rows = Edition.objects.select_related("newsletter__association")
    row = get_object_or_404(rows, slug=slug, locked_at__isnull=False)
    # a letter leaves to all its readers at once, and they come at once
    key = f"archive:{row.slug}:{row.content_hash}"
    shown = cast(str, cache.get_or_set(key, lambda: _shown(row), KEPT))
    return HttpResponse(shown, headers={"Content-Security-Policy": MAIL_POLICY, "Content-Language": row.language})


def _shown(row: Edition) -> str:
    return rendering.render(contents.content_of(row, pictures.Size.ARCHIVE), public=True).html_for({FIRST_NAME: ""})
