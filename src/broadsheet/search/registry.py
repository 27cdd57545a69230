"""One table of what a search understands: operators, sort orders and facets.

The parser, the back ends, the pages and the docs all read it. A package adds its own from `AppConfig.ready()`:

    registry.register(Operator(name="has", …))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

if TYPE_CHECKING:
    from django.db.models import Q

T = TypeVar("T")
OperatorType = Literal["text", "keyword", "year range", "date from", "date before", "number range"]


class AlreadyRegistered(ValueError):
    """Two packages claim one name; the second must choose another."""


@dataclass(frozen=True, slots=True)
class Operator:
    """A filter written `name:value`.

    `read` turns what the reader wrote into the canonical value, or None when it is no such value; reading a canonical
    value gives itself. `field` is the index field (for `date` types the publication day), `type` says how a back end
    compares with it: `text` words in this order, `keyword` equal, `year range` and the dates by day, `number range` by
    the whole numbers from and to that `span` gives for a canonical value. `where` gives the same filter for the
    database, a Q on catalog.Paper; None where only the index can tell.
    """

    name: str
    type: OperatorType
    help: str
    example: str
    expects: str  # what a value looks like, for the notice about a bad one
    field: str
    read: Callable[[str], str | None]
    where: Callable[[str], Q] | None = None
    span: Callable[[str], tuple[int, int]] | None = None


@dataclass(frozen=True, slots=True)
class Described:
    """What a package knows of a paper that the index holds too: a kind, keys of names, what it has (`code`, …), and
    claims as whole numbers from 0 to 2^63 - 1.
    """

    kind: str = ""
    names: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    claims: tuple[int, ...] = ()


NOTHING = Described()
Describer = Callable[[Sequence[int]], Mapping[int, Described]]


@dataclass(frozen=True, slots=True)
class SortKey:
    """An order of results. `field` is a sortable index field, None for the score; `descending` its direction."""

    name: str
    help: str
    field: str | None = None
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Facet:
    """A property whose values results can be counted by; `operator` is the filter that a chosen value becomes."""

    name: str
    help: str
    field: str
    operator: str


_operators: dict[str, Operator] = {}
_sort_keys: dict[str, SortKey] = {}
_facets: dict[str, Facet] = {}
_describers: dict[str, Describer] = {}


def register(entry: Operator | SortKey | Facet) -> None:
    """Add an entry. Registering the same one again changes nothing; another of the same name raises
    AlreadyRegistered.
    """
    if isinstance(entry, Operator):
        _add(_operators, entry.name, entry)
    elif isinstance(entry, SortKey):
        _add(_sort_keys, entry.name, entry)
    else:
        _add(_facets, entry.name, entry)


def describe_with(name: str, describer: Describer) -> None:
    """Let a package say what the index holds of papers beside their cards, a query for each batch. When that changes,
    the package sends `catalog.signals.papers_changed`. One describer says it for a paper; the last word of several
    counts.
    """
    _describers[name] = describer


def described(pks: Sequence[int]) -> dict[int, Described]:
    """What packages say of these papers."""
    found: dict[int, Described] = {}
    for describer in _describers.values():
        found |= describer(pks)
    return found


def _add(table: dict[str, T], name: str, entry: T) -> None:
    if table.setdefault(name, entry) != entry:
        raise AlreadyRegistered(f"The search registry already has a {type(entry).__name__} named {name!r}.")


def operator(name: str) -> Operator | None:
    """The operator of this name, None if there is none."""
    return _operators.get(name)


def sort_key(name: str) -> SortKey | None:
    """The sort order of this name, None if there is none."""
    return _sort_keys.get(name)


def operators() -> list[Operator]:
    """All operators, in order of registration."""
    return list(_operators.values())


def sort_keys() -> list[SortKey]:
    """All sort orders, in order of registration; the first is the default."""
    return list(_sort_keys.values())


def facets() -> list[Facet]:
    """All facets, in order of registration."""
    return list(_facets.values())
