"""A campaign pauses for complaints, and for addresses that do not exist."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0009_what_came_back_and_was_not_understood"),
    ]

    operations = [
        migrations.AlterField(
            model_name="campaign",
            name="pause_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("board", "board"),
                    ("login_refused", "login_refused"),
                    ("relay_insecure", "relay_insecure"),
                    ("relay_unreachable", "relay_unreachable"),
                    ("relay_quota", "relay_quota"),
                    ("relay_policy", "relay_policy"),
                    ("too_many_faults", "too_many_faults"),
                    ("complaints", "complaints"),
                    ("complaints_stop", "complaints_stop"),
                    ("unknown_users", "unknown_users"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="roadstanding",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("board", "board"),
                    ("login_refused", "login_refused"),
                    ("relay_insecure", "relay_insecure"),
                    ("relay_unreachable", "relay_unreachable"),
                    ("relay_quota", "relay_quota"),
                    ("relay_policy", "relay_policy"),
                    ("too_many_faults", "too_many_faults"),
                    ("complaints", "complaints"),
                    ("complaints_stop", "complaints_stop"),
                    ("unknown_users", "unknown_users"),
                ],
                max_length=20,
            ),
        ),
    ]
