"""Events of deliveries: told once, changed never, forgotten only with their reader."""

import django.db.models.deletion
from django.db import migrations, models

REFUSE = """
CREATE FUNCTION event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (
        SELECT 1 FROM campaigns_delivery d WHERE d.id = OLD.delivery_id AND d.subscriber_id IS NOT NULL
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'what was heard of a message remains' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE ON campaigns_deliveryevent
    FOR EACH ROW EXECUTE FUNCTION event_is_append_only();
"""
UNDO = "DROP TRIGGER event_is_append_only ON campaigns_deliveryevent; DROP FUNCTION event_is_append_only();"


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0007_an_operation_is_for_readers"),
    ]

    operations = [
        migrations.CreateModel(
            name="DeliveryEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.BinaryField(max_length=16, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("delivered", "delivered"),
                            ("deferred", "deferred"),
                            ("bounced", "bounced"),
                            ("rejected", "rejected"),
                            ("complained", "complained"),
                            ("clicked", "clicked"),
                            ("unsubscribed", "unsubscribed"),
                            ("autoresponded", "autoresponded"),
                            ("unknown", "unknown"),
                        ],
                        max_length=16,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "fault",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("unknown_user", "unknown_user"),
                            ("unknown_host", "unknown_host"),
                            ("mailbox_full", "mailbox_full"),
                            ("policy", "policy"),
                            ("authentication", "authentication"),
                            ("throttle", "throttle"),
                            ("quota", "quota"),
                            ("content", "content"),
                            ("size", "size"),
                            ("transient", "transient"),
                            ("unknown", "unknown"),
                        ],
                        max_length=16,
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=200)),
                ("source", models.CharField(max_length=16)),
                ("link", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("scanner", models.CharField(blank=True, max_length=16)),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="campaigns.delivery"
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
                "indexes": [models.Index(fields=["campaign", "kind"], name="event_by_campaign")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "delivered",
                                    "deferred",
                                    "bounced",
                                    "rejected",
                                    "complained",
                                    "clicked",
                                    "unsubscribed",
                                    "autoresponded",
                                    "unknown",
                                ],
                            )
                        ),
                        name="event_is_no_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "clicked"), models.Q(("link__isnull", True), ("scanner", "")), _connector="OR"
                        ),
                        name="event_link_is_clicked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fault", ""), ("kind__in", ["bounced", "rejected", "deferred"]), _connector="OR"
                        ),
                        name="event_fault_did_not_arrive",
                    ),
                ],
            },
        ),
        migrations.RunSQL(REFUSE, UNDO),
    ]
