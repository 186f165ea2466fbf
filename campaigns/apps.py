from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """The sending."""

    name = "campaigns"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Answer what the wings on the left ask of the right."""
        import celery_app  # noqa: F401 - shared tasks need their app
        from audiences import segments, suppressions
        from campaigns import (
            deliveries,
            erasing,
            exposures,
            facts,
            report_words,
            reports,
            schedule,
            targets,
            watchdog,  # noqa: F401 - it listens for workers
        )
        from campaigns.models import CampaignMove, DeliveryEvent
        from newsletter import aims, editions, rights, standings, summaries, visibility

        suppressions.on_stop(deliveries.stop)
        facts.register()
        erasing.register()
        rights.append_only(CampaignMove)
        rights.append_only(DeliveryEvent, forgotten=True)
        editions.guard_reopening(schedule.why_not_reopen)
        standings.ask(reports.standings)
        summaries.ask(report_words.summary)
        visibility.ask(exposures.standings)
        aims.ask(targets.in_words)
        segments.guard_deletion(targets.why_keep)
