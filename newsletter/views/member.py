"""A member's page for everyone, and the way to it: a link to paste, a code to print."""

from urllib.parse import urljoin

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from newsletter import contents
from newsletter.access import member_of, sign_in_required, signed_in
from newsletter.core import qr, schema
from newsletter.core.interests import Category, PriceKind
from newsletter.core.schema import Deal
from newsletter.models import Member, OfferRevision

DRAWN = {"svg": (qr.svg, "image/svg+xml"), "png": (qr.png, "image/png")}


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the establishment, what it offers now and soon, and where it stands; a suspended one has no page."""
    member = get_object_or_404(Member.objects.active().select_related("commune"), slug=slug)
    revisions = _running(member)
    language = get_language() or "fr"
    context = {
        "member": member,
        "offers": [contents.card_of(one, member, key=str(one.offer_id), language=language) for one in revisions],
        "schema": schema.business(
            name=member.name,
            category=Category(member.category),
            url=_address(member),
            commune=member.commune.name,
            latitude=member.commune.latitude,
            longitude=member.commune.longitude,
            phone=member.phone,
            website=member.website if member.website.startswith(("https://", "http://")) else "",
            deals=[
                Deal(
                    one.title, one.price if one.price_kind == PriceKind.FIXED else None, one.valid_from, one.valid_until
                )
                for one in revisions
            ],
        ),
    }
    return render(request, "pages/members/page.html", context)


@never_cache
@sign_in_required
@require_safe
def link(request: HttpRequest, member_id: int) -> HttpResponse:
    """Give the member the address of its page, as a link to paste and a code to print."""
    member = member_of(signed_in(request), member_id)
    return render(request, "pages/members/link.html", {"member": member, "address": _address(member)})


@never_cache
@sign_in_required
@require_safe
def code(request: HttpRequest, member_id: int, kind: str) -> HttpResponse:
    """Hand out the code as a drawing or a picture."""
    member = member_of(signed_in(request), member_id)
    if kind not in DRAWN:
        raise Http404
    draw, content_type = DRAWN[kind]
    answer = HttpResponse(draw(_address(member)), content_type=content_type)
    answer.headers["Content-Disposition"] = f'inline; filename="{member.slug}.{kind}"'
    return answer


def _address(member: Member) -> str:
    return urljoin(settings.SITE_URL + "/", reverse("member-page", args=[member.slug]))


def _running(member: Member) -> list[OfferRevision]:
    """Return the approved words of each offer that is not over, those that begin first before the others."""
    offers = member.offers.ready(timezone.localdate())
    newest = OfferRevision.objects.filter(offer__in=offers).order_by("offer", "-number").distinct("offer")
    return sorted(newest, key=lambda one: (one.valid_from is None, one.valid_from, one.pk))
