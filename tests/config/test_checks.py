"""The checks of the settings: each bad combination is found, and what ships is clean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.checks import run_checks
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

from broadsheet.config import checks
from broadsheet.config.options import OPTIONS


def ids(**arguments: Any) -> set[str]:
    messages = run_checks(tags=["security", "database"], **arguments)
    return {str(message.id) for message in messages if str(message.id).startswith("broadsheet.")}


@pytest.fixture(autouse=True)
def _hosts_as_shipped(settings: Any) -> None:
    """Django's test client is itself a host that is added while tests run."""
    settings.ALLOWED_HOSTS = OPTIONS["ALLOWED_HOSTS"].listed()


def test_the_defaults_are_clean() -> None:
    assert ids() == set()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "[::1]", "papers.localhost"])
def test_debug_is_allowed_while_only_this_machine_is_served(settings: Any, host: str) -> None:
    settings.DEBUG, settings.ALLOWED_HOSTS = True, [host]
    assert ids() == set()


@pytest.mark.parametrize("host", ["papers.example.org", "192.168.1.5", "[2001:db8::1]", ".example.org", "*"])
def test_debug_is_refused_where_others_can_reach_the_server(settings: Any, host: str) -> None:
    settings.DEBUG, settings.HTTPS, settings.ALLOWED_HOSTS = True, True, ["localhost", host]
    assert "broadsheet.E001" in ids()


def test_serving_others_without_https_is_warned_of(settings: Any) -> None:
    settings.ALLOWED_HOSTS, settings.HTTPS = ["papers.example.org"], False
    assert ids() == {"broadsheet.W003"}
    settings.HTTPS = True
    assert ids() == set()


def test_answering_to_any_name_is_warned_of(settings: Any) -> None:
    settings.ALLOWED_HOSTS, settings.HTTPS = ["*"], True
    assert ids() == {"broadsheet.W002"}


def test_a_key_that_others_can_read_is_refused(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    key = tmp_path / "secret.key"
    key.write_text("k" * 60)
    key.chmod(0o640)
    [message] = checks.check_secret_key_file(None)
    assert message.id == "broadsheet.E004"
    assert "0640" in message.msg
    key.chmod(0o600)
    assert checks.check_secret_key_file(None) == []


@pytest.mark.django_db
def test_a_database_that_answers_is_fine() -> None:
    assert ids(databases=["default"]) == set()


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_named_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    nowhere = {**django_settings.DATABASES["default"], "HOST": str(tmp_path), "NAME": "none", "OPTIONS": {}, "TEST": {}}
    wrapper = DatabaseWrapper({**connections["default"].settings_dict, **nowhere}, alias="nowhere")
    monkeypatch.setattr(checks, "connections", {"nowhere": wrapper})
    [message] = checks.check_database(None, databases=["nowhere"])
    assert message.id == "broadsheet.E005"
    assert message.msg.startswith("The database can't be reached: ")
    assert "\n" not in message.msg
    assert message.hint
    assert "DATABASE_URL" in message.hint
