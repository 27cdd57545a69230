"""The vectors of a generation on disk, and changing them.

Every version of a document has a row of its own, and the engine's document names it; one more document says how many
rows a commit has. Rows are only ever appended, and no number is used twice: so the words of one commit can't meet the
vector of another, whatever was killed when.

vectors/base-<M>/       rows below M, ordered by nearness (`clusters`): one .npy file a column
vectors/tail-<M>        rows from M on, one record after the other in the order in which they came
vectors/.draft-…        a base that was not finished

A row is superseded by a later one with the same key; a deletion is a row without a vector. Rows that a killed writer
left belong to no document; the next writer voids their keys.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.backends.embedded.clusters import cluster

FOLDER = "vectors"
FLAT = 20_000  # rows up to which a scan of all of them is as quick as any order
VOID = -1  # the key of a row that belongs to no paper
COLUMNS = ("vectors", "scales", "pks", "days", "rows", "starts", "centroids")


def record(dimensions: int) -> np.dtype[Any]:
    """One row of the tail. A vector is `scale` times its whole numbers, of which the largest is 127."""
    return np.dtype([("pk", "<i8"), ("day", "<u4"), ("scale", "<f4"), ("vector", "i1", (dimensions,))])


def quantise(vectors: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Whole numbers from -127 to 127 and the scale of each row; zeros stay zeros, with scale 0."""
    highest = np.abs(vectors).max(axis=1, initial=0.0)
    scales = (highest / 127).astype(np.float32)
    whole = np.rint(vectors / np.where(scales > 0, scales, 1)[:, None])
    return whole.clip(-127, 127).astype(np.int8), scales


class Files(NamedTuple):
    """The files that hold the rows: those below `first` in `base` (None when there are none), the others in `tail`."""

    first: int
    base: Path | None
    tail: Path


def current_files(folder: Path) -> Files:
    """The newest finished base and its tail. Raises OSError when the folder is not there."""
    firsts = [int(entry.name.removeprefix("base-")) for entry in folder.iterdir() if entry.name.startswith("base-")]
    first = max(firsts, default=0)
    return Files(first, folder / f"base-{first}" if firsts else None, folder / f"tail-{first}")


class VectorWriter:
    """Appends rows for the one indexer. `committed` is the number of rows of the last commit."""

    def __init__(self, folder: Path, dimensions: int, *, committed: int) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._record = record(dimensions)
        self._files = current_files(folder)
        self._sweep()
        self._open_tail()
        self._void_from(committed)

    def _sweep(self) -> None:
        keep = {self._files.tail.name, self._files.base.name if self._files.base else ""}
        for entry in self._folder.iterdir():
            if entry.name in keep:
                continue
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)

    def _open_tail(self) -> None:
        descriptor = os.open(self._files.tail, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._tail = os.fdopen(descriptor, "r+b")
        self._rows = self._tail.seek(0, os.SEEK_END) // self._record.itemsize
        self._tail.truncate(self._rows * self._record.itemsize)  # a record that was cut off
        self._tail.seek(0, os.SEEK_END)

    def _void_from(self, committed: int) -> None:
        """What a killed writer left must not pass for newer versions of its papers."""
        left = range(max(0, committed - self._files.first), self._rows)
        for row in left:
            self._tail.seek(row * self._record.itemsize)
            self._tail.write(np.int64(VOID).tobytes())
        self._tail.seek(0, os.SEEK_END)

    def append(self, pks: Sequence[int], days: Sequence[int], vectors: NDArray[np.float32]) -> int:
        """Write a row a paper, `vectors` (n, dimensions) with theirs; returns the number of the first row."""
        rows = np.zeros(len(pks), self._record)
        rows["pk"], rows["day"] = pks, days
        rows["vector"], rows["scale"] = quantise(vectors)
        self._tail.write(rows.tobytes())
        first = self._files.first + self._rows
        self._rows += len(pks)
        return first

    def delete(self, pks: Sequence[int]) -> None:
        """Write a row without a vector for each."""
        zeros = np.zeros((len(pks), self._record["vector"].shape[0]), np.float32)
        self.append(pks, [0] * len(pks), zeros)

    def sync(self) -> int:
        """Make all rows durable: before the engine's commit, which says how many there are. Returns that."""
        self._tail.flush()
        os.fsync(self._tail.fileno())
        return self._files.first + self._rows

    def settle(self) -> None:
        """Put the rows in order of nearness when the tail has grown long. Only right after a commit of all rows."""
        if self._rows < max(FLAT, self._files.first // 4):
            return
        draft = self._folder / f".draft-{secrets.token_hex(4)}"
        draft.mkdir()
        columns = _merged(self._files, self._record, self._rows)
        for name, column in columns.items():
            with (draft / f"{name}.npy").open("wb") as file:
                np.save(file, column)
                file.flush()
                os.fsync(file.fileno())
        first = self._files.first + self._rows
        draft.rename(self._folder / f"base-{first}")
        self._sync_folder()
        self._tail.close()
        self._files = current_files(self._folder)
        self._sweep()
        self._open_tail()

    def _sync_folder(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def close(self) -> None:
        """Close the file; rows that no commit names stay without meaning."""
        self._tail.close()


def _merged(files: Files, kind: np.dtype[Any], count: int) -> dict[str, NDArray[Any]]:
    """The columns of a new base: every row of base and tail that no later one supersedes."""
    tail = np.fromfile(files.tail, kind, count)
    numbers = np.arange(files.first, files.first + count, dtype=np.uint32)
    parts = [(tail["vector"], tail["scale"], tail["pk"], tail["day"], numbers)]
    if files.base is not None:
        old = {name: np.load(files.base / f"{name}.npy", mmap_mode="r") for name in COLUMNS}
        parts.insert(0, (old["vectors"], old["scales"], old["pks"], old["days"], old["rows"]))
    vectors, scales, pks, days, rows = (np.concatenate(column) for column in zip(*parts, strict=True))
    living = last_of_each(pks, rows) & (scales > 0)
    vectors, scales, pks, days, rows = (column[living] for column in (vectors, scales, pks, days, rows))
    order, starts, centroids = cluster(vectors, scales)
    return {
        "vectors": vectors[order],
        "scales": scales[order],
        "pks": pks[order],
        "days": days[order],
        "rows": rows[order],
        "starts": starts,
        "centroids": centroids,
    }


def last_of_each(pks: NDArray[np.int64], rows: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which entries are their key's last row; none of a void key."""
    order = np.lexsort((rows, pks))
    ordered = pks[order]
    last = np.ones(len(pks), np.bool_)
    last[:-1] = ordered[1:] != ordered[:-1]
    living = np.zeros(len(pks), np.bool_)
    living[order] = last & (ordered != VOID)
    return living
