"""A reader chooses how often, and the board says how often at most."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audiences", "0008_readers_are_kept_three_years"),
        ("newsletter", "0012_a_word_to_members_when_an_operation_is_over"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Cadence",
            fields=[
                (
                    "association",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="cadence",
                        serialize=False,
                        to="newsletter.association",
                    ),
                ),
                ("weekly_most", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("changed_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name="subscription",
            name="operations_only",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                condition=models.Q(("monthly", True)), fields=["newsletter", "subscriber"], name="subscription_monthly"
            ),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                condition=models.Q(("operations_only", True)),
                fields=["newsletter", "subscriber"],
                name="subscription_operations_only",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("monthly", False), ("operations_only", False), _connector="OR"),
                name="subscription_has_one_frequency",
            ),
        ),
        migrations.AddField(
            model_name="cadence",
            name="changed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="cadence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("weekly_most__isnull", True),
                    models.Q(("weekly_most__gte", 1), ("weekly_most__lte", 50)),
                    _connector="OR",
                ),
                name="cadence_lets_one_through",
            ),
        ),
    ]
