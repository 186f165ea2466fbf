from django.db import models


class ConsentSeal(models.Model):
    """The seal of one line of consent, after the seal before it. Nobody changes it: the database refuses (L1).

    No foreign key: a line that vanished leaves its seal behind, which says so.
    """

    consent_id = models.BigIntegerField(unique=True)
    prev_hash = models.BinaryField(max_length=32)
    row_hash = models.BinaryField(max_length=32)


class SealFloor(models.Model):
    """Below it every line is sealed. It rises once no transaction is left that could still bring a lower number."""

    floor = models.BigIntegerField(default=0)
    # What the floor will be, and the first transaction that had not begun when that was noted.
    rising = models.BigIntegerField(default=0)
    before = models.BigIntegerField(default=0)
    noted_at = models.DateTimeField(null=True)
