"""A campaign remembers how many readers were left out of its list, and why."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0013_parked_mail_is_put_aside"),
    ]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="left_out",
            field=models.JSONField(blank=True, null=True),
        ),
    ]
