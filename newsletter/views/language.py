"""French or English: kept by the browser, and by the person who is signed in."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.views import i18n

from newsletter import members
from newsletter.models import User


def set_language(request: HttpRequest) -> HttpResponseBase:
    """Go back to the page in the language that was pressed; our mails follow whoever is signed in."""
    answer = i18n.set_language(request)
    chosen = request.POST.get("language", "")
    if isinstance(request.user, User) and chosen in dict(settings.LANGUAGES):
        members.speak(request.user, language=chosen)
    return answer
