"""The home and its key."""

from __future__ import annotations

import os
import stat
import tempfile
import threading
from pathlib import Path

import pytest
from django.conf import settings

from broadsheet.config.home import prepare_home, secret_key
from broadsheet.config.options import SettingError


def test_tests_use_a_home_of_their_own() -> None:
    assert Path(tempfile.gettempdir()) in settings.HOME.parents
    assert settings.HOME.name.startswith("broadsheet-tests-")


def test_the_first_start_writes_a_key_that_only_the_owner_can_read(tmp_path: Path) -> None:
    home = prepare_home(tmp_path / "new" / "home")
    key = secret_key(home)
    assert len(key) >= 50
    assert stat.S_IMODE((home / "secret.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert [path.name for path in home.iterdir()] == ["secret.key"]


def test_the_key_stays_the_same_from_start_to_start(tmp_path: Path) -> None:
    assert secret_key(tmp_path) == secret_key(tmp_path)


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    barrier, keys = threading.Barrier(8), []

    def start() -> None:
        barrier.wait()
        keys.append(secret_key(tmp_path))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_a_damaged_key_is_refused_with_advice(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("short\n")
    with pytest.raises(SettingError, match="no usable key"):
        secret_key(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_home_that_cannot_be_made_is_refused_with_advice(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(SettingError, match="Choose another"):
        prepare_home(tmp_path / "home")


def test_a_home_that_is_a_file_is_refused_with_advice(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(SettingError, match="Choose another"):
        prepare_home(tmp_path / "home")
