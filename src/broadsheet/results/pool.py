"""Reading many texts at once in processes of their own. The processes know neither Django nor the database."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from broadsheet.results.reading import Read, read

AHEAD = 2  # batches for each process that are handed out before the first has come back
T = TypeVar("T")


class Text(NamedTuple):
    """A paper to be read: its key, its title and abstract as given, and readers' corrections by part."""

    pk: int
    title: str
    abstract: str
    corrections: dict[str, Any]


Reader = Callable[[Iterable[tuple[T, list[Text]]]], Iterator[tuple[T, list[Read]]]]


def read_all(texts: list[Text]) -> list[Read]:
    """What stands in these texts, in their order."""
    return [read(one.title, one.abstract, one.corrections) for one in texts]


@contextmanager
def reading(processes: int) -> Iterator[Reader[Any]]:
    """A way to read batches, each with something that comes back beside it, in their order: in this process, or with
    two or more `processes` in as many others.
    """
    if processes < 2:
        yield lambda batches: ((beside, read_all(texts)) for beside, texts in batches)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_leave_with_parent) as pool:

        def ahead(batches: Iterable[tuple[T, list[Text]]]) -> Iterator[tuple[T, list[Read]]]:
            waiting: deque[tuple[T, Future[list[Read]]]] = deque()
            for beside, texts in batches:
                waiting.append((beside, pool.submit(read_all, texts)))
                if len(waiting) > processes * AHEAD:
                    first, done = waiting.popleft()
                    yield first, done.result()
            while waiting:
                first, done = waiting.popleft()
                yield first, done.result()

        try:
            yield ahead
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _leave_with_parent() -> None:
    """End this process when its parent has ended, whatever ended that: it would wait for work for ever."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
