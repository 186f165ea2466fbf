"""Everything held of a reader, behind a link of one hour: to look at, to take along, to have forgotten."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from audiences import farewells, links, mydata, privacy, tasks
from audiences.core import portable
from audiences.core.consent import Method
from audiences.links import BadToken
from audiences.models import Subscriber
from audiences.views import waking
from audiences.views.tokens import bad_token, page, reads_and_posts, speak_to
from audiences.words import TABLES
from newsletter.models import Newsletter
from newsletter.signing import Purpose

TYPES = {"json": "application/json; charset=utf-8", "csv": "text/csv; charset=utf-8"}


@csrf_exempt
@never_cache
@require_POST
def ask(request: HttpRequest, token: str) -> HttpResponse:
    """Have the link mailed to the reader whose preferences these are; the answer is the same if there is none."""
    try:
        who = links.read(Purpose.PREFERENCES, token)
    except BadToken:
        return bad_token(request)
    newsletter = Newsletter.objects.select_related("association").filter(pk=who.newsletter_id).first()
    reader = Subscriber.objects.filter(address_key=who.address_key).first()
    speak_to(request, reader)
    if reader is not None and mydata.ask(reader.pk, now=timezone.now()):
        waking.wake(tasks.send_data_link, reader.pk)
    return page(request, "data_asked", {"newsletter": newsletter})


@never_cache
@require_safe
def show(request: HttpRequest, token: str) -> HttpResponse:
    """What is held, table by table."""
    try:
        reader = mydata.reader(token, now=timezone.now())
    except BadToken:
        return bad_token(request)
    speak_to(request, reader)
    told = privacy.tell(reader)
    context = {
        **_letter(reader),
        "reader": reader,
        "token": token,
        "held": [(TABLES[name], len(rows)) for name, rows in told.items() if name != "subscriber"],
    }
    return page(request, "data", context)


@never_cache
@require_safe
def take(request: HttpRequest, token: str, kind: str) -> HttpResponse:
    """The same as a file."""
    try:
        reader = mydata.reader(token, now=timezone.now())
    except BadToken:
        return bad_token(request)
    told = privacy.tell(reader)
    body = portable.as_json(told) if kind == "json" else portable.as_csv(told)
    name = "my-data" if get_language() == "en" else "mes-donnees"
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return HttpResponse(body, content_type=TYPES[kind], headers=headers)


@csrf_exempt
@never_cache
@reads_and_posts
def forget(request: HttpRequest, token: str) -> HttpResponse:
    """Whether they are sure, on GET; POST forgets them in every table, at once."""
    try:
        reader = mydata.reader(token, now=timezone.now())
    except BadToken:
        return bad_token(request)
    speak_to(request, reader)
    context = {**_letter(reader), "reader": reader, "token": token, "done": request.method == "POST"}
    if request.method == "POST":
        privacy.erase(reader, method=Method.PREFERENCE_CENTRE, source="/mes-donnees/", now=timezone.now())
    return page(request, "forget", context)


def _letter(reader: Subscriber) -> dict[str, object]:
    """Return in whose name the page speaks."""
    held = farewells.letters(bytes(reader.address_key))
    return {"newsletter": held[0].newsletter if held else Newsletter.objects.select_related("association").first()}
