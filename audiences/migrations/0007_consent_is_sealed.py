"""The ledger of consent gets its chain of seals, which the database refuses to change too (DUTIES L1)."""

import django.db.models.functions.datetime
from django.db import migrations, models

REFUSE = """
CREATE TRIGGER consent_seal_is_append_only BEFORE UPDATE OR DELETE ON audiences_consentseal
    FOR EACH ROW EXECUTE FUNCTION consent_is_append_only();
"""
UNDO = "DROP TRIGGER consent_seal_is_append_only ON audiences_consentseal;"


class Migration(migrations.Migration):
    dependencies = [
        ("audiences", "0006_the_last_click_and_the_last_open"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsentSeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("consent_id", models.BigIntegerField(unique=True)),
                ("prev_hash", models.BinaryField(max_length=32)),
                ("row_hash", models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="SealFloor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("floor", models.BigIntegerField(default=0)),
                ("rising", models.BigIntegerField(default=0)),
                ("before", models.BigIntegerField(default=0)),
                ("noted_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="consent",
            name="recorded_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.RunSQL(REFUSE, UNDO),
    ]
