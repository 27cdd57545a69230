"""Changing a generation of the embedded index, and making a new one."""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

from broadsheet.search import analysis
from broadsheet.search.backends.base import Build, Document, Stamp, Writer
from broadsheet.search.backends.embedded.reading import STAMP_FILE
from broadsheet.search.backends.embedded.schema import SCHEMA, as_engine_document, engine_errors, open_index

HEAP = 64_000_000  # bytes the engine collects before it writes a segment


class EmbeddedWriter(Writer):
    """One thread, one heap; the engine's own lock keeps a second writer out of the folder."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.index = open_index(path, create=create)
        with engine_errors():
            self._writer = self.index.writer(HEAP, 1)
        self._fresh = create  # nothing to replace, which saves a deletion for each document
        self._open = True
        self._dirty = False

    def put(self, documents: Iterable[Document]) -> None:
        with engine_errors():
            for document in documents:
                self._dirty = True
                if not self._fresh:
                    self._writer.delete_documents_by_term("pk", document.pk)
                self._writer.add_document(as_engine_document(document))

    def delete(self, pks: Iterable[int]) -> None:
        with engine_errors():
            for pk in pks:
                self._dirty = True
                self._writer.delete_documents_by_term("pk", pk)

    def commit(self) -> None:
        with engine_errors():
            self._writer.commit()
            self._dirty = False

    def close(self) -> None:
        if self._open:
            self._open = False
            with engine_errors():
                if self._dirty:
                    self._writer.rollback()
                self._writer.wait_merging_threads()


class EmbeddedBuild(Build):
    """A generation that the pointer does not name yet."""

    def __init__(self, path: Path, *, point: Callable[[str], None]) -> None:
        self.path = path
        self._point = point
        self.writer: EmbeddedWriter = EmbeddedWriter(path, create=True)

    def count(self) -> int:
        with engine_errors():
            self.writer.index.reload()
            return int(self.writer.index.searcher().num_docs)

    def publish(self, *, documents: int, now: dt.datetime) -> None:
        stamp = Stamp(schema=SCHEMA, tokeniser=analysis.TOKENISER, created=now.isoformat(), documents=documents)
        write_durably(self.path / STAMP_FILE, json.dumps(asdict(stamp)) + "\n")
        self._point(self.path.name)

    def discard(self) -> None:
        self.writer.close()
        shutil.rmtree(self.path, ignore_errors=True)


def write_durably(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all, also after a power cut: beside, synced, renamed."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
