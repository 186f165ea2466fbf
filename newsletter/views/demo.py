"""One-click log-ins of the tour; they exist only where the demo runs."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from newsletter import access, signin
from newsletter.models import Member
from newsletter.views.signin import come_in, is_ours


@never_cache
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Show one big button that lets the visitor in as somebody of the story."""
    visit = signin.demo_visit(token) if settings.DEMO else None
    if visit is None:
        raise Http404
    user, wanted = visit
    if request.method == "POST":
        return come_in(request, user, wanted if is_ours(request, wanted) else "")
    context = {
        "person": user,
        "on_board": access.is_editor(user),
        "members": Member.objects.signed_for_by(user),
    }
    return render(request, "pages/demo_enter.html", context)
