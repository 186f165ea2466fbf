"""Coming in by a mailed link or six digits, and going out again."""

import logging
from typing import Any, cast

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from newsletter import signin, tasks, words
from newsletter.forms import CodeForm, SignInForm
from newsletter.models import User

logger = logging.getLogger(__name__)
BACKEND = "sesame.backends.ModelBackend"
ASKED = "sign_in"


@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for the address; the answer is the same whether we know it or not."""
    wanted = safe_next(request)
    if request.user.is_authenticated:
        return redirect(wanted or "desk")
    form = SignInForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        return _mail(request, signin.find(email), email, wanted)
    return render(request, "pages/signin/ask.html", {"form": form, "next": wanted})


@never_cache
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Say where the link went, and take the six digits from whoever reads mail on another device."""
    asked = cast("dict[str, str]", request.session.get(ASKED) or {})
    if not asked:
        return redirect("sign-in")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        user = signin.redeem_code(asked["email"], form.cleaned_data["code"], now=timezone.now())
        if user:
            return come_in(request, user, asked["next"])
        form.add_error("code", str(words.WRONG_CODE))
    return render(request, "pages/signin/sent.html", {"form": form, "asked": asked})


@never_cache
def sign_in_link(request: HttpRequest, token: str, again: str) -> HttpResponse:
    """Show one button; only its press uses the link up, for scanners open every link they see."""
    wanted = safe_next(request)
    now = timezone.now()
    user = signin.redeem_link(token, now=now) if request.method == "POST" else signin.holder(token)
    if user is None:
        context = {"again": again if signin.asks_again(again) else "", "next": wanted}
        return render(request, "pages/signin/over.html", context, status=410)
    if request.method == "POST":
        return come_in(request, user, wanted)
    return render(request, "pages/signin/link.html", {"person": user, "next": wanted})


@require_POST
def sign_in_again(request: HttpRequest, again: str) -> HttpResponse:
    """Send a new link to whoever held the old one."""
    user = signin.asks_again(again)
    if user is None:
        return redirect("sign-in")
    return _mail(request, user, user.email, safe_next(request))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("home")


def come_in(request: HttpRequest, user: User, wanted: str) -> HttpResponseRedirect:
    """Open the session of 90 days and go where the person wanted to go."""
    request.session.pop(ASKED, None)
    login(request, user, backend=BACKEND)
    return HttpResponseRedirect(wanted or reverse("desk"))


def safe_next(request: HttpRequest) -> str:
    """Return the page to go to afterwards, if it is one of ours; else an empty string."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if is_ours(request, wanted) else ""


def is_ours(request: HttpRequest, wanted: str) -> bool:
    return wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )


def _mail(request: HttpRequest, user: User | None, email: str, wanted: str) -> HttpResponse:
    if user:
        try:
            tasks.send_sign_in.delay_on_commit(user.pk, wanted)
        except OperationalError:
            # the broker is down: only a known address would meet an error page, which would tell it apart
            logger.exception("no sign-in mail was asked for")
    asked: dict[str, Any] = {"email": email, "next": wanted}
    request.session[ASKED] = asked
    return redirect("sign-in-code")
