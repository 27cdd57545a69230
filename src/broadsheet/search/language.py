"""The query language: what a reader types becomes a `SearchQuery`, whatever it is; and a `SearchQuery` prints back.

Most queries are pasted titles, so nothing is an error. An operator is a known lower-case name directly followed by
`:` and a value; `-` negates only directly before a word, phrase or operator, and only in a query that also asks for
something; a quote that is not closed is none; everything else between words separates them. `parse` never raises and
takes time linear in the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from broadsheet.search import operators, registry

MAX_INPUT = 20_000  # characters looked at
LONG = 8  # single words; beside more of them, marks of quotation are of the pasted text, not of the search
MAX_QUERY = 4_000  # characters of the printed query; three abstracts
_SEPARATORS = r":*&/?()\[\]{}+,;!|~^<>=@#$%\\`–—"
_WORD = rf"[^\s\"{_SEPARATORS}-]+"
# Values are bounded so that a text full of colons can't make the reading of each one run to its end.
_TOKEN = re.compile(
    rf"""(?P<minus>(?<!\S)-(?=[^\s-]))?
    (?: (?P<field>[a-z]{{1,40}}):(?P<value>"[^"]{{1,300}}"|[^\s"]{{1,300}}(?![^\s"]))
      | "(?P<phrase>[^"]*)"
      | (?P<word>{_WORD}(?:-{_WORD})*)
      | [\s\S] )""",
    re.VERBOSE,
)
_PLAIN_WORD = re.compile(rf"{_WORD}(?:-{_WORD})*")
_UNWRITABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")  # surrogates can't be sent to the engine
_QUOTES = str.maketrans("“”„‟«»", '""""""')


@dataclass(frozen=True, slots=True)
class Term:
    """A word as the reader wrote it; the index may split it further (`text-to-video`)."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must stand one after the other."""

    text: str

    def __str__(self) -> str:
        return f'"{self.text}"'


@dataclass(frozen=True, slots=True)
class Filter:
    """An operator of the registry with its canonical value."""

    field: str
    value: str

    def __str__(self) -> str:
        blank = any(character.isspace() for character in self.value)
        return f'{self.field}:"{self.value}"' if blank else f"{self.field}:{self.value}"


@dataclass(frozen=True, slots=True)
class Not:
    """What must not hold."""

    node: Term | Phrase | Filter

    def __str__(self) -> str:
        return f"-{self.node}"


Node = Term | Phrase | Filter | Not


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A parsed query: its parts in the order written. `str()` prints it so that parsing it again gives an equal query.

    `notices` are sentences for the reader about what could not be read as meant; they do not count in comparisons.
    """

    parts: tuple[Node, ...] = ()
    notices: tuple[str, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        return " ".join(str(part) for part in self.parts)

    def __bool__(self) -> bool:
        return bool(self.parts)

    @property
    def words(self) -> tuple[Term | Phrase, ...]:
        """The words and phrases asked for, in order."""
        return tuple(part for part in self.parts if isinstance(part, Term | Phrase))

    @property
    def terms(self) -> tuple[Term, ...]:
        """The single words asked for, in order."""
        return tuple(part for part in self.parts if isinstance(part, Term))

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """The phrases that must be there, in order."""
        return tuple(part for part in self.parts if isinstance(part, Phrase))

    @property
    def filters(self) -> tuple[Filter, ...]:
        """The operators that must hold, in order."""
        return tuple(part for part in self.parts if isinstance(part, Filter))

    @property
    def excluded(self) -> tuple[Term | Phrase | Filter, ...]:
        """What must not hold, in order."""
        return tuple(part.node for part in self.parts if isinstance(part, Not))

    def filtered_by(self, name: str) -> tuple[str, ...]:
        """The values that the operator `name` has in this query."""
        return tuple(part.value for part in self.filters if part.field == name)

    def without(self, name: str) -> SearchQuery:
        """The query without the (not negated) operator `name`."""
        return replace(
            self, parts=tuple(part for part in self.parts if not (isinstance(part, Filter) and part.field == name))
        )


def parse(text: str) -> SearchQuery:
    """Read a query. Never raises; what can't be read as meant becomes words, with a notice."""
    notices: list[str] = []
    if len(text) > MAX_INPUT:
        text = text[:MAX_INPUT]
        notices.append(_cut_notice())
    text = unicodedata.normalize("NFC", _UNWRITABLE.sub(" ", text).translate(_QUOTES))
    parts = _fitting(_scan(text, notices), notices)
    if not any(isinstance(part, Term | Phrase | Filter) for part in parts):
        # Nothing is asked for, so the minus was punctuation; a negated operator can't be that.
        parts = [part.node if isinstance(part, Not) and not isinstance(part.node, Filter) else part for part in parts]
    query = SearchQuery(tuple(parts))
    if query.phrases and len(query.terms) > LONG:
        query = loosened(query)
        notices.append("In a text this long, what stands in quotation marks is searched as plain words.")
    return replace(query, notices=tuple(dict.fromkeys(notices)))


def loosened(query: SearchQuery) -> SearchQuery:
    """The query with plain words in place of its phrases."""
    parts: list[Node] = []
    for part in query.parts:
        if not isinstance(part, Phrase):
            parts.append(part)
            continue
        words = (operators.trim(word) for word in _PLAIN_WORD.findall(part.text))
        parts += [Term(word) for word in words if word]
    return replace(query, parts=tuple(parts))


def _cut_notice() -> str:
    return f"The query is very long; only its first {MAX_QUERY:,} characters were searched."


def _fitting(nodes: Iterator[Node], notices: list[str]) -> list[Node]:
    """The nodes up to the first that would make the printed query too long."""
    parts: list[Node] = []
    length = 0
    for node in nodes:
        length += len(str(node)) + 1
        if length > MAX_QUERY:
            notices.append(_cut_notice())
            break
        parts.append(node)
    return parts


def _scan(text: str, notices: list[str]) -> Iterator[Node]:
    position = 0
    while match := _TOKEN.match(text, position):
        position = match.end()
        node: Term | Phrase | Filter | None = None
        if name := match["field"]:
            node = _read_filter(name, match["value"], notices)
            if node is None:
                node = Term(name)
                position = match.start("value")  # the value is read again, as words
        elif match["phrase"] is not None:
            node = _make(Phrase, operators.read_text(match["phrase"]))
        elif match["word"]:
            node = _make(Term, operators.trim(match["word"]))
        if node is not None:
            yield Not(node) if match["minus"] else node


def _make(kind: type[Term] | type[Phrase], text: str | None) -> Term | Phrase | None:
    return kind(text) if text else None


def _read_filter(name: str, written: str, notices: list[str]) -> Filter | None:
    quoted = written.startswith('"')
    operator = registry.operator(name)
    if operator is None:
        if not written.startswith("/"):  # the colon of an address is no attempt at an operator
            notices.append(f"There is no operator “{name}:”; it was searched as words.")
        return None
    bare = written.strip('"') if quoted else written
    value = operator.read(bare)
    if value is None and bare.strip():
        notices.append(
            f"“{_short(bare)}” is not what {name}: takes, which is {operator.expects}; it was searched as words."
        )
    return Filter(name, value) if value is not None else None


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
