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

    objects = MemberQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class MemberPerson(models.Model):
    """Someone who signs in for a member."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="people")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "user"], name="member_person_signs_for_a_member_once")]
