from django.db import models
from django.db.models import F, Q

from newsletter.core.interests import Category
from newsletter.core.operation import KNOWN_TO_MEMBERS, OperationState, Step
from newsletter.core.states import choices
from newsletter.models.edition import Edition, Newsletter
from newsletter.models.invitation import Invitation
from newsletter.models.member import Member
from newsletter.models.offer import Offer
from newsletter.models.place import Place
from newsletter.models.user import User


class OperationQuerySet(models.QuerySet["Operation"]):
    def under_way(self) -> "OperationQuerySet":
        """What the clock may have something to do with."""
        states = (OperationState.SCHEDULED, OperationState.CALLING, OperationState.SELECTING, OperationState.COMPOSED)
        return self.filter(state__in=states)


class Operation(models.Model):
    """What the board runs before the holidays: a theme, a call for offers, and the editions made of the answers."""

    newsletter = models.ForeignKey(Newsletter, models.PROTECT, related_name="operations")
    theme = models.CharField(max_length=100)
    brief = models.TextField(max_length=4000, blank=True)
    # The days that the offers are about.
    valid_from = models.DateField()
    valid_until = models.DateField()
    # When the call opens by itself, once the board has said so.
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField()
    state = models.CharField(
        max_length=12, choices=choices(OperationState), default=OperationState.DRAFT.value, db_index=True
    )
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    # From here on members read where they stand.
    announced_at = models.DateTimeField(null=True, blank=True)

    objects = OperationQuerySet.as_manager()

    class Meta:
        ordering = ["-closes_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="operation_window_runs_forward"),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True) | Q(opens_at__lt=F("closes_at")),
                name="operation_opens_before_it_closes",
            ),
            models.CheckConstraint(
                condition=~Q(state=OperationState.SCHEDULED.value) | Q(opens_at__isnull=False),
                name="operation_scheduled_for_an_hour",
            ),
        ]

    def __str__(self) -> str:
        return self.theme


class OperationMove(models.Model):
    """One line of an operation's history: who moved it and when; nobody is the clock."""

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="moves")
    step = models.CharField(max_length=12, choices=choices(Step))
    was = models.CharField(max_length=12)
    became = models.CharField(max_length=12)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]


class OperationWish(models.Model):
    """A category or a commune that the board wants offers of: at least so many, at most so many."""

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="wishes")
    category = models.CharField(max_length=16, choices=choices(Category), blank=True)
    commune = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+")
    at_least = models.PositiveSmallIntegerField(default=0)
    at_most = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["operation", "category"],
                condition=Q(commune__isnull=True),
                name="operation_wish_of_a_category_once",
            ),
            models.UniqueConstraint(fields=["operation", "commune"], name="operation_wish_of_a_commune_once"),
            models.CheckConstraint(
                condition=Q(category="", commune__isnull=False) | (~Q(category="") & Q(commune__isnull=True)),
                name="operation_wish_of_a_category_or_a_commune",
            ),
            models.CheckConstraint(
                condition=Q(at_most__isnull=True) | Q(at_most__gte=F("at_least")), name="operation_wish_bounds_in_order"
            ),
        ]


class PlannedEdition(models.Model):
    """An edition that an operation is to fill: its day, its places, and the edition once it is drafted."""

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="planned")
    send_on = models.DateField()
    places = models.PositiveSmallIntegerField()
    edition = models.OneToOneField(Edition, models.SET_NULL, null=True, blank=True, related_name="planned")
    drafted_at = models.DateTimeField(null=True, blank=True)
    # What the draw among equals was made with: anyone can recompute the selection.
    seed = models.CharField(max_length=80, blank=True)
    proposed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["send_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["operation", "send_on"], name="planned_edition_of_a_day_once"),
            models.CheckConstraint(condition=Q(places__gte=1), name="planned_edition_has_places"),
        ]


class CallQuerySet(models.QuerySet["Call"]):
    def seen_by(self, user: User) -> "CallQuerySet":
        """What stands on this person's desk."""
        states = [state.value for state in KNOWN_TO_MEMBERS]
        return self.filter(member__people__user=user, member__is_active=True, operation__state__in=states)


class Call(models.Model):
    """One member asked for an offer: the draft that waits for them, the link to it, and whether they said no."""

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="calls")
    member = models.ForeignKey(Member, models.CASCADE, related_name="calls")
    offer = models.OneToOneField(Offer, models.CASCADE, related_name="call")
    invitation = models.OneToOneField(Invitation, models.CASCADE, related_name="call")
    called_at = models.DateTimeField()
    declined_at = models.DateTimeField(null=True, blank=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["operation", "member"], name="call_of_a_member_once")]


class Choice(models.Model):
    """What became of an answer in a planned edition, and why: proposed by the rule, perhaps overridden by the board."""

    planned = models.ForeignKey(PlannedEdition, models.CASCADE, related_name="choices")
    call = models.ForeignKey(Call, models.CASCADE, related_name="choices")
    # The place that the rule proposed, and the one that stands; none is left out.
    proposed = models.PositiveSmallIntegerField(null=True, blank=True)
    place = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        ordering = [F("place").asc(nulls_last=True), "pk"]
        constraints = [
            models.UniqueConstraint(fields=["planned", "call"], name="choice_of_an_answer_once"),
            models.UniqueConstraint(
                fields=["planned", "place"], name="choice_place_given_once", deferrable=models.Deferrable.DEFERRED
            ),
        ]


class Override(models.Model):
    """The board decided otherwise than the rule, and said why; the line is never changed."""

    choice = models.ForeignKey(Choice, models.CASCADE, related_name="overrides")
    was = models.PositiveSmallIntegerField(null=True, blank=True)
    became = models.PositiveSmallIntegerField(null=True, blank=True)
    words = models.TextField(max_length=600)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(words=""), name="override_says_why")]
