"""What every answer carries."""

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, get_resolver
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.views.defaults import page_not_found

from newsletter.models import User

Answer = Callable[[HttpRequest], HttpResponse]

# Nothing from elsewhere, nothing inline: a script that slipped into an offer has nowhere to run.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# A mail shown as a page: its styles stand in its tags, its pictures are ours, and no script has a source.
_MAIL = (
    f"default-src 'none'; img-src 'self' {settings.SITE_URL}; style-src 'unsafe-inline'; "
    "form-action 'none'; frame-ancestors "
)
MAIL_POLICY = f"{_MAIL}'none'"
# Beside what makes it, in a frame of our own page.
PREVIEW_POLICY = f"{_MAIL}'self'"
# Without allow-scripts none runs; same-origin lets our page keep the place to which it was scrolled.
MAIL_SANDBOX = "; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"


# What an answer that is no page says all the same: kept by nobody, found by no search, in nobody's frame.
_OF_NO_PAGE = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store, private, max-age=0",
}
# The first letters of what stands in every letter ever sent.
WAYS = ("/c/", "/l/", "/o/", "/u/")


class FastLane:
    """Answer what letters lead to before anything that only a page needs: a session, a language, a form's token.

    Thousands follow a link in the same minute. The views of `settings.FAST_URLCONF` answer or return None; what they
    leave, and what is unknown there, goes the way of every page.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.ways = get_resolver(settings.FAST_URLCONF)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._at_once(request) or self.get_response(request)

    def _at_once(self, request: HttpRequest) -> HttpResponse | None:
        if not request.path_info.startswith(WAYS):
            return None
        try:
            way = self.ways.resolve(request.path_info)
        except Resolver404:
            return None
        answer: HttpResponse | None = way.func(request, *way.args, **way.kwargs)
        if answer is not None:
            answer.headers["Content-Length"] = str(len(answer.content))
            for name, value in _OF_NO_PAGE.items():
                answer.headers.setdefault(name, value)
        return answer


class KeptLanguage:
    """Speak to whoever is signed in as they once asked, unless this browser was told otherwise."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # a mail provider and a stranger bring no session: nothing is asked of the database for them
        known = settings.SESSION_COOKIE_NAME in request.COOKIES
        if known and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            user = request.user
            if isinstance(user, User) and user.language in dict(settings.LANGUAGES):
                translation.activate(user.language)
                request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)


class ContentSecurityPolicy:
    """Add the policy to every answer that has not set a stricter one of its own."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response


# What is for everyone: it may be kept by caches and found by a search.
PUBLIC = frozenset({"home", "subscribe", "editions", "edition-archive", "member-page", "agenda"})


class Discretion:
    """Keep what is someone's own out of every cache and every search; a new page is someone's own."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # an offer's picture is in everybody's letter
        if request.path.startswith(settings.MEDIA_URL):
            return response
        found = request.resolver_match
        public = found is not None and found.view_name in PUBLIC and response.status_code == 200
        if not public:
            response.headers["X-Robots-Tag"] = "noindex"
        if not public or settings.SESSION_COOKIE_NAME in request.COOKIES:
            add_never_cache_headers(response)
        return response


class OwnErrorPages:
    """Show the demo's visitors our own 404; DEBUG alone would show them Django's list of addresses."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.DEMO and response.status_code == 404 and request.resolver_match is None:
            return page_not_found(request, Http404())
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if settings.DEMO and isinstance(exception, Http404):
            return page_not_found(request, exception)
        return None
