"""Three years after their last own act a reader is forgotten (DUTIES L5)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audiences", "0007_consent_is_sealed"),
    ]

    operations = [
        migrations.CreateModel(
            name="RetentionNight",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("night", models.DateField(unique=True)),
                ("asked", models.PositiveIntegerField(default=0)),
                ("forgotten", models.PositiveIntegerField(default=0)),
                ("unconfirmed", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ["-night"],
            },
        ),
        migrations.AddField(
            model_name="subscriber",
            name="acted_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="subscriber",
            name="asked_again_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
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
                    ("retention", "retention"),
                ],
                max_length=20,
            ),
        ),
    ]
