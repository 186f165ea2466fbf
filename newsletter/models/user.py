from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from newsletter.core.roles import Role
from newsletter.core.states import choices


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, **fields: Any) -> "User":
        """Create a person who signs in by e-mailed link: no password is ever set."""
        user = self.model(email=email.strip(), **fields)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """Someone who signs in: for a member, for the board, or both."""

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=5, default="fr")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=timezone.now)
    # The last day on which the board's digest was mailed to this person.
    digest_on = models.DateField(null=True, blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once_in_any_case")]
        permissions = [
            ("edit", "Works on texts, offers and editions"),
            ("board", "Reviews, composes and sends"),
            ("admin", "Says who holds which role"),
        ]

    def __str__(self) -> str:
        return self.name or self.email


class RoleChange(models.Model):
    """One line of who held which role: changed when, and by whom; an empty role is none."""

    user = models.ForeignKey(User, models.CASCADE, related_name="role_changes")
    was = models.CharField(max_length=8, choices=choices(Role), blank=True)
    became = models.CharField(max_length=8, choices=choices(Role), blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-at", "-pk"]
