"""A SearchQuery as an engine query: what must hold, and what ranks.

The score of a paper is BM25 (k1 1.2, b 0.75: the engine's) of each word over title and abstract together, plus
TITLE_WEIGHT times that of the title, each times how often the query says the word; plus PAIR_WEIGHT times that of
each two words that stand side by side (short queries); plus VERBATIM for each run of five query words standing word
for word; plus EXACT for an equal title. Figures: docs/dev/decisions/0006-ranking-by-words.md.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from tantivy import FieldType, Occur, Query, Schema, Searcher

from broadsheet.search import analysis, registry
from broadsheet.search.backends.embedded.schema import MARK, day_number
from broadsheet.search.language import Filter, Phrase, SearchQuery, Term
from broadsheet.search.operators import date_of, year_span
from broadsheet.search.registry import Operator

TITLE_WEIGHT = 0.25
PAIR_WEIGHT = 0.3
ALL_WORDS = 2.0  # for a paper with every word of a short query
SHORT = 8  # words: up to here pairs, and holding all of the words, count
RUN = 5  # words of the shortest verbatim run
VERBATIM = 2_000.0  # above any BM25 sum: 24 words of at most 17 · 2.2 · 1.25
MAX_RUNS = 32  # EXACT stays above them all, and 32-bit scores still tell 0.02 apart
# A run whose every word stands in more papers than this ("in this paper we propose") tells little and costs most.
RUN_POSTINGS = 20_000
EXACT = 100_000.0
MAX_WORDS = 24  # the most telling words of a long query; the others change little and cost most
MAX_POSTINGS = 60_000  # documents looked at for words, beyond the three most telling ones
MAX_SEQUENCE = 400  # words of a query in which runs are looked for


@dataclass(frozen=True, slots=True)
class _Words:
    """The positive words of a query in order; `single` says which belong to no phrase."""

    sequence: list[str]
    single: list[str]

    @classmethod
    def of(cls, query: SearchQuery) -> _Words:
        sequence: list[str] = []
        single: list[str] = []
        for part in query.words:
            words = analysis.prose(part.text)
            sequence += words
            if isinstance(part, Term):
                single += words
        return cls(sequence[:MAX_SEQUENCE], single)


class Ranking:
    """Builds engine queries against one searcher, whose word counts decide which words tell most."""

    def __init__(self, schema: Schema, searcher: Searcher) -> None:
        self.schema = schema
        self.searcher = searcher

    def query(
        self,
        query: SearchQuery,
        *,
        every_word: bool = False,
        only: Query | None = None,
    ) -> Query:
        """The engine query. `every_word` requires all
        words, as orders other than by score need it. With `only` all that it matches (and what the query requires) is
        scored, whether it has one of the words or not.
        """
        must = [(Occur.Must, self._silent(self.filter(part))) for part in query.filters]
        must += [(Occur.MustNot, self._excluded(part)) for part in query.excluded]
        must += [(Occur.Must, phrase) for part in query.phrases if (phrase := self.phrase(part))]
        if only is not None:
            must.append((Occur.Must, self._silent(only)))
        said = _Words.of(query)
        if query.words and (ranked := self._ranked(said, every_word=every_word)):
            optional = only is not None or any(isinstance(part, Phrase) for part in query.words)
            must.append((Occur.Should if optional and not every_word else Occur.Must, ranked))
        elif query.terms and not query.phrases and only is None:
            return Query.empty_query()
        if not any(occur == Occur.Must for occur, _ in must):
            must.append((Occur.Must, self._silent(Query.all_query())))
            must.append((Occur.MustNot, self._term_of("pk", MARK)))
        return Query.boolean_query(must)

    def likeness(self, weights: dict[str, float], *, only: Query | None = None) -> Query:
        """Papers with these words (as indexed), BM25 times the weight of each; with `only` all that it matches."""
        words = [Query.boost_query(self._term("all", word), weight) for word, weight in weights.items() if weight > 0]
        ranked = self._any(words) if words else Query.empty_query()
        if only is None:
            return ranked
        return Query.boolean_query([(Occur.Must, self._silent(only)), (Occur.Should, ranked)])

    def telling(self, counts: Counter[str], most: int) -> dict[str, float]:
        """The words of a text that tell most, and how much each weighs: the logarithm of one more than its count."""
        known = {word: self.searcher.doc_freq("all", word) for word in counts if word not in analysis.STOP_WORDS}
        # A word that only this paper has finds nothing else.
        known = {word: frequency for word, frequency in known.items() if frequency > 1}
        chosen = self._telling({word: counts[word] for word in known}, known, most)
        return {word: math.log1p(counts[word]) for word in chosen}

    def each_of(self, field: str, values: Sequence[int]) -> Query:
        """The documents with one of these numbers in this field. Quicker than the engine's query for sets."""
        return self._any([self._term_of(field, int(value)) for value in values])

    def asked(self, query: SearchQuery) -> tuple[int, float]:
        """How many different words that tell something the query has, and the share of them that some paper has."""
        words = {word for part in query.words for word in analysis.prose(part.text)}
        words = (words - analysis.STOP_WORDS) or words
        found = sum(1 for word in words if self.searcher.doc_freq("all", word))
        return len(words), (found / len(words) if words else 0.0)

    def _ranked(self, words: _Words, *, every_word: bool) -> Query | None:
        counts = Counter(word for word in words.single if word not in analysis.STOP_WORDS)
        if not counts and len(words.single) == len(words.sequence):
            counts = Counter(words.single)
        if every_word:
            return self._each([self._term("all", word) for word in counts]) if counts else None
        frequency = {word: self.searcher.doc_freq("all", word) for word in {*words.sequence, *counts}}
        chosen = self._telling({word: count for word, count in counts.items() if frequency[word]}, frequency)
        queries: list[Query] = []
        for word in chosen:
            queries.append(Query.boost_query(self._term("all", word), float(counts[word])))
            queries.append(Query.boost_query(self._term("title", word), TITLE_WEIGHT * counts[word]))
        if 1 < len(counts) <= SHORT:
            queries += self._side_by_side(words.sequence, set(chosen))
            if len(chosen) == len(counts):
                queries.append(
                    Query.const_score_query(self._each([self._term("all", word) for word in chosen]), ALL_WORDS)
                )
        queries += self._verbatim(words.sequence, frequency)
        return self._any(queries) if queries else None

    def _telling(self, counts: dict[str, int], frequency: dict[str, int], most: int = MAX_WORDS) -> list[str]:
        """The words that weigh most in the score, as many as the bounds allow."""
        total = self.searcher.num_docs

        def weight(word: str) -> float:
            return counts[word] * math.log(1 + (total - frequency[word] + 0.5) / (frequency[word] + 0.5))

        chosen: list[str] = []
        postings = 0
        for word in sorted(counts, key=lambda word: (-weight(word), word))[:most]:
            postings += frequency[word]
            if len(chosen) < 3 or postings <= MAX_POSTINGS:
                chosen.append(word)
        return chosen

    def _side_by_side(self, sequence: list[str], chosen: set[str]) -> list[Query]:
        pairs = dict.fromkeys((a, b) for a, b in pairwise(sequence) if a != b and a in chosen and b in chosen)
        return [Query.boost_query(Query.phrase_query(self.schema, "all", [a, b]), PAIR_WEIGHT) for a, b in pairs]

    def _verbatim(self, sequence: list[str], frequency: dict[str, int]) -> list[Query]:
        queries = [Query.const_score_query(self._term("title_key", analysis.title_key(sequence)), EXACT)]
        runs = dict.fromkeys(tuple(sequence[start : start + RUN]) for start in range(len(sequence) - RUN + 1))
        possible = [run for run in runs if 0 < min(frequency[word] for word in run) <= RUN_POSTINGS]
        # Of a long query, the most telling run of each stretch.
        stretch = -(-len(possible) // MAX_RUNS) or 1
        stretches = (possible[start : start + stretch] for start in range(0, len(possible), stretch))
        chosen = [min(runs, key=lambda run: min(frequency[word] for word in run)) for runs in stretches]
        return queries + [
            Query.const_score_query(Query.phrase_query(self.schema, "all", [*run]), VERBATIM) for run in chosen
        ]

    def _excluded(self, part: Term | Phrase | Filter) -> Query:
        if isinstance(part, Filter):
            return self.filter(part)
        return self._run("all", analysis.prose(part.text)) or Query.empty_query()

    def filter(self, part: Filter) -> Query:
        """The documents for which the operator holds."""
        operator = _operator(part)
        if operator.type == "text":
            return self._text(operator, part.value)
        if operator.type == "keyword":
            return self._term(operator.field, part.value.lower())
        span = day_span(part)
        return Query.range_query(self.schema, operator.field, FieldType.Unsigned, *(span or (0, 0)))

    def phrase(self, part: Phrase) -> Query | None:
        """The documents with this phrase; None when it has no words."""
        return self._run("all", analysis.prose(part.text))

    def _text(self, operator: Operator, value: str) -> Query:
        if operator.field != "authors":
            return self._run(operator.field, analysis.prose(value)) or Query.empty_query()
        words = analysis.names(value)
        plain = self._run("authors", words, slop=1)  # one middle name or initial may stand between
        if plain is None or len(words) == 1:
            return plain or Query.empty_query()
        turned = self._run("authors", [*words[1:], words[0]])  # "LeCun, Yann"
        return self._any([plain, turned] if turned else [plain])

    def _run(self, field: str, words: list[str], *, slop: int = 0) -> Query | None:
        """The words one after the other; the engine refuses a phrase of one word."""
        if len(words) > 1:
            return Query.phrase_query(self.schema, field, [*words[:MAX_SEQUENCE]], slop)
        return self._term(field, words[0]) if words else None

    def _term_of(self, field: str, number: int) -> Query:
        return Query.term_query(self.schema, field, number)

    def _term(self, field: str, word: str) -> Query:
        return Query.term_query(self.schema, field, word, "freq")

    @staticmethod
    def _silent(query: Query) -> Query:
        return Query.const_score_query(query, 0.0)

    @staticmethod
    def _any(queries: list[Query]) -> Query:
        return Query.boolean_query([(Occur.Should, query) for query in queries])

    @staticmethod
    def _each(queries: list[Query]) -> Query:
        return Query.boolean_query([(Occur.Must, query) for query in queries])


def _operator(part: Filter) -> Operator:
    operator = registry.operator(part.field)
    if operator is None:
        raise ValueError(f"The operator {part.field!r} is not registered.")
    return operator


def day_span(part: Filter) -> tuple[int, int | None] | None:
    """The first and last day number that an operator of a date lets pass (None for no end); None for other
    operators.
    """
    operator = _operator(part)
    if operator.type == "year range":
        first, last = year_span(part.value)
        return first * 10_000, last * 10_000 + 9_999
    if operator.type not in ("date from", "date before"):
        return None
    day = day_number(date_of(part.value).day)
    return (day, None) if operator.type == "date from" else (1, day - 1)


def parts_of(score: float) -> tuple[float, float]:
    """A score taken apart into (words, verbatim): the latter is what a multiple of VERBATIM and EXACT makes of it."""
    verbatim = EXACT if score >= EXACT else 0.0
    verbatim += (score - verbatim) // VERBATIM * VERBATIM
    return round(score - verbatim, 4), verbatim


def tiers_of(scores: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """`parts_of` for many scores."""
    verbatim = np.where(scores >= EXACT, EXACT, 0.0)
    verbatim += (scores - verbatim) // VERBATIM * VERBATIM
    return scores - verbatim, verbatim
