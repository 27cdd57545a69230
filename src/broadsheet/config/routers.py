"""Which tables live in which database."""

from __future__ import annotations

from typing import Any

from django.conf import settings

# By app label: sessions, the task queue, the scheduler's memory, and the cache (`django_cache` is what Django's
# database cache calls itself).
SITE_APPS = frozenset({"sessions", "django_tasks_database", "django_cache", "jobs"})


class SiteRouter:
    """With SQLite, what the site itself needs stands in a second file (the database `site`), so that its short writes
    never wait for papers that are taken in. With PostgreSQL there is one database and nothing to choose.
    """

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        """`site` for what belongs there; None leaves the choice to Django."""
        return "site" if "site" in settings.DATABASES and model._meta.app_label in SITE_APPS else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Each table is made in the one database that it belongs to."""
        if "site" not in settings.DATABASES:
            return None
        return (db == "site") == (app_label in SITE_APPS)
