"""Each table stands in the one database that it belongs to."""

from __future__ import annotations

import os

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connections, router

pytestmark = pytest.mark.django_db

SITE = {"sessions", "django_tasks_database", "jobs"}
SINGLE = {"ingest.HostGate"}  # tables of other apps that stand there


def test_what_the_site_needs_stands_apart_on_sqlite_only() -> None:
    assert set(connections) == ({"default"} if os.environ.get("DATABASE_URL") else {"default", "site"})


def test_every_table_is_in_the_database_that_its_model_is_read_from() -> None:
    tables = {alias: set(connections[alias].introspection.table_names()) for alias in connections}
    for model in apps.get_models():
        assert router.db_for_read(model) == router.db_for_write(model)
        for alias in connections:
            assert (model._meta.db_table in tables[alias]) == (alias == router.db_for_write(model)), model


def test_sessions_tasks_and_cache_are_the_sites() -> None:
    apart = [model._meta for model in apps.get_models() if router.db_for_write(model) == "site"]
    assert {meta.app_label for meta in apart if meta.label not in SINGLE} == (
        SITE if "site" in set(connections) else set()
    )
    assert {meta.label for meta in apart} >= (SINGLE if "site" in set(connections) else set())


def test_the_cache_keeps_what_it_is_given() -> None:
    cache.set("a", {"b": 1})
    assert cache.get("a") == {"b": 1}
