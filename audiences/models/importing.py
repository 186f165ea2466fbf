from pathlib import Path

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.db.models import Q
from django.utils.deconstruct import deconstructible

from audiences.core.consent import CustomerKind
from audiences.core.importing import ImportState
from newsletter.core.states import choices
from newsletter.models import Newsletter, User

FOLDER = "imports"


@deconstructible
class Private(FileSystemStorage):
    """Where files lie that no web server shows."""

    def __init__(self) -> None:
        super().__init__(base_url=None, file_permissions_mode=0o600)

    @property
    def base_location(self) -> str:
        return str(settings.PRIVATE_ROOT)

    @property
    def location(self) -> str:
        return str(Path(self.base_location).absolute())


class Import(models.Model):
    """A file of readers on its way in: what it is, what the board says of it, and how far it has come."""

    newsletter = models.ForeignKey(Newsletter, models.CASCADE, related_name="imports")
    state = models.CharField(max_length=12, choices=choices(ImportState), default=ImportState.RECEIVED.value)
    # Kept until all of it is taken in, or it is forgotten.
    file = models.FileField(storage=Private(), upload_to=FOLDER, blank=True)
    name = models.CharField(max_length=120)
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    # How it is written.
    encoding = models.CharField(max_length=12)
    delimiter = models.CharField(max_length=1)
    has_heading = models.BooleanField(default=True)
    heading = ArrayField(models.CharField(max_length=80), default=list)
    tool = models.CharField(max_length=12, blank=True)
    # What it means: a position for each column that says something, and what the board attests.
    columns = models.JSONField(default=dict)
    language = models.CharField(max_length=5, default="fr")
    kind = models.CharField(max_length=8, choices=choices(CustomerKind), default=CustomerKind.DIRECT.value)
    source = models.CharField(max_length=200, blank=True)
    given_on = models.DateField(null=True, blank=True)
    tracking_evidence = models.CharField(max_length=200, blank=True)
    attested_at = models.DateTimeField(null=True, blank=True)
    attested_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    # How far it has come. Whoever reads it holds it for a while; the lines read are the checkpoint.
    size = models.BigIntegerField(default=0)
    read_bytes = models.BigIntegerField(default=0)
    read_lines = models.PositiveIntegerField(default=0)
    staged = models.PositiveIntegerField(default=0)
    held_until = models.DateTimeField(null=True, blank=True)
    faults = models.JSONField(default=dict)
    notes = models.JSONField(default=dict)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[ImportState.RECEIVED.value]) | (Q(attested_at__isnull=False) & ~Q(source="")),
                name="import_says_where_consents_come_from",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ImportState.TAKING.value, ImportState.DONE.value])
                | Q(confirmed_at__isnull=False),
                name="import_taken_once_confirmed",
            ),
        ]


class ImportPart(models.Model):
    """A share of an import, by its readers' keys: the same person's lines are all in one. Its row is the checkpoint."""

    imported = models.ForeignKey(Import, models.CASCADE, related_name="parts")
    number = models.PositiveSmallIntegerField()
    low = models.BinaryField(max_length=33)
    high = models.BinaryField(max_length=33)
    counted = models.BooleanField(default=False)
    taken = models.BooleanField(default=False)
    verdicts = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["imported", "number"], name="import_part_once")]


class RefusedLine(models.Model):
    """A line that brought nobody: where it stands and why, and not a word of what it said."""

    imported = models.ForeignKey(Import, models.CASCADE, related_name="refusals", db_index=False)
    number = models.PositiveIntegerField()
    code = models.CharField(max_length=20)
    column = models.CharField(max_length=80, blank=True)
    # Found by the database, which is asked again when it is taken in.
    judged = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["imported", "number"], name="refused_line_in_order")]


class StagedReader(models.Model):
    """A line on its way from a file to its reader. Unlogged: after a crash the file is read again.

    Batch 0 is of whoever is admitted without an import, and never outlives its transaction.
    """

    batch = models.BigIntegerField()
    number = models.PositiveIntegerField()
    # Which of the batch's consent sources; 1 is the first.
    source = models.PositiveIntegerField(default=1)
    address_key = models.BinaryField(max_length=32)
    address = models.CharField(max_length=320)
    first_name = models.CharField(max_length=60)
    language = models.CharField(max_length=5)
    commune = models.CharField(max_length=5)
    department = models.CharField(max_length=3)
    interests = ArrayField(models.CharField(max_length=16))
    kind = models.CharField(max_length=8)
    tracking = models.BooleanField()
    given_at = models.DateTimeField(null=True)
    # Why this person is not to be written to: empty for readers.
    stop = models.CharField(max_length=16)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["batch", "address_key"], name="staged_reader_by_key")]
