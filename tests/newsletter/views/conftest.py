"""Doors start tasks; here they run at once, in the same process."""

import pytest
from django.test import Client

from newsletter import tasks
from newsletter.models import User
from tests import make


@pytest.fixture(autouse=True)
def _tasks_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for task in (tasks.send_sign_in, tasks.send_test, tasks.tell_member):
        monkeypatch.setattr(task, "delay_on_commit", task, raising=False)


@pytest.fixture
def board(client: Client) -> User:
    person = make.board_member("jeanne@alpilles.example", name="Jeanne Aubert")
    client.force_login(person)
    return person
