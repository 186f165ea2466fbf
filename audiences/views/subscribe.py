"""The public way in. Whoever is typed there, the answer is the same, and so is what the door does.

No cookie and no session decide anything here, and the mail that is confirmed decides everything: so a form on another
site may post to it, and it asks for no CSRF token.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from audiences import ceilings, demands, tasks
from audiences.demands import Typed
from audiences.forms import SubscribeForm, WhereForm
from audiences.views import waking
from newsletter.models import Newsletter


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest, slug: str) -> HttpResponse:
    """The form; sent well, it counts, writes one row and says thank you, whoever it is about."""
    newsletter = get_object_or_404(Newsletter.objects.select_related("association"), slug=slug)
    if request.POST.get("lu_en") in dict(settings.LANGUAGES):  # a form on another site has its own language
        translation.activate(request.POST["lu_en"])
    form = SubscribeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_from_a_machine:
        return redirect("subscribe-thanks", slug)
    if not form.is_valid():
        return render(request, "pages/readers/subscribe.html", {"newsletter": newsletter, "form": form})
    if not ceilings.let_in(_visitor(request), now=timezone.now()):
        context = {"newsletter": newsletter, "form": form, "crowded": True}
        return render(request, "pages/readers/subscribe.html", context, status=429)
    said = form.cleaned_data
    typed = Typed(
        address=said["email"],
        first_name=said["first_name"],
        language=said["language"],
        commune=form.insee,
        interests=tuple(said["interests"]),
        tracking=said["tracking"],
        source=f"{request.path}{' ailleurs' if form.elsewhere else ''}",
        read_in=get_language() or "fr",
    )
    waking.wake(tasks.answer_demand, demands.put(newsletter, typed, now=timezone.now()).pk)
    return redirect("subscribe-thanks", slug)


def _visitor(request: HttpRequest) -> str:
    """Return where a visitor comes from, where that can be known."""
    if settings.VISITOR_HEADER:
        return request.headers.get(settings.VISITOR_HEADER, "").partition(",")[0]
    return str(request.META.get("REMOTE_ADDR", ""))


@require_safe
def thanks(request: HttpRequest, slug: str) -> HttpResponse:
    """What happens next."""
    newsletter = get_object_or_404(Newsletter, slug=slug)
    return render(request, "pages/readers/thanks.html", {"newsletter": newsletter})


@require_safe
def communes(request: HttpRequest) -> HttpResponse:
    """Which communes a postcode or a name may mean: the part of a form that htmx puts in place."""
    form = WhereForm({"where": request.GET.get("where", "")})
    return render(request, "pages/readers/communes.html", {"form": form})
