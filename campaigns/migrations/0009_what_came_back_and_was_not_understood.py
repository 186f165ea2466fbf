"""A mail that came back and could not be used is kept for some weeks, sealed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0008_what_the_world_says_back"),
    ]

    operations = [
        migrations.CreateModel(
            name="ParkedMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("sealed", models.BinaryField()),
                ("size", models.PositiveIntegerField()),
                (
                    "problem",
                    models.CharField(
                        choices=[("failed", "failed"), ("not_understood", "not_understood")], max_length=16
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=1)),
                ("first_at", models.DateTimeField(db_index=True)),
                ("last_at", models.DateTimeField()),
            ],
        ),
    ]
