from django.db import models


class Reader(models.Model):
    """Who is written to, and when that was done."""

    email = models.EmailField(unique=True)
    first_name = models.CharField(max_length=80)
    sent_at = models.DateTimeField(null=True)
