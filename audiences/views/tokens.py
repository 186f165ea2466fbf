"""The pages behind a reader's own links: no login, no cookie, no script. GET never acts.

The token is the only authority and no browser sends it by itself, so these pages need no CSRF token;
asking for one would make the way out depend on a cookie (RFC 8058).
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from audiences import farewells, links, retention, subscriptions
from audiences.core.address import mask
from audiences.core.consent import Method, SubscriptionState
from audiences.forms import PreferencesForm
from audiences.links import BadToken, Who
from audiences.models import Subscriber, Subscription
from newsletter.models import Newsletter
from newsletter.signing import Purpose

PAUSE = timedelta(days=60)
reads_and_posts = require_http_methods(["GET", "HEAD", "POST"])


@csrf_exempt
@never_cache
@reads_and_posts
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """One button on GET; POST leaves, at once and however often, also after the reader was erased."""
    try:
        who = links.read(Purpose.UNSUBSCRIBE, token)
    except BadToken:
        return bad_token(request)
    newsletter = _newsletter(who)
    if request.method == "POST" and newsletter is not None:
        subscriptions.leave(newsletter, who.address_key, method=Method.FORM, source="/u/", now=timezone.now())
    found = subscriptions.find(newsletter, who.address_key) if newsletter else None
    speak_to(request, _who(found))
    left = request.method == "POST" or (found is not None and found.state == SubscriptionState.ENDED)
    context = {**_reader(newsletter, found), "token": token, "may_return": _may_return(found)}
    context["asked_language"] = _asked_language(request)
    return page(request, "left" if left else "leave", context)


def leave_at_once(request: HttpRequest, token: str) -> HttpResponse | None:
    """Leave for the reader whose mailbox provider posts (RFC 8058); None to everybody else, and of a bad token."""
    if request.method != "POST" or not _is_one_click(request):
        return None
    try:
        who = links.read(Purpose.UNSUBSCRIBE, token)
    except BadToken:
        return None
    subscriptions.leave(Newsletter(pk=who.newsletter_id), who.address_key, source="/u/", now=timezone.now())
    # a machine asks, whose language nobody knows
    return HttpResponse("C’est fait.\n", content_type="text/plain; charset=utf-8")


@csrf_exempt
@never_cache
@require_POST
def come_back(request: HttpRequest, token: str) -> HttpResponse:
    """Undo a leave of the last hours: as before, less often, or after a pause."""
    try:
        who = links.read(Purpose.UNSUBSCRIBE, token)
    except BadToken:
        return bad_token(request)
    newsletter = _newsletter(who)
    how = request.POST.get("how", "")
    until = timezone.localdate() + PAUSE if how == "pause" else None
    stands = newsletter is not None and subscriptions.come_back(
        newsletter,
        who.address_key,
        monthly=True if how == "monthly" else None,
        paused_until=until,
        source="/u/",
        now=timezone.now(),
    )
    found = subscriptions.find(newsletter, who.address_key) if newsletter else None
    speak_to(request, _who(found))
    context = {
        **_reader(newsletter, found),
        "stands": stands,
        "how": how,
        "until": until,
        "preferences": links.preferences_url(who.newsletter_id, who.address_key),
    }
    return page(request, "back", context)


@csrf_exempt
@never_cache
@reads_and_posts
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """One button on GET, since scanners of links press nothing; POST subscribes."""
    now = timezone.now()
    try:
        found = subscriptions.standing_ask(token, now=now)
        if request.method == "POST":
            found = subscriptions.confirm(token, now=now)
    except BadToken:
        return bad_token(request)
    speak_to(request, _who(found))
    key = bytes(found.subscriber.address_key)
    context = {
        **_reader(found.newsletter, found),
        "confirmed": found.state == SubscriptionState.CONFIRMED,
        "preferences": links.preferences_url(found.newsletter_id, key),
    }
    return page(request, "confirm", context)


@csrf_exempt
@never_cache
@reads_and_posts
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """What a reader likes, how often, and whether they are measured."""
    try:
        who = links.read(Purpose.PREFERENCES, token)
    except BadToken:
        return bad_token(request)
    found = _subscription(who)
    speak_to(request, _who(found))
    if found is None or found.state != SubscriptionState.CONFIRMED:
        context = {**_reader(found.newsletter if found else None, found), "token": token if found else ""}
        return page(request, "ended", context, status=200)
    form = PreferencesForm(request.POST) if request.method == "POST" else PreferencesForm.of(found)
    saved = form.is_bound and form.is_valid()
    if saved:
        said = form.cleaned_data
        found = subscriptions.prefer(
            found.subscriber,
            found.newsletter,
            interests=said["interests"],
            language=said["language"],
            commune=form.insee,
            paused_until=said["paused_until"],
            tracking=said["tracking"],
            monthly=said["frequency"] == "monthly",
            operations_only=said["frequency"] == "operations",
            source="/preferences/",
            read_in=get_language() or "fr",
            now=timezone.now(),
        )
        speak_to(request, _who(found), whatever=True)
        form = PreferencesForm.of(found)
    others = [one.newsletter for one in farewells.letters(who.address_key) if one.newsletter_id != who.newsletter_id]
    context = {
        **_reader(found.newsletter, found),
        "token": token,
        "form": form,
        "saved": saved,
        "leave": links.unsubscribe_url(who.newsletter_id, who.address_key),
        "others": [(one.name, links.unsubscribe_url(one.pk, who.address_key)) for one in others],
    }
    return page(request, "preferences", context)


@csrf_exempt
@never_cache
@require_POST
def leave_all(request: HttpRequest, token: str) -> HttpResponse:
    """Receive no letter any more, of those that come from here."""
    try:
        who = links.read(Purpose.PREFERENCES, token)
    except BadToken:
        return bad_token(request)
    found = _subscription(who)
    speak_to(request, _who(found))
    method = Method.PREFERENCE_CENTRE
    farewells.leave_all(who.address_key, method=method, source="/preferences/", now=timezone.now())
    return page(request, "left_all", {**_reader(_newsletter(who), found), "token": token})


@csrf_exempt
@never_cache
@reads_and_posts
def unmeasure(request: HttpRequest, token: str) -> HttpResponse:
    """The way out of being measured: one button on GET, POST acts, also after the reader was erased."""
    try:
        who = links.read(Purpose.UNMEASURE, token)
    except BadToken:
        return bad_token(request)
    newsletter = _newsletter(who)
    if request.method == "POST" and newsletter is not None:
        subscriptions.unmeasure(newsletter, who.address_key, source="/mesure/", now=timezone.now())
    found = subscriptions.find(newsletter, who.address_key) if newsletter else None
    speak_to(request, _who(found))
    reads = found is not None and found.state == SubscriptionState.CONFIRMED
    context = {
        **_reader(newsletter, found),
        "done": request.method == "POST",
        "preferences": links.preferences_url(who.newsletter_id, who.address_key) if reads else "",
    }
    return page(request, "unmeasure", context)


@csrf_exempt
@never_cache
@reads_and_posts
def stay(request: HttpRequest, token: str) -> HttpResponse:
    """Whether somebody who has not been heard of for long wants to stay: one button on GET, POST says yes."""
    try:
        found = retention.staying(token)
        if request.method == "POST":
            found = retention.stay(token, read_in=get_language() or "fr", now=timezone.now())
    except BadToken:
        return bad_token(request)
    speak_to(request, _who(found))
    key = bytes(found.subscriber.address_key)
    context = {
        **_reader(found.newsletter, found),
        "done": request.method == "POST",
        "preferences": links.preferences_url(found.newsletter_id, key),
        "leave": links.unsubscribe_url(found.newsletter_id, key),
    }
    return page(request, "stay", context)


def _is_one_click(request: HttpRequest) -> bool:
    """Whether a mailbox provider posts for the reader. A body that nobody can read does not keep anyone in."""
    try:
        return request.POST.get("List-Unsubscribe") == "One-Click"
    except (
        MultiPartParserError,
        RequestDataTooBig,
        TooManyFieldsSent,
        TooManyFilesSent,
        UnreadablePostError,
    ):
        return True


def _newsletter(who: Who) -> Newsletter | None:
    return Newsletter.objects.select_related("association").filter(pk=who.newsletter_id).first()


def _subscription(who: Who) -> Subscription | None:
    newsletter = _newsletter(who)
    return subscriptions.find(newsletter, who.address_key) if newsletter else None


def _may_return(found: Subscription | None) -> bool:
    return (
        found is not None
        and found.ended_at is not None
        and timezone.now() - found.ended_at <= subscriptions.COME_BACK_WITHIN
    )


def _reader(newsletter: Newsletter | None, found: Subscription | None) -> dict[str, Any]:
    """Return what a page may show of a reader: never the address itself."""
    return {"newsletter": newsletter, "masked": mask(found.subscriber.address) if found else ""}


def _who(found: Subscription | None) -> Subscriber | None:
    return found.subscriber if found else None


def speak_to(request: HttpRequest, reader: Subscriber | None, *, whatever: bool = False) -> None:
    """Speak the reader's language, unless this page or this browser was asked for another."""
    asked = _asked_language(request)
    if asked and not whatever:
        translation.activate(asked)
        return
    chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES and not whatever
    if reader is not None and not chosen and reader.language in dict(settings.LANGUAGES):
        translation.activate(reader.language)


def _asked_language(request: HttpRequest) -> str:
    """Return the language in the page's own address: these pages need no cookie to be read in another."""
    asked = request.GET.get("langue", "")
    return asked if asked in dict(settings.LANGUAGES) else ""


def bad_token(request: HttpRequest) -> HttpResponse:
    """Say the same of every link that is not ours: a bad token tells nothing about who exists."""
    speak_to(request, None)
    return page(request, "over", {}, status=404)


def page(request: HttpRequest, name: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return render(request, f"pages/readers/{name}.html", context, status=status)
