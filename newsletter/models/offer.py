from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from newsletter.core.interests import PriceKind, PriceUnit
from newsletter.core.legal import Claims
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
    # What must stay in sight when the picture is cut, in hundredths from its left and upper edge.
    focus_x = models.PositiveSmallIntegerField(default=50)
    focus_y = models.PositiveSmallIntegerField(default=40)
    # When somebody said that this picture may be used; another picture is asked for anew.
    image_rights_at = models.DateTimeField(null=True, blank=True)
    # The price that is struck through, and the lowest of the 30 days before: the one may not exceed the other.
    price_was = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    price_lowest = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    publics = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    title_en = models.CharField(max_length=80, blank=True)
    text_en = models.TextField(max_length=600, blank=True)
    stock = models.PositiveIntegerField(null=True, blank=True)
    booking_phone = models.CharField(max_length=24, blank=True)
    access = ArrayField(models.CharField(max_length=16), default=list, blank=True)

    class Meta:
        abstract = True

    def title_in(self, language: str) -> str:
        """Return its title in English where it has one and the reader wants it, else in French."""
        return (self.title_en if language.startswith("en") else "") or self.title

    def text_in(self, language: str) -> str:
        """Return its text in English where it has one and the reader wants it, else in French."""
        return (self.text_en if language.startswith("en") else "") or self.text

    @property
    def untranslated(self) -> bool:
        """Whether an English edition would print French."""
        return bool(self.title and not self.title_en) or bool(self.text and not self.text_en)

    def claims(self, category: str) -> Claims:
        """Return what the law's rules ask of it; `category` is its member's trade."""
        return Claims(
            category=category,
            title=self.title,
            text=self.text,
            title_en=self.title_en,
            text_en=self.text_en,
            interests=tuple(self.interests),
            price_kind=self.price_kind,
            price=self.price,
            price_was=self.price_was,
            price_lowest=self.price_lowest,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
        )


class OfferQuerySet(models.QuerySet["Offer"]):
    def not_over(self, day: date) -> "OfferQuerySet":
        return self.filter(valid_until__gte=day)

    def ready(self, day: date) -> "OfferQuerySet":
        """What an edition that leaves on this day may print."""
        return self.not_over(day).filter(state=OfferState.APPROVED, member__is_active=True)

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
    # Its text, counted: who writes on an older one is shown what came between. `writer` is the page that wrote last.
    version = models.PositiveIntegerField(default=1)
    writer = models.CharField(max_length=36, blank=True)
    # Drawn by the page that began it, so that a beginning whose answer was lost is not a second offer.
    begun_as = models.UUIDField(null=True, blank=True, editable=False)
    # Who of the board wrote it down for its member, who had told it otherwise.
    entered_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

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
            models.CheckConstraint(
                condition=~Q(state__in=[OfferState.SUBMITTED.value, OfferState.APPROVED.value])
                | Q(price_was__isnull=True)
                | (
                    Q(price_lowest__isnull=False)
                    & Q(price__isnull=False)
                    & Q(price_was__lte=F("price_lowest"))
                    & Q(price__lt=F("price_was"))
                ),
                name="offer_struck_price_is_no_higher_than_the_lowest",
            ),
            models.CheckConstraint(
                condition=Q(focus_x__lte=100, focus_y__lte=100), name="offer_focus_is_in_its_picture"
            ),
            models.UniqueConstraint(fields=["member", "begun_as"], name="offer_is_begun_once"),
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
    # The text that it was about, counted as in the offer; unknown of older moves.
    version = models.PositiveIntegerField(null=True, blank=True)
    # The field of the form that a word is about.
    field = models.CharField(max_length=16, blank=True)
    # What a correction of the board changed: {"before": {…}, "after": {…}}.
    words = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    # The member is still to be told: the row is the queue, a lost hint loses no mail.
    is_news = models.BooleanField(default=False)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["at"], condition=Q(is_news=True), name="offer_move_to_be_told")]


class OfferSight(models.Model):
    """Who of the board has opened an offer, and when last."""

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="sights")
    by = models.ForeignKey(User, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["offer", "by"], name="offer_sight_of_a_person_once")]
