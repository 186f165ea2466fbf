"""The edition as it will arrive: its true HTML and its text, where no script can run."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin

from newsletter import contents, proofs, rendering
from newsletter.access import editor_required, signed_in
from newsletter.middleware import MAIL_SANDBOX, PREVIEW_POLICY
from newsletter.models import Edition


@never_cache
@xframe_options_sameorigin
@editor_required
def html(request: HttpRequest, edition_id: int) -> HttpResponse:
    edition = _edition(edition_id)
    rendered = rendering.render(contents.content_of(edition))
    shown = rendered.html_for(proofs.values_for(edition, signed_in(request)))
    # a link of the mail opens beside the composer, not inside the frame
    shown = shown.replace("<head>", '<head><base target="_blank">', 1)
    return HttpResponse(shown, headers={"Content-Security-Policy": PREVIEW_POLICY + MAIL_SANDBOX})


@never_cache
@xframe_options_sameorigin
@editor_required
def text(request: HttpRequest, edition_id: int) -> HttpResponse:
    edition = _edition(edition_id)
    rendered = rendering.render(contents.content_of(edition))
    shown = rendered.text_for(proofs.values_for(edition, signed_in(request)))
    headers = {"Content-Security-Policy": PREVIEW_POLICY + MAIL_SANDBOX}
    return HttpResponse(shown, content_type="text/plain; charset=utf-8", headers=headers)


def _edition(edition_id: int) -> Edition:
    return get_object_or_404(Edition.objects.select_related("newsletter__association"), pk=edition_id)
