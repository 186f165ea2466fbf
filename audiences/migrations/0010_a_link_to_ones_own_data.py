"""When a reader asked for the link to their own data, and whether its mail has left."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audiences", "0009_how_often_readers_are_written_to"),
    ]

    operations = [
        migrations.AddField(
            model_name="subscriber",
            name="data_asked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="subscriber",
            name="data_mailed_for",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="subscriber",
            index=models.Index(
                condition=models.Q(("data_asked_at__isnull", False)),
                fields=["data_asked_at"],
                name="subscriber_asked_for_data",
            ),
        ),
    ]
