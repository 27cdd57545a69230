"""The vectors of a generation, open for searching: one view a commit, never changed.

A *slot* is a place in a view: those of the base in order of nearness, then those of the tail.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.backends.base import IndexDamaged
from broadsheet.search.backends.embedded.vectors import COLUMNS, current_files, last_of_each, record

try:  # integers either way, so that the answers are the same; only the time differs
    import simsimd
except ImportError:  # pragma: no cover
    simsimd = None  # type: ignore[assignment]

SCAN = 50_000  # vectors that one search looks at; what a filter leaves is looked at whole up to here
RESCORED = 4  # times as many candidates as asked for are compared with the unrounded query
NO_SLOT = np.uint32(0xFFFF_FFFF)
Slots = NDArray[np.int64]


class Base:
    """The rows that stand in order of nearness. Raises IndexDamaged when a file is missing or cut."""

    def __init__(self, path: Path, first: int) -> None:
        self.first = first
        try:
            column = {name: np.load(path / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in COLUMNS}
        except (ValueError, EOFError) as error:
            raise cut_short() from error
        self.vectors: NDArray[np.int8] = np.asarray(column["vectors"])  # as plain array: slices of a map cost more
        self.scales: NDArray[np.float32] = np.asarray(column["scales"])
        self.pks: NDArray[np.int64] = np.asarray(column["pks"])
        self.days: NDArray[np.uint32] = np.asarray(column["days"])
        self.rows: NDArray[np.uint32] = np.asarray(column["rows"])
        self.starts: Slots = np.asarray(column["starts"])
        self.sizes: Slots = np.diff(self.starts)
        self.centroids: NDArray[np.float32] = np.asarray(column["centroids"])
        self.slot_of_row = np.full(first, NO_SLOT, np.uint32)
        self.slot_of_row[self.rows] = np.arange(len(self.rows), dtype=np.uint32)
        self.by_pk = np.argsort(self.pks)


def cut_short() -> IndexDamaged:
    """What is said of vectors that are not all there."""
    return IndexDamaged("The vectors of the search index are cut short or gone. Run `broadsheet index --rebuild`.")


class View:
    """The rows below `count`, which are those of one commit. Safe to use from several threads."""

    def __init__(self, folder: Path, dimensions: int, count: int, *, base: Base | None = None) -> None:
        """`base` is one opened before, used again where it is still the right one. Raises IndexDamaged."""
        kind = record(dimensions)
        self.base, tail = _open_files(folder, kind, count, base)
        first = self.base.first if self.base else 0
        self.count = count
        self.tail: NDArray[Any] = tail
        self.held = len(self.base.rows) if self.base else 0  # slots of the base
        numbers = np.arange(first, first + len(tail), dtype=np.uint32)
        before = self.base
        self.scales = np.concatenate([before.scales, tail["scale"]]) if before else np.array(tail["scale"])
        self.days = np.concatenate([before.days, tail["day"]]) if before else np.array(tail["day"])
        self.rows = np.concatenate([before.rows, numbers]) if before else numbers
        self.pks = np.concatenate([before.pks, tail["pk"]]) if before else np.array(tail["pk"])
        self.living = np.ones(self.held + len(tail), np.bool_)
        pks = np.array(tail["pk"])
        self.living[self.held :] = last_of_each(pks, numbers) & (tail["scale"] > 0)
        if before and len(pks) and self.held:
            places = np.searchsorted(before.pks, pks, sorter=before.by_pk).clip(max=self.held - 1)
            slots = before.by_pk[places]
            self.living[slots[before.pks[slots] == pks]] = False
        self.whole = bool(self.living[: self.held].all())

    @classmethod
    def empty(cls) -> View:
        """The view of an index without vectors."""
        view = cls.__new__(cls)
        view.base, view.count, view.held, view.tail = None, 0, 0, np.zeros(0, record(1))
        view.scales, view.days = np.zeros(0, np.float32), np.zeros(0, np.uint32)
        view.rows, view.living = np.zeros(0, np.uint32), np.zeros(0, np.bool_)
        view.pks, view.whole = np.zeros(0, np.int64), True
        return view

    def slots_of(self, rows: NDArray[np.int64]) -> Slots:
        """The slot of each row; -1 where it has none (any more)."""
        first = self.base.first if self.base else 0
        slots = np.where(rows < 0, -1, rows - first + self.held)
        if self.base:
            old = (rows >= 0) & (rows < first)
            found = self.base.slot_of_row[rows[old]]
            slots[old] = np.where(found == NO_SLOT, -1, found.astype(np.int64))
        slots[slots >= len(self.rows)] = -1
        return slots

    def take(self, slots: Slots) -> NDArray[np.int8]:
        """The whole numbers of these slots, (n, dimensions)."""
        if not self.base or not len(slots):
            return np.asarray(self.tail["vector"][slots - self.held])
        old = slots < self.held
        if old.all():
            return self.base.vectors.take(slots, axis=0)
        taken = np.empty((len(slots), self.tail["vector"].shape[1]), np.int8)
        taken[old] = self.base.vectors[slots[old]]
        taken[~old] = self.tail["vector"][slots[~old] - self.held]
        return taken

    def vectors(self, slots: Slots) -> NDArray[np.float32]:
        """The vectors of these slots; zeros for slot -1."""
        known = slots >= 0
        found = np.zeros((len(slots), self.tail["vector"].shape[1]), np.float32)
        found[known] = self.take(slots[known]) * self.scales[slots[known], None]
        return found

    def dots(self, slots: Slots, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """The dot product of each slot's vector with the query; 0 for slot -1."""
        return np.asarray(np.vecdot(self.vectors(slots), query))

    def sample(self, size: int) -> Slots:
        """Some living slots, spread evenly: what vectors are like here on the whole."""
        slots = np.flatnonzero(self.living)
        return slots[:: max(1, len(slots) // size)][:size]

    def nearest(
        self, query: NDArray[np.float32], limit: int, *, allowed: NDArray[np.bool_] | None = None, scan: int = SCAN
    ) -> tuple[Slots, NDArray[np.float32]]:
        """The `limit` living slots nearest to the query, nearest first, and their dot products with it.

        `allowed` says by slot which may come. Exact as long as no more than `scan` may; otherwise the lists around
        the query are looked at until they hold so many.
        """
        highest = float(np.abs(query).max(initial=0.0))
        if not highest or limit < 1:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        whole = np.rint(query * (127 / highest)).astype(np.int8)
        wanted = max(RESCORED * limit, 200)
        if allowed is None and self.base and self.whole:
            slots = self._scanned(self.base, query, whole, scan, wanted)
        else:
            slots = self._picked(query, whole, self.living if allowed is None else self.living & allowed, scan, wanted)
        exact = self.dots(slots, query)
        best = np.lexsort((self.rows[slots], -exact))[:limit]
        return slots[best], exact[best]

    def _scanned(
        self, base: Base, query: NDArray[np.float32], whole: NDArray[np.int8], scan: int, wanted: int
    ) -> Slots:
        """The best of the tail and of the lists nearest to the query, by rounded products."""
        near_first = np.argsort(-np.vecdot(base.centroids, query), kind="stable")
        ends = np.cumsum(base.sizes[near_first])
        spans = near_first[: int(np.searchsorted(ends, scan)) + 1]
        total = int(ends[len(spans) - 1])
        near = np.empty(total + len(self.tail), np.float32)
        at = 0
        starts, stops = base.starts[spans].tolist(), base.starts[spans + 1].tolist()
        for start, stop in zip(starts, stops, strict=True):
            end = at + stop - start
            np.multiply(products(base.vectors[start:stop], whole), base.scales[start:stop], out=near[at:end])
            at = end
        if len(self.tail):
            near[total:] = products(self.tail["vector"], whole) * self.scales[self.held :]
            near[total:][~self.living[self.held :]] = -np.inf
        best = np.argpartition(near, len(near) - wanted)[-wanted:] if wanted < len(near) else np.arange(len(near))
        of_base = best[best < total]
        which = np.searchsorted(ends, of_base, side="right")
        slots = of_base - (ends[which] - base.sizes[near_first[which]]) + base.starts[near_first[which]]
        tail = best[best >= total] - total + self.held
        return np.concatenate([slots, tail[self.living[tail]]])

    def _picked(
        self, query: NDArray[np.float32], whole: NDArray[np.int8], allowed: NDArray[np.bool_], scan: int, wanted: int
    ) -> Slots:
        """The same among slots that may come; all of them are looked at when there are no more than `scan`."""
        if self.base and np.count_nonzero(allowed) > scan:
            allowed = allowed & self._near(self.base, query, allowed, scan)
        slots = np.flatnonzero(allowed)
        in_place = self.base is None and 2 * len(slots) > len(
            self.rows
        )  # taking rows out costs more than their product
        near = products(self.tail["vector"], whole)[slots] if in_place else products(self.take(slots), whole)
        near *= self.scales[slots]
        return slots[np.argpartition(near, len(near) - wanted)[-wanted:]] if wanted < len(slots) else slots

    def _near(self, base: Base, query: NDArray[np.float32], allowed: NDArray[np.bool_], scan: int) -> NDArray[np.bool_]:
        """By slot: whether it stands in the tail, or in one of the lists nearest to the query that together hold `scan`
        allowed slots.
        """
        held = np.concatenate([[0], np.cumsum(allowed[: self.held])])
        sizes = np.diff(held[base.starts])
        order = np.argsort(-np.vecdot(base.centroids, query), kind="stable")
        enough = order[: int(np.searchsorted(np.cumsum(sizes[order]), scan)) + 1]
        chosen = np.zeros(len(base.sizes), np.bool_)
        chosen[enough] = True
        return np.concatenate([np.repeat(chosen, base.sizes), np.ones(len(self.tail), np.bool_)])


def _open_files(folder: Path, kind: np.dtype[Any], count: int, base: Base | None) -> tuple[Base | None, NDArray[Any]]:
    """The base and the rows of the tail below `count`; looks again when a writer puts other files in their place."""
    for last_try in (False, False, False, True):
        try:
            files = current_files(folder)
            if files.base is None:
                base = None
            elif base is None or base.first != files.first:
                base = Base(files.base, files.first)
            wanted = max(0, count - files.first)
            held = files.tail.stat().st_size // kind.itemsize if wanted else 0
            if held < wanted:
                raise cut_short()
            return base, np.memmap(files.tail, kind, "r", shape=(wanted,)) if wanted else np.zeros(0, kind)
        except OSError as error:
            if last_try:
                raise cut_short() from error
        except IndexDamaged:
            if last_try:
                raise
    raise AssertionError("unreachable")


def products(vectors: NDArray[np.int8], query: NDArray[np.int8]) -> NDArray[np.float64]:
    """The dot product of each row with the query, in whole numbers, in one thread."""
    if not len(vectors):
        return np.empty(0, np.float64)
    if simsimd is not None:
        # Never with `out=`: 6.5 then gives back one reference to None too many a call, until Python stops.
        found: NDArray[np.float64] = np.asarray(simsimd.cdist(query[None], vectors, metric="dot", threads=1))[0]
    else:
        # Below 2^24 floats hold whole numbers exactly: 256 · 127² is a quarter of it, and 1,024 dimensions stay below.
        found = np.asarray(np.vecdot(vectors, query.astype(np.float32)), np.float64)
    return found
