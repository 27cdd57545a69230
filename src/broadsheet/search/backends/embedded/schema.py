"""The fields of the embedded index, and how a document becomes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tantivy

from broadsheet.search import analysis
from broadsheet.search.backends.base import Document, IndexDamaged
from broadsheet.search.registry import Described

SCHEMA = "fields-5"  # raise it with every change of the fields
STAMP_FILE = "stamp.json"
NO_ROW = -1
MARK = -1  # the key of the one document that is no paper: its row says how many rows of vectors a commit has
UNKNOWN_LAST = 99_999_999  # stands for no date where ascending days must end with it
_NAME_GAP = ("", "", "")  # empty values between names, each moving the next name on by one position
TITLE_LIMIT, TEXT_LIMIT, MANY = 5_000, 50_000, 20_000  # characters, characters, values: what hostile papers may cost


def build_schema() -> tantivy.Schema:
    """`all` is title and abstract together, which ranks better than two fields apart; `title` adds to it."""
    builder = tantivy.SchemaBuilder()
    # A signed field: the engine's deletion by term silently misses unsigned ones (0.27).
    builder.add_integer_field("pk", indexed=True, fast=True)
    builder.add_integer_field("row", fast=True)  # of the vector; NO_ROW without one
    builder.add_text_field("title", tokenizer_name="prose")
    builder.add_text_field("all", tokenizer_name="prose")
    builder.add_text_field("authors", tokenizer_name="names")
    for name in ("title_key", "cat", "source", "kind", "name", "has"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("claim", fast=True)
    builder.add_unsigned_field("day", indexed=True, fast=True)
    builder.add_unsigned_field("day_up", fast=True)  # to sort by
    builder.add_unsigned_field("year", fast=True)
    schema: tantivy.Schema = builder.build()
    return schema


def open_index(path: Path, *, create: bool = False) -> tantivy.Index:
    """The index in this folder with our analysers. Raises IndexDamaged when there is none that can be read."""
    with engine_errors():
        if create:
            path.mkdir(parents=True)
            index = tantivy.Index(build_schema(), str(path), reuse=False)
        else:
            index = tantivy.Index.open(str(path))
        index.register_tokenizer("prose", analysis.PROSE)
        index.register_tokenizer("names", analysis.NAMES)
        index.config_reader(reload_policy="manual")
        return index


@contextmanager
def engine_errors() -> Iterator[None]:
    """Turns what the engine raises when files are missing or spoilt into IndexDamaged."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise _damaged(error) from error
    except BaseException as error:
        # A panic inside the engine is no Exception, and its class can't be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged(error) from error


def _damaged(error: BaseException) -> IndexDamaged:
    reason = " ".join(str(error).split())[:200]
    return IndexDamaged(f"The search index can't be used ({reason}). Run `broadsheet index --rebuild`.")


def day_number(day: dt.date | None) -> int:
    """2021-05-30 as 20210530, so that ranges of years and months are ranges of numbers; 0 for no date."""
    return day.year * 10_000 + day.month * 100 + day.day if day else 0


def as_engine_document(document: Document, row: int = NO_ROW) -> tantivy.Document:
    """The fields of one paper whose vector stands in this row."""
    title = analysis.clean(document.title)[:TITLE_LIMIT]
    made = tantivy.Document()
    made.add_integer("pk", document.pk)
    made.add_integer("row", row)
    made.add_text("title", title)
    made.add_text("title_key", analysis.title_key(analysis.PROSE.analyze(title)))
    made.add_text("all", title)
    made.add_text("all", analysis.clean(document.abstract)[:TEXT_LIMIT])
    for name in document.authors[:MANY]:
        for text in (analysis.clean(name), *_NAME_GAP):
            made.add_text("authors", text)
    for code in {prefix for category in document.categories for prefix in with_archives(category)}:
        made.add_text("cat", code)
    for source in document.sources:
        made.add_text("source", source.lower())
    _describe(made, document.described)
    day = day_number(document.day)
    made.add_unsigned("day", day)
    made.add_unsigned("day_up", day or UNKNOWN_LAST)
    made.add_unsigned("year", day // 10_000)
    return made


def _describe(made: tantivy.Document, described: Described) -> None:
    if described.kind:
        made.add_text("kind", described.kind)
    for field, values in (("name", described.names), ("has", described.has)):
        for value in values[:MANY]:
            made.add_text(field, value)
    for number in described.claims[:MANY]:
        made.add_unsigned("claim", number)


def with_archives(code: str) -> list[str]:
    """`cond-mat.str-el` as `cond-mat` and `cond-mat.str-el`, in lower case."""
    parts = analysis.clean(code).lower().split(".")
    return [".".join(parts[: end + 1]) for end in range(len(parts))]


def mark(rows: int) -> tantivy.Document:
    """The document that binds so many rows of vectors to a commit."""
    made = tantivy.Document()
    made.add_integer("pk", MARK)
    made.add_integer("row", rows)
    return made


def committed_rows(searcher: tantivy.Searcher, schema: tantivy.Schema) -> int | None:
    """How many rows of vectors belong to this commit; None when it says nothing of vectors."""
    found = searcher.search(tantivy.Query.term_query(schema, "pk", MARK), 1, count=False).hits
    rows = searcher.fast_field_values("row", [address for _, address in found])
    return int(rows[0]) if rows and rows[0] is not None else None


def count_papers(searcher: tantivy.Searcher, schema: tantivy.Schema) -> int:
    """How many papers a commit has."""
    return int(searcher.num_docs) - (committed_rows(searcher, schema) is not None)
