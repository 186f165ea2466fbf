"""A member's share of the letter: for themselves, and for the board that answers them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns import share_words, shares
from newsletter import access
from newsletter.access import board_required, sign_in_required, signed_in
from newsletter.fairness_words import helps
from newsletter.models import Member


@never_cache
@sign_in_required
@require_safe
def own(request: HttpRequest, member_id: int) -> HttpResponse:
    """What a member was seen this year, beside the others, and what would help."""
    member = access.member_of(signed_in(request), member_id)
    return render(request, "pages/campaigns/share.html", _context(shares.share_of(member, now=timezone.now())))


@never_cache
@board_required
@require_safe
def of_member(request: HttpRequest, member_id: int) -> HttpResponse:
    """The same for the board, with a reply to paste, in the language of the member's people."""
    member = get_object_or_404(Member.objects.select_related("commune"), pk=member_id)
    share = shares.share_of(member, now=timezone.now())
    language = member.people.order_by("since").values_list("user__language", flat=True).first() or "fr"
    with override(language):
        reply = share_words.reply(share, by=signed_in(request).name)
    context = {**_context(share), "reply": reply, "reply_language": language}
    return render(request, "pages/campaigns/share_board.html", context)


def _context(share: shares.Share) -> dict[str, object]:
    return {
        "member": share.member,
        "share": share,
        "summary": share_words.summary(share),
        "turn": share_words.turn(share),
        "rows": share_words.rows(share),
        "helps": [helps(one) for one in share.advice],
    }
