from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0005_roads_operators_and_new_domains"),
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
                ],
                max_length=20,
            ),
        ),
    ]
