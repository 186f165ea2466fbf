from django.db import models

from newsletter.core.interests import Category
from newsletter.core.states import choices
from newsletter.models.place import Place
from newsletter.models.user import User


class MemberQuerySet(models.QuerySet["Member"]):
    def signed_for_by(self, user: User) -> "MemberQuerySet":
        return self.filter(people__user=user)

    def active(self) -> "MemberQuerySet":
        return self.filter(is_active=True)

    def paid_up(self, year: int) -> "MemberQuerySet":
        """Who has paid for this year; nobody is counted twice."""
        return self.filter(models.Exists(MemberYear.objects.filter(member=models.OuterRef("pk"), year=year)))

    def owing(self, year: int) -> "MemberQuerySet":
        """Who has not paid for this year."""
        return self.exclude(models.Exists(MemberYear.objects.filter(member=models.OuterRef("pk"), year=year)))


class Member(models.Model):
    """A business that belongs to the association."""

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=60, unique=True)
    category = models.CharField(max_length=16, choices=choices(Category))
    commune = models.ForeignKey(Place, models.PROTECT, related_name="members")
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=24, blank=True)
    website = models.URLField(blank=True)
    joined_on = models.DateField()
    is_active = models.BooleanField(default=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    # For the board's own memory.
    suspended_for = models.CharField(max_length=300, blank=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_active=False) | models.Q(suspended_at=None, suspended_for=""),
                name="member_active_is_not_suspended",
            )
        ]

    def __str__(self) -> str:
        return self.name


class MemberPerson(models.Model):
    """Someone who signs in for a member."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="people")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "user"], name="member_person_signs_for_a_member_once")]


class MemberYear(models.Model):
    """A year for which a member has paid."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="years")
    year = models.PositiveSmallIntegerField()
    paid_on = models.DateField()
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(fields=["member", "year"], name="member_year_paid_once"),
            models.CheckConstraint(condition=models.Q(year__range=(1990, 2100)), name="member_year_is_of_our_time"),
        ]
