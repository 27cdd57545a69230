"""Ranking a collection that is no catalog: files in, rankings out, by the code that ranks the catalog.

The corpus has a JSON object a line: {"_id", "title", "text"} (BEIR's form). The queries have one a line: {"_id"}, one
of "text" (read as a search), "paper" (an id of the corpus; others like it) and "library" ([ids]; papers for whoever
has these), and perhaps "candidates" ([ids]: rank these and no others). Out come TREC's six columns: query, Q0,
document, rank, score, name.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from broadsheet.search import registry
from broadsheet.search.backends.base import Answer, Document, Example, Mode, Reader
from broadsheet.search.backends.embedded import EmbeddedBackend
from broadsheet.search.language import parse

NAME = "broadsheet"
ASKED_BY = ("text", "paper", "library")
log = logging.getLogger("broadsheet.search")


class NotRankable(Exception):
    """A file is not of the form that ranking takes; the sentence says where and why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One query; keys are numbers of the collection's papers."""

    name: str
    text: str | None
    paper: int | None
    library: tuple[int, ...]
    among: tuple[int, ...] | None


class Collection:
    """A corpus with an index of its own in the folder `home`. Papers are numbered from 1 in the order of their ids, so
    that ties of a score come in that order.
    """

    def __init__(self, corpus: Path, home: Path, *, now: dt.datetime) -> None:
        """Raises NotRankable, IndexProblem."""
        texts = dict(sorted(_papers(corpus)))
        self.ids = list(texts)
        self._texts = list(texts.values())
        self._numbers = {name: number for number, name in enumerate(self.ids, start=1)}
        backend = EmbeddedBackend(home / "collection")
        with backend.lock():
            build = backend.build()
            build.writer.put(Document(pk, title, text) for pk, (title, text) in enumerate(self._texts, start=1))
            build.writer.commit()
            build.writer.close()
            build.publish(documents=len(self.ids), now=now)
        self._reader: Reader = backend.reader()

    def asked(self, queries: Path) -> list[Asked]:
        """The queries of a file, in order. Raises NotRankable."""
        found: dict[str, Asked] = {}
        for where, row in _rows(queries):
            name = _id(row.get("_id"), where)
            if name in found:
                raise NotRankable(f"{where}: the id {name} has come before.")
            by = [key for key in ASKED_BY if row.get(key) is not None]
            if len(by) != 1:
                raise NotRankable(f"{where}: a query has exactly one of text, paper and library.")
            text, paper, library, among = (row.get(key) for key in (*ASKED_BY, "candidates"))
            if text is not None and not isinstance(text, str):
                raise NotRankable(f"{where}: text must be a text.")
            found[name] = Asked(
                name,
                text,
                None if paper is None else self._number(paper, where),
                self._listed(library, where) if library is not None else (),
                None if among is None else self._listed(among, where),
            )
        return list(found.values())

    def _listed(self, value: Any, where: str) -> tuple[int, ...]:
        if not isinstance(value, list):
            raise NotRankable(f"{where}: library and candidates are lists of ids.")
        return tuple(dict.fromkeys(self._number(name, where) for name in value))

    def _number(self, name: Any, where: str) -> int:
        number = self._numbers.get(_id(name, where))
        if number is None:
            raise NotRankable(f"{where}: the corpus has no paper {name}.")
        return number

    def rank(self, asked: Asked, *, limit: int, mode: Mode) -> list[tuple[str, float]]:
        """(id, score) of the papers for a query, best first, ties by id: at most `limit`, or all of the candidates."""
        answer = self._answer(asked, limit, mode)
        for notice in answer.notices:
            log.warning("%s", notice)
        found = [(self.ids[hit.pk - 1], float(hit.score)) for hit in answer.found]
        found.sort(key=lambda one: (-one[1], one[0]))
        return found if asked.among is not None else found[:limit]

    def _answer(self, asked: Asked, limit: int, mode: Mode) -> Answer:
        if asked.text is not None:
            sort, query = registry.sort_keys()[0], parse(asked.text)
            if not query and asked.among is None:
                return Answer(0, [])
            return self._reader.search(query, sort=sort, limit=limit, mode=mode, among=asked.among)
        members = [asked.paper] if asked.paper is not None else list(asked.library)
        among = None if asked.among is None else [pk for pk in asked.among if pk not in set(members)]
        limit = limit if among is None else len(among)
        if asked.paper is not None:
            return self._reader.similar(self._example(asked.paper), limit=limit, mode=mode, among=among)
        examples = [self._example(pk) for pk in members]
        return self._reader.recommend(examples, limit=limit, mode=mode, among=among)

    def _example(self, number: int) -> Example:
        return Example(number, "\n".join(self._texts[number - 1]))


def write_run(file: TextIO, query: str, ranked: list[tuple[str, float]]) -> None:
    """A query's lines in TREC's form; scores are written so that reading them gives the same number."""
    for rank, (name, score) in enumerate(ranked, start=1):
        file.write(f"{query} Q0 {name} {rank} {score!r} {NAME}\n")


def _papers(corpus: Path) -> Iterator[tuple[str, tuple[str, str]]]:
    seen: set[str] = set()
    for where, row in _rows(corpus):
        name = _id(row.get("_id"), where)
        if name in seen:
            raise NotRankable(f"{where}: the id {name} has come before.")
        seen.add(name)
        title, text = row.get("title") or "", row.get("text") or ""
        if not isinstance(title, str) or not isinstance(text, str):
            raise NotRankable(f"{where}: title and text must be texts.")
        yield name, (title, text)
    if not seen:
        raise NotRankable(f"{corpus} holds no papers.")


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each line's place, in words, and its object; empty lines are passed over."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    where = f"{path}, line {number}"
                    yield where, _object(line, where)
    except OSError as error:
        raise NotRankable(f"{path} can't be read: {error.strerror}.") from error


def _object(line: bytes, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise NotRankable(f"{where}: this is no JSON.") from error
    if not isinstance(row, dict):
        raise NotRankable(f"{where}: this is no JSON object.")
    return row


def _id(value: Any, where: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value or any(one.isspace() or not one.isprintable() for one in value):
        raise NotRankable(f"{where}: an id is a text without blanks; this is {str(value)[:60]!r}.")
    return value
