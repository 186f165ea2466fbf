from django.db import models


class Association(models.Model):
    """Who speaks: printed at the foot of every mail, as the law wants it (LCEN 20)."""

    name = models.CharField(max_length=120)
    postal_address = models.CharField(max_length=240)
    contact_email = models.EmailField()
    website = models.URLField(blank=True)

    def __str__(self) -> str:
        return self.name


class KeyFingerprint(models.Model):
    """Which signing keys and which pepper made what stands in this database."""

    name = models.CharField(max_length=60, unique=True)
    digest = models.CharField(max_length=64)
    recorded_at = models.DateTimeField(auto_now_add=True)
