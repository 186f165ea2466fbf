"""A delivery is updated twice or more; room on its page keeps those updates off the indexes (HOT)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_the_sending")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE campaigns_delivery SET (fillfactor = 60); ALTER TABLE campaigns_chunk SET (fillfactor = 40);",
            "ALTER TABLE campaigns_delivery RESET (fillfactor); ALTER TABLE campaigns_chunk RESET (fillfactor);",
        )
    ]
