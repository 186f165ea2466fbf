from django.db import models
from django.db.models import F, Q

from audiences.models import Subscriber
from campaigns.core.opens import Measure
from campaigns.models.campaign import Campaign, Variant
from campaigns.models.delivery import Delivery
from newsletter.core.linking import Part
from newsletter.core.states import choices
from newsletter.models import Association, Contribution, Offer, User


class Measuring(models.Model):
    """How far an association counts, beside the readers who said yes. Without a row: nothing at all."""

    association = models.OneToOneField(Association, models.CASCADE, primary_key=True, related_name="measuring")
    # The same marks of its origin on the links of every reader.
    marks_origin = models.BooleanField(default=True)
    # One redirect per link, shared by all, with a bare count: nobody is told apart (L7).
    counts_clicks = models.BooleanField(default=False)
    # The date of the last open, overwritten, of who asked for the letter and refused nothing (L8).
    keeps_last_open = models.BooleanField(default=False)
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")


class MeasuredTemplate(models.Model):
    """A variant's letter for readers who may be measured; the others get the variant's own."""

    variant = models.ForeignKey(Variant, models.CASCADE, related_name="measured")
    measure = models.CharField(max_length=10, choices=choices(Measure))
    template = models.BinaryField()
    template_digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["variant", "measure"], name="measured_template_once")]


class Link(models.Model):
    """A link of a campaign's letter: where it leads, and to what it belongs. No redirect leads anywhere else."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="links", db_index=False)
    # Its place in the letter, from 1; 0 is the one that no person sees.
    position = models.PositiveSmallIntegerField()
    target = models.CharField(max_length=2200)
    label = models.CharField(max_length=200, blank=True)
    part = models.CharField(max_length=12, choices=choices(Part))
    offer = models.ForeignKey(Offer, models.SET_NULL, null=True, blank=True, related_name="links")
    contribution = models.ForeignKey(Contribution, models.SET_NULL, null=True, blank=True, related_name="links")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "position"], name="link_position_once"),
            models.CheckConstraint(condition=Q(target__regex=r"^https?://[^\s\\]+$"), name="link_leads_to_the_web"),
        ]


class LinkRepair(models.Model):
    """A link that was mended after its letter had left: what it was, what it became, by whom."""

    link = models.ForeignKey(Link, models.CASCADE, related_name="repairs")
    was = models.CharField(max_length=2200)
    became = models.CharField(max_length=2200)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(was=F("became")), name="link_repair_changes_it")]


class LinkCount(models.Model):
    """How often a link was followed on one day, by whomever; over a few rows, so that nobody waits for a lock."""

    link = models.ForeignKey(Link, models.CASCADE, related_name="counts", db_index=False)
    day = models.DateField()
    shard = models.PositiveSmallIntegerField()
    times = models.PositiveIntegerField(default=0)
    by_machines = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["link", "day", "shard"], name="link_count_once_per_day")]


class OpenCount(models.Model):
    """How often the letters of a campaign were opened on one day, by readers who agreed. No row says by whom."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="opens", db_index=False)
    day = models.DateField()
    shard = models.PositiveSmallIntegerField()
    times = models.PositiveIntegerField(default=0)
    by_machines = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "day", "shard"], name="open_count_once_per_day")]


class Click(models.Model):
    """What the clicks of a reader who agreed come to, on one link: reckoned from the events, as often as one likes."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="clicks", db_index=False)
    link = models.ForeignKey(Link, models.CASCADE, related_name="clicks")
    # Forgotten with the reader.
    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="clicks", db_index=False)
    # Of the person's own clicks; empty where only machines came.
    first_at = models.DateTimeField(null=True, blank=True)
    last_at = models.DateTimeField(null=True, blank=True)
    times = models.PositiveIntegerField(default=0)
    by_machines = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery", "link"], name="click_once_per_link")]
        indexes = [models.Index(fields=["subscriber", "last_at"], name="click_of_a_reader")]


class ClickToSettle(models.Model):
    """A message whose clicks are to be judged together, once a round of a machine would be over."""

    delivery = models.OneToOneField(Delivery, models.CASCADE, primary_key=True, related_name="+")
    due_at = models.DateTimeField(db_index=True)
