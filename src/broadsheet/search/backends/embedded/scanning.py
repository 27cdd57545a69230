"""The vectors of a generation, open for searching: one view a commit, never changed.

A *slot* is a place in a view: those of the base in order of nearness, then those of the tail.
"""

from __future__ import annotations

import math
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

SCAN = 5_000  # vectors that are all looked at
BREADTH = 64  # of more, so many times their square root: 32,000 of 250,000
FEW = 0.25  # share of some lists' slots below which those that may come are taken out, and the others not looked at
RESCORED = 4  # times as many candidates as asked for are compared with the unrounded query
NO_SLOT = np.uint32(0xFFFF_FFFF)
Slots = NDArray[np.int64]


def enough(count: int) -> int:
    """How many of so many vectors a search looks at. Found by measurement: docs/dev/decisions/0011."""
    return max(SCAN, math.ceil(BREADTH * math.sqrt(count)))


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

    def lists(self, query: NDArray[np.float32], sizes: Slots, least: int) -> Slots:
        """The lists nearest to the query, nearest first, that together hold `least`; `sizes` says what counts."""
        near_first = np.argsort(-np.vecdot(self.centroids, query), kind="stable")
        return near_first[: int(np.searchsorted(np.cumsum(sizes[near_first]), least)) + 1]


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
        self.tail: NDArray[Any] = np.asarray(tail)  # as plain array, as the columns of the base
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
        self.whole = bool(self.living.all())

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
        known = slots >= 0
        found = np.zeros(len(slots), np.float32)
        if not known.any():  # an index without vectors has no dimensions either
            return found
        # Not as one product of matrices: those run in several threads, which wait for each other on a busy machine.
        found[known] = np.vecdot(self.take(slots[known]).astype(np.float32), query) * self.scales[slots[known]]
        return found

    def sample(self, size: int) -> Slots:
        """Some living slots, spread evenly: what vectors are like here on the whole."""
        slots = np.flatnonzero(self.living)
        return slots[:: max(1, len(slots) // size)][:size]

    def nearest(
        self,
        query: NDArray[np.float32],
        limit: int,
        *,
        allowed: NDArray[np.bool_] | None = None,
        looked_at: int | None = None,
    ) -> tuple[Slots, NDArray[np.float32]]:
        """The `limit` living slots nearest to the query, nearest first, and their dot products with it.

        `allowed` says by slot which may come. The tail is looked at whole, and so many of the others as `looked_at`
        says (if not given, `enough`): those of the lists nearest to the query. All of them is exact.
        """
        top = float(np.abs(query).max(initial=0.0))
        if not top or limit < 1:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        whole = np.rint(query * (127 / top)).astype(np.int8)
        wanted = max(RESCORED * limit, 200)
        may = self._may_come(allowed)
        count = len(self.rows) if may is None else int(np.count_nonzero(may))
        least = max(wanted, enough(count)) if looked_at is None else looked_at
        slots = self._candidates(query, whole, may, least, wanted)
        exact = self.dots(slots, query)
        best = np.lexsort((self.rows[slots], -exact))[:limit]
        return slots[best], exact[best]

    def _may_come(self, allowed: NDArray[np.bool_] | None) -> NDArray[np.bool_] | None:
        """By slot; None when all may."""
        if self.whole:
            return allowed
        return self.living if allowed is None else self.living & allowed

    def _candidates(
        self,
        query: NDArray[np.float32],
        whole: NDArray[np.int8],
        may: NDArray[np.bool_] | None,
        least: int,
        wanted: int,
    ) -> Slots:
        """The best by rounded products among those in the tail and in the lists nearest to the query."""
        base = self.base
        places = None if may is None else np.flatnonzero(may)
        bounds: Slots = np.zeros(1, np.int64)
        if base:
            bounds = base.starts if places is None else np.searchsorted(places, base.starts)
        counts = np.diff(bounds)  # of those that may come, by list
        lists = base.lists(query, counts, least) if base else bounds[:0]
        if places is None:
            return self._of_many(lists, whole, may, wanted)
        looked_at = len(self.tail) + (int(base.sizes[lists].sum()) if base else 0)
        if int(counts[lists].sum()) + len(places) - int(bounds[-1]) >= FEW * looked_at:
            return self._of_many(lists, whole, may, wanted)
        chosen = np.zeros(len(counts), np.bool_)
        chosen[lists] = True
        inside = np.append(np.repeat(chosen, counts), np.ones(len(places) - int(bounds[-1]), np.bool_))
        places = places[inside]
        near = products(self.take(places), whole) * self.scales[places]
        return np.asarray(places[highest(near, wanted)])

    def _of_many(self, lists: Slots, whole: NDArray[np.int8], may: NDArray[np.bool_] | None, wanted: int) -> Slots:
        """The same where most may come: whole lists are multiplied where they stand."""
        starts, stops = np.array([self.held]), np.array([len(self.rows)])  # the tail
        if base := self.base:
            starts, stops = np.append(base.starts[lists], starts), np.append(base.starts[lists + 1], stops)
        ends = np.cumsum(stops - starts)
        moved = stops - ends  # from places among the products to slots
        near = np.empty(int(ends[-1]), np.float32)
        for start, stop, move in zip(starts.tolist(), stops.tolist(), moved.tolist(), strict=True):
            part = near[start - move : stop - move]
            held = base.vectors[start:stop] if base and start < self.held else self.tail["vector"]
            np.multiply(products(held, whole), self.scales[start:stop], out=part)
            if may is not None:
                part[~may[start:stop]] = -np.inf
        places = highest(near, wanted)
        slots = places + moved[np.searchsorted(ends, places, side="right")]
        return np.asarray(slots if may is None else slots[may[slots]])


def highest(values: NDArray[np.floating[Any]], wanted: int) -> Slots:
    """The places of the `wanted` highest values, or of all, in no order."""
    if wanted >= len(values):
        return np.arange(len(values))
    return np.argpartition(values, len(values) - wanted)[-wanted:]


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
