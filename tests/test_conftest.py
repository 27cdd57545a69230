"""The ground itself: what the other tests take for granted about the database, the people and their processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from broadsheet.accounts.models import User
from broadsheet.catalog.records import SourceRecord
from tests.support.records import make_record, make_records


@pytest.mark.django_db
def test_the_database_is_of_the_kind_that_was_asked_for() -> None:
    assert connection.vendor == ("postgresql" if os.environ.get("DATABASE_URL") else "sqlite")


@pytest.mark.django_db
def test_the_test_database_is_not_the_one_that_a_start_would_use() -> None:
    assert "test" in str(connection.settings_dict["NAME"])


def test_the_people_have_the_rights_they_should(owner: User, reader: User, anonymous: Any) -> None:
    assert owner.is_superuser
    assert owner.check_password("the owner's password")
    assert not reader.is_staff
    assert not anonymous.is_authenticated


def test_equal_calls_make_equal_records() -> None:
    assert make_record(title="A") == make_record(title="A")
    assert make_record(title="A").digest() != make_record(title="B").digest()
    assert len({record.external_id for record in make_records(50)}) == 50
    assert all(isinstance(record, SourceRecord) for record in make_records(2, source="saved-page"))


_COUNT_USERS = """
import django; django.setup()
from django.core.management import call_command
from django.conf import settings
from broadsheet.accounts.models import User
call_command("migrate", verbosity=0)
User.objects.create_user("a@example.org")
print(settings.HOME, User.objects.count(), settings.DATABASES["default"]["ENGINE"])
"""


@pytest.mark.parametrize("run", [1, 2])
def test_a_process_gets_an_empty_home_and_an_empty_database(run: int, process_env: dict[str, str], home: Path) -> None:
    environment = {**process_env, "DJANGO_SETTINGS_MODULE": "broadsheet.config.settings"}
    done = subprocess.run([sys.executable, "-c", _COUNT_USERS], env=environment, capture_output=True, text=True)
    assert done.stderr == ""
    kind = "postgresql" if os.environ.get("DATABASE_URL") else "sqlite3"
    assert done.stdout.split() == [str(home), "1", f"django.db.backends.{kind}"]
