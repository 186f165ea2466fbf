"""The board's view of who reads: segments and readers."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from audiences import segments as verbs
from audiences.core.consent import SubscriptionState
from audiences.core.segment import Segment as Question
from audiences.models import Segment, Subscriber, Subscription
from audiences.segment_form import NAME_TAKEN, SegmentForm, initial_of
from audiences.words import STATES, TONES
from newsletter.access import board_required, signed_in
from newsletter.core.interests import Interest
from newsletter.models import Newsletter, Place
from newsletter.words import INTERESTS

PAGE = 50


@board_required
@require_safe
def segments(request: HttpRequest) -> HttpResponse:
    """Every segment as a sentence, with how many readers it means right now."""
    rows = list(Segment.objects.all())
    trees = [verbs.tree_of(row) for row in rows]
    newsletter = Newsletter.objects.order_by("pk").first()
    counts = verbs.counts(newsletter, trees, now=timezone.now()) if newsletter else [0] * len(rows)
    sentences = verbs.describe_all(trees, get_language() or "fr")
    listed = list(zip(rows, sentences, counts, strict=True))
    return render(request, "pages/readers/segments.html", {"listed": listed})


@board_required
@require_http_methods(["GET", "HEAD", "POST"])
def segment_new(request: HttpRequest) -> HttpResponse:
    form = SegmentForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "pages/readers/segment.html", {"form": form})
    try:
        verbs.keep(name=form.cleaned_data["name"], tree=form.tree(), by=signed_in(request))
    except verbs.NameTaken:
        form.add_error("name", str(NAME_TAKEN))
        return render(request, "pages/readers/segment.html", {"form": form})
    messages.success(request, _("Le groupe est enregistré."))
    return redirect("segments")


@board_required
@require_http_methods(["GET", "HEAD", "POST"])
def segment(request: HttpRequest, segment_id: int) -> HttpResponse:
    row = get_object_or_404(Segment, pk=segment_id)
    initial = initial_of(row)
    context = {"row": row, **_meaning(verbs.tree_of(row))}
    if initial is None:
        return render(request, "pages/readers/segment.html", context)
    form = SegmentForm(request.POST if request.method == "POST" else None, initial=initial, row=row)
    if not form.is_valid():
        return render(request, "pages/readers/segment.html", {**context, "form": form})
    try:
        verbs.change(row, name=form.cleaned_data["name"], tree=form.tree())
    except verbs.NameTaken:
        form.add_error("name", str(NAME_TAKEN))
        return render(request, "pages/readers/segment.html", {**context, "form": form})
    messages.success(request, _("Le groupe est enregistré."))
    return redirect("segments")


@board_required
@require_safe
def segment_preview(request: HttpRequest) -> HttpResponse:
    """What the form means as it stands, for htmx: a sentence and a number; nothing while a line is wrong."""
    said = request.GET.copy()
    said["name"] = "?"  # a name is not part of the question
    form = SegmentForm(said)
    context = {} if form.errors else _meaning(form.tree())
    return render(request, "pages/readers/meaning.html", context)


@board_required
@require_safe
def readers(request: HttpRequest) -> HttpResponse:
    """Who reads, found by a part of an address or name, by a commune or what they like, with how many stand how."""
    typed = request.GET.get("q", "").strip()[:100]
    state = request.GET.get("etat", "")
    counts = dict(Subscription.objects.values_list("state").annotate(number=Count("pk")).values_list("state", "number"))
    found = Subscription.objects.select_related("subscriber").order_by("subscriber__address_key", "pk")
    if typed:
        found = found.filter(_bears(typed))
    if state in counts:
        found = found.filter(state=state)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    names = _places([subscription.subscriber for subscription in page])
    context = {
        "typed": typed,
        "state": state,
        "states": [(each.value, STATES[each], TONES[each], counts.get(each.value, 0)) for each in SubscriptionState],
        "page": page,
        "listed": [
            (
                subscription,
                names.get(subscription.subscriber.commune, ""),
                STATES[SubscriptionState(subscription.state)],
                TONES[SubscriptionState(subscription.state)],
            )
            for subscription in page
        ],
    }
    return render(request, "pages/readers/readers.html", context)


def _bears(typed: str) -> Q:
    """Return the condition on subscriptions that something of their reader is called so."""
    lives = Place.objects.filter(name__istartswith=typed).values("insee")
    liked = [each.value for each in Interest if typed.casefold() in str(INTERESTS[each]).casefold()]
    found = Q(subscriber__address__icontains=typed) | Q(subscriber__first_name__icontains=typed)
    return found | Q(subscriber__commune__in=lives) | Q(subscriber__interests__overlap=liked)


def _meaning(tree: Question) -> dict[str, object]:
    newsletter = Newsletter.objects.order_by("pk").first()
    return {
        "sentence": verbs.describe(tree, get_language() or "fr"),
        "count": verbs.count(newsletter, tree, now=timezone.now()) if newsletter else 0,
    }


def _places(subscribers: list[Subscriber]) -> dict[str, str]:
    codes = {subscriber.commune for subscriber in subscribers}
    return dict(Place.objects.filter(insee__in=codes).values_list("insee", "name"))
