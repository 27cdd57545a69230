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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.backends.embedded.clusters import AT_ONCE, centroids_of, nearest_lists

FOLDER = "vectors"
FLAT = 20_000  # rows up to which a scan of all of them is as quick as any order
GROWN = 8  # the tail is put in order too when it is one so many'th of the rows before it
OUTGROWN = 2  # lists are made anew when there are so many times the rows that they were made for
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
        if self._rows < max(FLAT, self._files.first // GROWN):
            return
        draft = self._folder / f".draft-{secrets.token_hex(4)}"
        draft.mkdir()
        _write_base(draft, self._files, self._record, self._rows)
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


def _write_base(draft: Path, files: Files, kind: np.dtype[Any], count: int) -> None:
    """Write a new base: every row of base and tail that no later one supersedes. Vectors pass through in blocks, so
    that memory holds no copy of all of them.
    """
    tail = np.memmap(files.tail, kind, "r", shape=(count,))
    numbers = np.arange(files.first, files.first + count, dtype=np.uint32)
    old = {name: np.load(files.base / f"{name}.npy", mmap_mode="r") for name in COLUMNS} if files.base else {}
    held = len(old["rows"]) if old else 0
    column = {"scales": tail["scale"], "pks": tail["pk"], "days": tail["day"], "rows": numbers}
    if old:
        column = {name: np.concatenate([old[name], new]) for name, new in column.items()}
    living = np.flatnonzero(last_of_each(column["pks"], column["rows"]) & (column["scales"] > 0))

    def take(places: NDArray[np.int64]) -> NDArray[np.int8]:
        at = living[places]
        taken = np.empty((len(at), kind["vector"].shape[0]), np.int8)
        before = at < held
        if old:
            taken[before] = old["vectors"][at[before]]
        taken[~before] = tail["vector"][at[~before] - held]
        return taken

    centroids, lists = _lists(old, take, living)
    order = np.argsort(lists, kind="stable")
    starts = np.searchsorted(lists[order], np.arange(len(centroids) + 1)).astype(np.int64)
    for name, values in {**column, "starts": starts, "centroids": centroids}.items():
        with _durable(draft / f"{name}.npy") as file:
            np.save(file, values[living[order]] if name in column else values)
    with _durable(draft / "vectors.npy") as file:
        shape = (len(order), kind["vector"].shape[0])
        about = {"descr": np.lib.format.dtype_to_descr(np.dtype(np.int8)), "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, about)
        for start in range(0, len(order), AT_ONCE):
            file.write(take(order[start : start + AT_ONCE]).tobytes())


def _lists(
    old: dict[str, NDArray[Any]], take: Callable[[NDArray[np.int64]], NDArray[np.int8]], living: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The centroids, and the list of each living row: those of the old base stay where they are, unless there are
    now many more rows than its lists were made for.
    """
    if not old or len(living) >= OUTGROWN * len(old["centroids"]) ** 2:
        centroids = centroids_of(take, len(living))
        return centroids, nearest_lists(take, len(living), centroids)
    centroids = np.array(old["centroids"])
    held = len(old["rows"])
    stayed = int(np.searchsorted(living, held))
    before = np.repeat(np.arange(len(centroids)), np.diff(old["starts"]))[living[:stayed]]
    new = nearest_lists(lambda places: take(places + stayed), len(living) - stayed, centroids)
    return centroids, np.concatenate([before, new])


@contextmanager
def _durable(path: Path) -> Iterator[BinaryIO]:
    """A new file that is on the disk when the block ends."""
    with path.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def last_of_each(pks: NDArray[np.int64], rows: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which entries are their key's last row; none of a void key."""
    order = np.lexsort((rows, pks))
    ordered = pks[order]
    last = np.ones(len(pks), np.bool_)
    last[:-1] = ordered[1:] != ordered[:-1]
    living = np.zeros(len(pks), np.bool_)
    living[order] = last & (ordered != VOID)
    return living
