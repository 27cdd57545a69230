"""Getting ready to do something: the home, Django, and a database that is up to date."""

from __future__ import annotations

import atexit
import fcntl
import gc
import os
from pathlib import Path


def boot(home: Path | None, *, migrate: bool = True) -> None:
    """Set up Django for this home and bring its tables up to date, so that a home of any earlier version opens.

    Must run before anything imports models. Raises SettingError for settings that can't be used.
    """
    if home is not None:
        os.environ["BROADSHEET_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.config.settings")
    # Before numpy is loaded: the products of a search are small, and threads that wait for each other on a busy machine
    # take a hundred times as long.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import django
    from django.conf import settings

    settings.HOME  # noqa: B018 -- reads the settings now, so that what is wrong with them is said first
    django.setup()
    atexit.register(_close_databases)
    if migrate:
        bring_up_to_date(settings.HOME)
    # What was imported stays; looking through it for garbage again and again costs a bulk ingest a tenth of its time.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _close_databases() -> None:
    """Close what is open, which empties SQLite's log where nobody else has it open."""
    from django.db import connections

    connections.close_all()


def bring_up_to_date(home: Path) -> None:
    """Apply migrations that are missing. A lock file keeps two processes that start together apart."""
    if not pending_migrations():
        return
    from django.core.management import call_command
    from django.db import connections

    with (home / "migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for database in connections:
            call_command("migrate", database=database, interactive=False, verbosity=0)


def pending_migrations() -> list[str]:
    """Names of migrations that the databases lack, each once."""
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    missing: dict[str, None] = {}
    for database in connections:
        executor = MigrationExecutor(connections[database])
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        missing.update((f"{migration.app_label}.{migration.name}", None) for migration, _ in plan)
    return list(missing)
