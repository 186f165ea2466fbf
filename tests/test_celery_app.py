"""The clock and the queues: what keeps a log-in mail quick while a letter leaves to thousands."""

from importlib import import_module

from celery.schedules import crontab

from celery_app import app


def test_only_the_sending_stands_in_its_queue_so_a_log_in_mail_never_waits_behind_a_letter() -> None:
    app.loader.import_default_modules()
    names = [name for name in app.tasks if not name.startswith("celery.")]
    router = app.amqp.router
    sending = [name for name in names if router.route({}, name)["queue"].name == "send"]

    assert "newsletter.tasks.send_sign_in" in names
    assert sending == ["campaigns.tasks.drain"]
    assert app.conf.task_default_queue == "default"


def test_a_killed_workers_message_is_seen_again_soon() -> None:
    options = app.conf.broker_transport_options

    assert (options["unacked_restore_interval"], options["unacked_restore_throttle"]) == (10, 1)
    # longer than any task may run: a drain is boxed to half a minute
    assert options["visibility_timeout"] == 120
    assert app.conf.worker_prefetch_multiplier == 1


def test_messages_are_plain_and_leave_no_results() -> None:
    assert (app.conf.task_serializer, app.conf.accept_content) == ("json", ["json"])
    assert app.conf.task_ignore_result
    assert app.conf.result_backend is None


def test_whatever_the_clock_wakes_exists_and_is_stale_before_it_is_woken_again() -> None:
    for entry in app.conf.beat_schedule.values():
        module, _, name = entry["task"].rpartition(".")
        assert entry["task"] == getattr(import_module(module), name).name
        # by the hour of the night it is woken once an hour at most
        every = 3600 if isinstance(entry["schedule"], crontab) else entry["schedule"]
        assert entry["options"]["expires"] <= max(5, every)


def test_a_broker_that_is_away_is_waited_for_for_ever() -> None:
    assert app.conf.broker_connection_max_retries is None
