"""What the board says for all readers: how often at most; and what the house does by itself: how long they are kept."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from audiences import cadences, wordings
from audiences.core.consent import Purpose
from audiences.forms import CadenceForm
from audiences.models import RetentionNight
from audiences.words import night
from newsletter.access import board_required, signed_in
from newsletter.models import Association, Newsletter
from newsletter.words import INTERESTS

NIGHTS = 30


@board_required
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """The cap of letters in a week, and what the last nights forgot."""
    association = get_object_or_404(Association.objects.order_by("pk")[:1])
    row = cadences.rules(association.pk)
    initial = {"weekly_most": row.weekly_most}
    form = CadenceForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        cadences.choose(association, **form.cleaned_data, by=signed_in(request), now=timezone.now())
        messages.success(request, _("C’est noté. Les listes arrêtées à partir de maintenant en tiennent compte."))
        return redirect("reader-rules")
    busy = RetentionNight.objects.exclude(asked=0, forgotten=0, unconfirmed=0)[:NIGHTS]
    context = {"form": form, "row": row, "nights": [(one.night, night(one)) for one in busy]}
    return render(request, "pages/readers/rules.html", context)


@board_required
@require_safe
def snippet(request: HttpRequest) -> HttpResponse:
    """The form to copy into a member's site: plain HTML, without script or cookie."""
    asked = request.GET.get("en", "")
    language = asked if asked in dict(settings.LANGUAGES) else get_language() or "fr"
    newsletter = Newsletter.objects.select_related("association").order_by("pk").first()
    text = ""
    if newsletter is not None:
        with translation.override(language):
            text = render_to_string(
                "pages/readers/snippet_text.html",
                {
                    "newsletter": newsletter,
                    "site": settings.SITE_URL,
                    "lang": language,
                    "languages": settings.LANGUAGES,
                    "interests": list(INTERESTS.items()),
                    "wording": wordings.current(Purpose.NEWSLETTER, language).text,
                    "tracking": wordings.current(Purpose.TRACKING, language).text,
                    "ailleurs": wordings.both(language),
                },
            )
    context = {"text": text.strip(), "asked": language, "languages": settings.LANGUAGES, "newsletter": newsletter}
    return render(request, "pages/readers/snippet.html", context)
