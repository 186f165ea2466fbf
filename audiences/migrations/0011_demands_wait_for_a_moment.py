"""A demand waits for a moment between the form and the desk; and the form counts who sends it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audiences", "0010_a_link_to_ones_own_data"),
        ("newsletter", "0012_a_word_to_members_when_an_operation_is_over"),
    ]

    operations = [
        migrations.CreateModel(
            name="Demand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address_key", models.BinaryField(max_length=32)),
                ("said", models.JSONField()),
                ("asked_at", models.DateTimeField(db_index=True)),
                (
                    "newsletter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="newsletter.newsletter"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Knock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hour", models.DateTimeField()),
                ("network", models.BinaryField(max_length=16)),
                ("times", models.PositiveIntegerField(default=1)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("hour", "network"), name="knock_of_a_network_once_an_hour")
                ],
            },
        ),
    ]
