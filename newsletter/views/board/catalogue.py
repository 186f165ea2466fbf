"""The tourism catalogue: a file comes in, is counted, confirmed; and what its listings may become."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from newsletter import catalogue, catalogue_words, editions, members, places
from newsletter.access import board_required, signed_in
from newsletter.board_forms import NAME_TAKEN, MemberForm
from newsletter.board_words import refusal
from newsletter.catalogue_forms import FeedForm, ListingFilter, QuoteForm
from newsletter.core.feed import BadFeed
from newsletter.core.listing import Kind, Source
from newsletter.core.quoting import next_of, quote
from newsletter.models import CatalogueImport, Listing, Member
from newsletter.views.board.members import admitted

PAGE = 30
# What one request may read; more is a matter for the command, which nobody waits for.
MOST = 10_000


@never_cache
@board_required
def listings(request: HttpRequest) -> HttpResponse:
    """List what the catalogues tell, by kind, commune and name."""
    form = ListingFilter(request.GET)
    form.is_valid()
    wanted = {name: value for name, value in getattr(form, "cleaned_data", {}).items() if value}
    found = Listing.objects.select_related("commune", "member")
    standing = wanted.pop("standing", "")
    if standing in ("", "free"):
        found = found.current().not_over(timezone.localdate())
    if standing == "free":
        found = found.filter(kind=Kind.BUSINESS, member=None)
    if standing == "stale":
        found = found.exclude(stale_since=None)
    if "name" in wanted:
        found = found.filter(name__icontains=wanted.pop("name"))
    page = Paginator(found.filter(**wanted), PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form,
        "page": page,
        "query": query.urlencode(),
        "any": Listing.objects.exists(),
        "imports": CatalogueImport.objects.select_related("confirmed_by")[:5],
    }
    return render(request, "pages/board/catalogue.html", context)


@never_cache
@board_required
def new(request: HttpRequest) -> HttpResponse:
    """Take a file, read it, and show what it would bring."""
    form = FeedForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            row = catalogue.stage(
                said["file"],
                name=said["file"].name or "",
                by=signed_in(request),
                now=timezone.now(),
                feed=said["feed"],
                partial=said["partial"],
                most=MOST,
            )
        except BadFeed as wrong:
            form.add_error("file", catalogue_words.trouble(wrong))
        except catalogue.TooMany:
            form.add_error(
                "file",
                _("Ce fichier compte plus de 10 000 fiches. Faites-le importer par « manage.py catalogue »."),
            )
        else:
            return redirect("board:catalogue-import", row.pk)
    return render(request, "pages/board/catalogue_new.html", {"form": form})


@never_cache
@board_required
def reading(request: HttpRequest, import_id: int) -> HttpResponse:
    """Say exactly what a file brings, or brought."""
    row = get_object_or_404(CatalogueImport.objects.select_related("confirmed_by"), pk=import_id)
    counts = catalogue.counts_of(row)
    context = {
        "row": row,
        "source": catalogue_words.SOURCES[Source(row.source)],
        "counts": counts,
        "reasons": catalogue_words.reasons(counts.reasons),
        "unnamed": counts.refused - len(counts.reasons),
    }
    return render(request, "pages/board/catalogue_import.html", context)


@board_required
@require_POST
def confirm(request: HttpRequest, import_id: int) -> HttpResponse:
    row = get_object_or_404(CatalogueImport, pk=import_id)
    try:
        catalogue.confirm(row, by=signed_in(request), now=timezone.now())
    except catalogue.Overtaken:
        messages.warning(request, _("Un fichier plus récent de ce flux a été importé entre-temps : celui-ci attend."))
    else:
        messages.success(request, _("Le catalogue est à jour."))
    return redirect("board:catalogue-import", row.pk)


@board_required
@require_POST
def discard(request: HttpRequest, import_id: int) -> HttpResponse:
    """Forget a file; pressed twice, it is forgotten all the same."""
    row = CatalogueImport.objects.filter(pk=import_id).first()
    if row is None or catalogue.discard(row):
        messages.success(request, _("Le fichier est oublié : rien n’a changé."))
    else:
        messages.warning(request, _("Ce fichier a déjà été importé."))
    return redirect("board:catalogue")


@never_cache
@board_required
def entry(request: HttpRequest, listing_id: int) -> HttpResponse:
    """Show one listing whole: what it says, its photos with their licence, and what it may become."""
    return _page(request, _row(listing_id), QuoteForm())


@never_cache
@board_required
def admit(request: HttpRequest, listing_id: int) -> HttpResponse:
    """Propose a member from a listing: the form stands filled in, and the board's press admits it."""
    row = _row(listing_id)
    if row.member_id is not None or row.kind != Kind.BUSINESS:
        return redirect("board:listing", row.pk)
    form = MemberForm(request.POST) if request.method == "POST" else MemberForm(initial=_proposal(row))
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                member = admitted(form.cleaned_data)
                catalogue.become(row, member)
        except members.NameTaken:
            form.add_error("name", str(NAME_TAKEN))
        else:
            messages.success(request, _("« %s » fait partie de l’association.") % member.name)
            return redirect("board:listing", row.pk)
    return render(request, "pages/board/listing_member.html", {"form": form, "listing": row})


@board_required
@require_POST
def connect(request: HttpRequest, listing_id: int) -> HttpResponse:
    """Say that this listing is about a member of ours; without one, that it is not."""
    row = _row(listing_id)
    typed = request.POST.get("member", "")
    if not typed:
        catalogue.become(row, None)
        messages.success(request, _("La fiche n’est plus reliée à un membre."))
    elif row.kind == Kind.BUSINESS and typed.isascii() and typed.isdigit() and len(typed) < 10:
        member = get_object_or_404(Member, pk=int(typed))
        catalogue.become(row, member)
        messages.success(request, _("La fiche est reliée à « %s ».") % member.name)
    return redirect("board:listing", row.pk)


@board_required
@require_POST
def cite(request: HttpRequest, listing_id: int) -> HttpResponse:
    """Add the listing as a line to the editorial of an open edition."""
    row, form = _row(listing_id), QuoteForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form)
    edition = form.cleaned_data["edition"]
    line = quote(catalogue.told_by(row), today=timezone.localdate(), language=edition.language)
    try:
        editions.quote(edition, line)
    except editions.NotNow as refused:
        messages.warning(request, refusal(refused))
        return redirect("board:listing", row.pk)
    messages.success(request, _("La ligne est à la fin de l’éditorial : relisez-la avant de verrouiller."))
    return redirect("board:edition", edition.pk)


def _page(request: HttpRequest, row: Listing, form: QuoteForm) -> HttpResponse:
    told = catalogue.told_by(row)
    today = timezone.localdate()
    context: dict[str, Any] = {
        "listing": row,
        "told": told,
        "source": catalogue_words.SOURCES[told.source],
        "kind": catalogue_words.KINDS[told.kind],
        "coming": next_of(told.periods, today),
        "photos": [(photo, catalogue_words.REUSES[photo.reuse]) for photo in told.photos],
        "like": catalogue.like(row)[:5] if row.member_id is None and told.kind is Kind.BUSINESS else [],
        "line": quote(told, today=today),
        "form": form,
    }
    return render(request, "pages/board/listing.html", context)


def _proposal(row: Listing) -> dict[str, str]:
    told = catalogue.told_by(row)
    return {
        "name": told.name[:120],
        "category": row.category,
        "commune": places.label(row.commune) if row.commune else f"{told.commune} {told.postcode}".strip(),
        "email": told.email,
        "phone": told.phone,
        "website": told.website if len(told.website) <= 200 else "",
    }


def _row(listing_id: int) -> Listing:
    return get_object_or_404(Listing.objects.select_related("commune", "member"), pk=listing_id)
