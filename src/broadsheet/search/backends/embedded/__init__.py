"""The embedded back end: Tantivy in this process, files in one folder.

index/CURRENT                 the name of the generation that answers, replaced by renaming
index/g-0123456789abcdef/     a generation: the engine's files, stamp.json, and the vectors in vectors/
index.lock                    locked by the one indexer of this machine; beside the folder, so that emptying it frees
nothing
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from broadsheet.search.backends.base import (
    Backend,
    IndexDamaged,
    IndexerBusy,
    IndexMissing,
    IndexOutOfDate,
    IndexProblem,
)
from broadsheet.search.backends.embedded.reading import OTHER_EMBEDDER, EmbeddedReader, read_stamp
from broadsheet.search.backends.embedded.writing import EmbeddedBuild, EmbeddedWriter, write_durably
from broadsheet.search.embedder import Embedder, ModelMissing
from broadsheet.search.embedder import load as load_embedder

log = logging.getLogger("broadsheet.search")

LOOK_EVERY = 1.0  # seconds
_NAME = re.compile(r"g-[0-9a-f]{16}")


class EmbeddedBackend(Backend):
    """The index in the folder `path`, which need not exist yet. `load` gives the embedder, None for words alone; it is
    called often and may raise ModelMissing.
    """

    def __init__(self, path: Path, load: Callable[[], Embedder | None] = load_embedder) -> None:
        self.path = path
        self._load = load
        self._mutex = threading.Lock()
        self._reader: EmbeddedReader | None = None
        self._looked = -LOOK_EVERY

    def reader(self) -> EmbeddedReader:
        with self._mutex:
            if self._reader is None or time.monotonic() - self._looked >= LOOK_EVERY:
                self._reader = self._look(self._reader)
                self._looked = time.monotonic()
            return self._reader

    def refresh(self) -> None:
        with self._mutex:
            self._looked = -LOOK_EVERY

    def _look(self, reader: EmbeddedReader | None) -> EmbeddedReader:
        for last_try in (False, False, True):
            name = self._current()
            try:
                if reader is None or reader.generation != name:
                    return EmbeddedReader(self.path / name, self._load)
                reader.refresh()
            except IndexProblem:
                # The generation may have been dropped between reading the pointer and opening it; then the pointer
                # has moved.
                if last_try or self._current() == name:
                    raise
            else:
                return reader
        raise AssertionError("unreachable")

    def _current(self) -> str:
        try:
            name = (self.path / "CURRENT").read_text(encoding="utf-8", errors="replace").strip()
        except FileNotFoundError as error:
            raise IndexMissing("There is no search index yet. Run `broadsheet index`.") from error
        except OSError as error:
            raise IndexDamaged(f"The search index can't be read: {error.strerror}.") from error
        if not _NAME.fullmatch(name):
            raise IndexDamaged(
                "The search index does not say which generation is current. Run `broadsheet index --rebuild`."
            )
        return name

    def writer(self) -> EmbeddedWriter:
        path = self.path / self._current()
        stamp = read_stamp(path)
        try:
            embedder = self._load()
        except ModelMissing as problem:
            if stamp.embedder:
                raise IndexOutOfDate(
                    f"{problem} Until then changes wait; `broadsheet index --rebuild` goes on by words alone."
                ) from problem
            embedder = None
        if stamp.embedder != (embedder.stamp if embedder else ""):
            raise IndexOutOfDate(OTHER_EMBEDDER)
        return EmbeddedWriter(path, embedder)

    def build(self) -> EmbeddedBuild:
        self._make_folder(self.path)
        try:
            keep = self._current()
        except IndexProblem:
            keep = ""
        self._sweep(keep)
        try:
            embedder = self._load()
        except ModelMissing as problem:
            log.warning("%s Papers are indexed by words alone until the next rebuild.", problem)
            embedder = None
        return EmbeddedBuild(self.path / f"g-{secrets.token_hex(8)}", embedder, point=self._point)

    def _point(self, name: str) -> None:
        write_durably(self.path / "CURRENT", name + "\n")
        self._sweep(name)
        self.refresh()

    def _sweep(self, keep: str) -> None:
        """Remove every generation but one, and drafts of the pointer that killed processes left."""
        for entry in self.path.iterdir():
            if _NAME.fullmatch(entry.name) and entry.name != keep:
                shutil.rmtree(entry, ignore_errors=True)
            elif entry.name.startswith(".CURRENT."):
                entry.unlink(missing_ok=True)

    def _make_folder(self, path: Path) -> None:
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise IndexDamaged(f"The folder {path} for the search index can't be made: {error.strerror}.") from error

    @contextmanager
    def lock(self) -> Iterator[None]:
        path = self.path.with_name(self.path.name + ".lock")
        self._make_folder(path.parent)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise IndexerBusy(
                    "Another process is indexing at the moment; it will take up these changes too."
                ) from error
            yield
        finally:
            os.close(descriptor)  # gives the lock back
