"""Which tables live in which database."""

from __future__ import annotations

from typing import Any

from django.conf import settings

# By app label: sessions, the task queue, the scheduler's memory, and the cache (`django_cache` is what Django's
# database cache calls itself).
SITE_APPS = frozenset({"sessions", "django_tasks_database", "django_cache", "jobs"})
# Single tables of other apps, by app label and model name: the pace of harvesting must not wait for long writes either.
SITE_MODELS = frozenset({("ingest", "hostgate")})


class SiteRouter:
    """With SQLite, what the site itself needs stands in a second file (the database `site`), so that its short writes
    never wait for papers that are taken in. With PostgreSQL there is one database and nothing to choose.
    """

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        """`site` for what belongs there; None leaves the choice to Django."""
        meta = model._meta
        return "site" if "site" in settings.DATABASES and _in_site(meta.app_label, meta.model_name) else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool | None:
        """Each table is made in the one database that it belongs to."""
        if "site" not in settings.DATABASES:
            return None
        return (db == "site") == _in_site(app_label, model_name)


def _in_site(app_label: str, model_name: str | None) -> bool:
    return app_label in SITE_APPS or (app_label, model_name) in SITE_MODELS
