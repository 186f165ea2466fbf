from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from newsletter.core.interests import PriceKind, PriceUnit
from newsletter.core.review import OfferState, Review
from newsletter.core.states import choices
from newsletter.models.member import Member
from newsletter.models.user import User


class OfferContent(models.Model):
    """What a reader sees of an offer; the same columns in the draft and in each frozen revision."""

    title = models.CharField(max_length=80, blank=True)
    text = models.TextField(max_length=600, blank=True)
    price_kind = models.CharField(max_length=12, choices=choices(PriceKind), default=PriceKind.ON_REQUEST.value)
    price = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    price_unit = models.CharField(max_length=8, choices=choices(PriceUnit), blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    # Named by their content, so a file is never overwritten under an edition that shows it.
    image = models.ImageField(
        upload_to="offers", blank=True, max_length=120, width_field="image_width", height_field="image_height"
    )
    image_width = models.PositiveIntegerField(null=True, blank=True)
    image_height = models.PositiveIntegerField(null=True, blank=True)
    image_alt = models.CharField(max_length=120, blank=True)
    link = models.URLField(max_length=400, blank=True)
    interests = ArrayField(models.CharField(max_length=16), default=list, blank=True)

    class Meta:
        abstract = True


class OfferQuerySet(models.QuerySet["Offer"]):
    def not_over(self, day: date) -> "OfferQuerySet":
        return self.filter(valid_until__gte=day)

    def ready(self, day: date) -> "OfferQuerySet":
        """What an edition that leaves on this day may print."""
        return self.not_over(day).filter(state=OfferState.APPROVED)

    def waiting(self) -> "OfferQuerySet":
        """What the board has to read, oldest first."""
        return self.filter(state=OfferState.SUBMITTED).order_by("submitted_at", "pk")

    def with_verdict(self) -> "OfferQuerySet":
        """Add `verdict`: what the board last said on the way to the state that stands."""
        said = OfferMove.objects.filter(offer=models.OuterRef("pk"), became=models.OuterRef("state"))
        last = said.order_by("-at", "-pk").values("comment")[:1]
        return self.annotate(verdict=Coalesce(models.Subquery(last), models.Value(""), output_field=models.TextField()))

    def seen_by(self, user: User) -> "OfferQuerySet":
        return self.filter(member__people__user=user)


class Offer(OfferContent):
    """A member's seasonal proposal, printed once the board approves it."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="offers")
    state = models.CharField(max_length=24, choices=choices(OfferState), default=OfferState.DRAFT.value, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True, blank=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="offer_season_runs_forward",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[OfferState.SUBMITTED.value, OfferState.APPROVED.value])
                | (Q(valid_until__isnull=False) & Q(valid_from__isnull=False) & ~Q(title="")),
                name="offer_shown_to_the_board_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"#{self.pk}"

    def standing_verdict(self) -> str:
        """Return what the board last said on the way to the state that stands."""
        last = self.moves.filter(became=self.state).order_by("at", "pk").last()
        return last.comment if last else ""


class OfferRevision(OfferContent):
    """The words and picture that the board approved; never changed afterwards."""

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    approved_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["offer", "number"], name="offer_revision_number_once")]


class OfferMove(models.Model):
    """One line of an offer's history: who moved it, when, and what they said."""

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="moves")
    move = models.CharField(max_length=12, choices=choices(Review))
    was = models.CharField(max_length=24)
    became = models.CharField(max_length=24)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    comment = models.TextField(blank=True, max_length=1000)
    # The member is still to be told: the row is the queue, a lost hint loses no mail.
    is_news = models.BooleanField(default=False)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["at"], condition=Q(is_news=True), name="offer_move_to_be_told")]
