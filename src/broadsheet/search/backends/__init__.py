"""The kinds of index. `current()` is the one that the settings choose."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.module_loading import import_string

from broadsheet.search.backends.base import Backend


def current() -> Backend:
    """The back end of settings.SEARCH, one object a process and place."""
    return _backend(str(settings.SEARCH["BACKEND"]), Path(str(settings.SEARCH["PATH"])))


@lru_cache(maxsize=4)
def _backend(dotted: str, path: Path) -> Backend:
    backend: Backend = import_string(dotted)(path)
    return backend
