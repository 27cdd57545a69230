"""Changing a generation of the embedded index, and making a new one."""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path

from broadsheet.search import analysis
from broadsheet.search.backends.base import Build, Document, Stamp, Writer
from broadsheet.search.backends.embedded.schema import (
    MARK,
    NO_ROW,
    SCHEMA,
    STAMP_FILE,
    as_engine_document,
    committed_rows,
    count_papers,
    day_number,
    engine_errors,
    mark,
    open_index,
)
from broadsheet.search.backends.embedded.vectors import FOLDER, VectorWriter
from broadsheet.search.embedder import Embedder, document_text

EMBEDDED_AT_ONCE = 500
HEAP = 100_000_000  # bytes the engine collects before it writes a segment; fewer segments are smaller and quicker


class EmbeddedWriter(Writer):
    """One thread, one heap; the engine's own lock keeps a second writer out of the folder. Without an embedder the
    documents have no vectors.
    """

    def __init__(self, path: Path, embedder: Embedder | None, *, create: bool = False) -> None:
        self.index = open_index(path, create=create)
        self._embedder = embedder
        self._vectors: VectorWriter | None = None
        with engine_errors():
            self._writer = self.index.writer(HEAP, 1)
            if embedder is not None:
                self.index.reload()
                committed = committed_rows(self.index.searcher(), self.index.schema)
                self._vectors = VectorWriter(path / FOLDER, embedder.dimensions, committed=committed or 0)
        self._fresh = create  # nothing to replace, which saves a deletion for each document
        self._open = True
        self._dirty = False

    def put(self, documents: Iterable[Document]) -> None:
        documents = iter(documents)
        while chunk := list(islice(documents, EMBEDDED_AT_ONCE)):
            with engine_errors():
                for document, row in zip(chunk, self._rows(chunk), strict=True):
                    self._dirty = True
                    if not self._fresh:
                        self._writer.delete_documents_by_term("pk", document.pk)
                    self._writer.add_document(as_engine_document(document, row))

    def _rows(self, documents: list[Document]) -> Iterator[int]:
        """Write the documents' vectors; their rows in order."""
        if self._embedder is None or self._vectors is None:
            return iter([NO_ROW] * len(documents))
        vectors = self._embedder.embed([document_text(one.title, one.abstract) for one in documents])
        first = self._vectors.append([one.pk for one in documents], [day_number(one.day) for one in documents], vectors)
        return iter(range(first, first + len(documents)))

    def delete(self, pks: Iterable[int]) -> None:
        pks = list(pks)
        with engine_errors():
            for pk in pks:
                self._dirty = True
                self._writer.delete_documents_by_term("pk", pk)
            if self._vectors and pks:
                self._vectors.delete(pks)

    def commit(self) -> None:
        with engine_errors():
            if self._vectors:
                rows = self._vectors.sync()  # before the documents that name them
                self._writer.delete_documents_by_term("pk", MARK)
                self._writer.add_document(mark(rows))
            self._writer.commit()
            self._dirty = False
            if self._vectors:
                self._vectors.settle()

    def close(self) -> None:
        if self._open:
            self._open = False
            if self._vectors:
                self._vectors.close()
            with engine_errors():
                if self._dirty:
                    self._writer.rollback()
                self._writer.wait_merging_threads()


class EmbeddedBuild(Build):
    """A generation that the pointer does not name yet."""

    def __init__(self, path: Path, embedder: Embedder | None, *, point: Callable[[str], None]) -> None:
        self.path = path
        self._embedder = embedder
        self._point = point
        self.writer: EmbeddedWriter = EmbeddedWriter(path, embedder, create=True)

    def count(self) -> int:
        with engine_errors():
            self.writer.index.reload()
            return count_papers(self.writer.index.searcher(), self.writer.index.schema)

    def publish(self, *, documents: int, now: dt.datetime) -> None:
        stamp = Stamp(
            schema=SCHEMA,
            tokeniser=analysis.TOKENISER,
            created=now.isoformat(),
            documents=documents,
            embedder=self._embedder.stamp if self._embedder else "",
            dimensions=self._embedder.dimensions if self._embedder else 0,
        )
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
