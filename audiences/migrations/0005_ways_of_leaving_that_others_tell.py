"""A person leaves by mail, by their provider or by a complaint; and an address may come back too often."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audiences", "0004_mail_domains_of_readers"),
    ]

    operations = [
        migrations.AlterField(
            model_name="consent",
            name="method",
            field=models.CharField(
                choices=[
                    ("double_opt_in", "double_opt_in"),
                    ("form", "form"),
                    ("attested_import", "attested_import"),
                    ("admin", "admin"),
                    ("one_click", "one_click"),
                    ("preference_centre", "preference_centre"),
                    ("mail", "mail"),
                    ("provider", "provider"),
                    ("complaint", "complaint"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="suppression",
            name="reason",
            field=models.CharField(
                choices=[
                    ("unsubscribed", "unsubscribed"),
                    ("complained", "complained"),
                    ("unknown_user", "unknown_user"),
                    ("bounced", "bounced"),
                    ("erased", "erased"),
                    ("board", "board"),
                ],
                max_length=16,
            ),
        ),
    ]
