"""The public way in. Whoever is typed there, the answer is the same."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from audiences import subscriptions, tasks
from audiences.forms import SubscribeForm, WhereForm
from audiences.views import waking
from newsletter.models import Newsletter


@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest, slug: str) -> HttpResponse:
    newsletter = get_object_or_404(Newsletter.objects.select_related("association"), slug=slug)
    form = SubscribeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_from_a_machine:
        return redirect("subscribe-thanks", slug)
    if not form.is_valid():
        return render(request, "pages/readers/subscribe.html", {"newsletter": newsletter, "form": form})
    said = form.cleaned_data
    asked = subscriptions.ask(
        newsletter,
        address=said["email"],
        first_name=said["first_name"],
        language=said["language"],
        commune=form.insee,
        interests=said["interests"],
        tracking=said["tracking"],
        source=request.path,
        read_in=get_language() or "fr",
        now=timezone.now(),
    )
    if asked.mail_to is not None:
        waking.wake(tasks.send_confirmation, asked.mail_to)
    return redirect("subscribe-thanks", slug)


@require_safe
def thanks(request: HttpRequest, slug: str) -> HttpResponse:
    newsletter = get_object_or_404(Newsletter, slug=slug)
    return render(request, "pages/readers/thanks.html", {"newsletter": newsletter})


@require_safe
def communes(request: HttpRequest) -> HttpResponse:
    """Which communes a postcode or a name may mean: the part of a form that htmx puts in place."""
    form = WhereForm({"where": request.GET.get("where", "")})
    return render(request, "pages/readers/communes.html", {"form": form})
