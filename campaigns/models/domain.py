from django.contrib.postgres.fields import ArrayField
from django.db import models

from newsletter.core.states import choices
from newsletter.exchangers import Problem


class MailDomain(models.Model):
    """Who takes a domain's mail, as the DNS said it when it was last asked."""

    name = models.CharField(max_length=255, primary_key=True)
    operator = models.CharField(max_length=255, blank=True)
    hosts = ArrayField(models.CharField(max_length=255), default=list, blank=True)
    problem = models.CharField(max_length=12, choices=choices(Problem), blank=True)
    checked_at = models.DateTimeField(db_index=True)


class Lane(models.Model):
    """One operator's bucket of tokens (core.bucket), and the drain that alone holds it."""

    operator = models.CharField(max_length=255, primary_key=True)
    rate = models.PositiveIntegerField()
    ceiling = models.PositiveIntegerField()
    at = models.DateTimeField()
    parts = models.PositiveBigIntegerField(default=0)
    shut_until = models.DateTimeField(null=True, blank=True)
    clean_since = models.DateTimeField(null=True, blank=True)
    strikes = models.PositiveSmallIntegerField(default=0)
    worker = models.PositiveBigIntegerField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
