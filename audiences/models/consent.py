from django.db import models
from django.db.models.functions import Now

from audiences.core.consent import Act, Method, Purpose
from newsletter.core.states import choices


class Wording(models.Model):
    """One version of the words beside a box; a line of consent names them by their hash."""

    purpose = models.CharField(max_length=12, choices=choices(Purpose))
    locale = models.CharField(max_length=5)
    version = models.PositiveSmallIntegerField()
    text = models.TextField()
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["purpose", "locale", "version"], name="wording_version_once")]


class Consent(models.Model):
    """One line of an append-only ledger. No foreign key and no personal text: erasure never touches it.

    The database itself refuses UPDATE and DELETE (DUTIES L1).
    """

    address_key = models.BinaryField(max_length=32)
    purpose = models.CharField(max_length=12, choices=choices(Purpose))
    newsletter = models.CharField(max_length=60)  # its slug
    act = models.CharField(max_length=12, choices=choices(Act))
    method = models.CharField(max_length=20, choices=choices(Method))
    wording = models.CharField(max_length=64, blank=True)  # digest of the words shown
    locale = models.CharField(max_length=5)
    form_version = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=200, blank=True)  # a path, or the name of an import
    actor = models.BigIntegerField(null=True, blank=True)  # a user's id; empty for the reader
    at = models.DateTimeField()
    # By the database's clock; an import's lines are said long before they are written down.
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["address_key", "at"], name="consent_by_address")]
