"""A SearchQuery as engine queries: what must hold, what ranks, and what lifts.

What ranks is BM25 (k1 1.2, b 0.75: the engine's) of each word over title and abstract together, plus TITLE_WEIGHT times
that of the title, each times how often the query says the word. What lifts, in a query of its own, is PAIR_WEIGHT times
the BM25 of each two words that stand side by side and ALL_WORDS (short queries), each run of five query words standing
word for word, and an equal title. They are asked apart because the engine answers the union of words alone quickest.
Figures: docs/dev/decisions/0006-ranking-by-words.md.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
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

TITLE_WEIGHT = 0.15
PAIR_WEIGHT = 0.3
ALL_WORDS = 2.0  # for a paper with every word of a short query
SHORT = 8  # words: up to here pairs, and holding all of the words, count
RUN = 5  # words of the shortest verbatim run
MAX_RUNS = 8
# A run whose every word stands in more papers than this ("in this paper we propose") tells little and costs most.
RUN_POSTINGS = 10_000
PAIR_POSTINGS = 20_000  # a pair whose words both stand in more papers than this tells little and costs most
QUOTED = 0.5  # share of the runs from which on a paper is one that the query is quoted from, not one that talks alike
RUNS = 10.0  # BM25 of all runs together below that share
VERBATIM = 2_000.0  # of all runs together from that share on: above any BM25 sum
EXACT = 100_000.0  # above them all, and 32-bit scores still tell 0.02 apart
_EACH_RUN = 2_000.0  # in the engine's score, so that runs can be counted from it
MAX_WORDS = 100  # the most telling words of a long query; the others change little and cost most
MAX_POSTINGS = 400_000  # documents looked at for words, beyond the three most telling ones
MAX_SEQUENCE = 400  # words of a query in which runs are looked for


@dataclass(frozen=True, slots=True)
class Said:
    """What a query says, read once: its positive words in `sequence`, how often it says each of those that rank, in how
    many papers every word stands, how many different words tell something, and what share of them some paper has.
    """

    sequence: list[str]
    counts: Counter[str]
    frequency: dict[str, int]
    telling: int
    known: float


@dataclass(frozen=True, slots=True)
class Lifts:
    """What lifts papers; `runs` is the number of verbatim runs that a paper may have."""

    query: Query
    runs: int


class Ranking:
    """Builds engine queries against one searcher, whose word counts decide which words tell most."""

    def __init__(self, schema: Schema, searcher: Searcher) -> None:
        self.schema = schema
        self.searcher = searcher

    def said(self, query: SearchQuery) -> Said:
        """The words of the query, looked up."""
        sequence: list[str] = []
        single: list[str] = []
        for part in query.words:
            words = analysis.prose(part.text)
            sequence += words
            if isinstance(part, Term):
                single += words
        counts = Counter(word for word in single if word not in analysis.STOP_WORDS)
        if not counts and len(single) == len(sequence):
            counts = Counter(single)
        frequency = {word: self.searcher.doc_freq("all", word) for word in dict.fromkeys(sequence)}
        telling = (set(sequence) - analysis.STOP_WORDS) or set(sequence)
        known = sum(1 for word in telling if frequency[word])
        share = known / len(telling) if telling else 0.0
        return Said(sequence[:MAX_SEQUENCE], counts, frequency, len(telling), share)

    def ranked(self, query: SearchQuery, said: Said, *, only: Query | None = None) -> Query:
        """What ranks, among what the query requires. With `only` all that it matches (and what the query requires) is
        scored, whether it has one of the words or not.
        """
        required = self._required(query, only)
        words = self._words(said)
        optional = only is not None or bool(query.phrases)
        if words is None and query.terms and not optional:
            return Query.empty_query()
        if words is not None and not required:
            return words
        if words is not None:
            required.append((Occur.Should if optional else Occur.Must, words))
        return self._all_of(required)

    def every_word(self, query: SearchQuery, said: Said) -> Query:
        """What has all of the words, in no order of its own."""
        required = self._required(query, None)
        if said.counts:
            required.append((Occur.Must, self._each([self._term("all", word) for word in said.counts])))
        elif query.terms and not query.phrases:
            return Query.empty_query()
        return self._all_of(required)

    def lifts(self, query: SearchQuery, said: Said, *, only: Query | None = None) -> Lifts | None:
        """What lifts papers, among what the query requires; None when nothing does."""
        if not said.sequence:
            return None
        queries = [Query.const_score_query(self._term("title_key", analysis.title_key(said.sequence)), EXACT)]
        if 1 < len(said.counts) <= SHORT:
            chosen = {word for word in said.counts if said.frequency[word]}
            queries += self._side_by_side(said, chosen)
            if len(chosen) == len(said.counts):
                every = self._each([self._term("all", word) for word in said.counts])
                queries.append(Query.const_score_query(every, ALL_WORDS))
        runs, asked = self._runs(said)
        queries += [Query.const_score_query(self._phrase("all", run), _EACH_RUN) for run in runs]
        required = self._required(query, only)
        lifting = self._any(queries)
        return Lifts(self._all_of([*required, (Occur.Must, lifting)]) if required else lifting, asked)

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

    def each_of(self, field: str, values: Iterable[int]) -> Query:
        """The documents with one of these numbers in this field. Quicker than the engine's query for sets."""
        return self._any([self._term_of(field, int(value)) for value in values])

    def _required(self, query: SearchQuery, only: Query | None) -> list[tuple[Occur, Query]]:
        required = [(Occur.Must, self._silent(self.filter(part))) for part in query.filters]
        required += [(Occur.MustNot, self._excluded(part)) for part in query.excluded]
        required += [(Occur.Must, phrase) for part in query.phrases if (phrase := self.phrase(part))]
        if only is not None:
            required.append((Occur.Must, self._silent(only)))
        return required

    def _all_of(self, required: list[tuple[Occur, Query]]) -> Query:
        """All of these at once; where nothing must be there, every paper may."""
        if not any(occur == Occur.Must for occur, _ in required):
            everything = (Occur.Must, self._silent(Query.all_query()))
            required = [everything, (Occur.MustNot, self._term_of("pk", MARK)), *required]
        return Query.boolean_query(required)

    def _words(self, said: Said) -> Query | None:
        counts = {word: count for word, count in said.counts.items() if said.frequency[word]}
        queries: list[Query] = []
        for word in self._telling(counts, said.frequency):
            queries.append(Query.boost_query(self._term("all", word), float(counts[word])))
            queries.append(Query.boost_query(self._term("title", word), TITLE_WEIGHT * counts[word]))
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

    def _runs(self, said: Said) -> tuple[list[tuple[str, ...]], int]:
        """The verbatim runs to look for, and how many could be asked for: of a long query the most telling run of each
        stretch. A run with a word that no paper has needs no looking for.
        """
        sequence, frequency = said.sequence, said.frequency
        runs = dict.fromkeys(tuple(sequence[start : start + RUN]) for start in range(len(sequence) - RUN + 1))
        rarest = {run: min(frequency[word] for word in run) for run in runs}
        possible = [run for run in runs if rarest[run] <= RUN_POSTINGS]
        stretch = -(-len(possible) // MAX_RUNS) or 1
        stretches = [possible[start : start + stretch] for start in range(0, len(possible), stretch)]
        chosen = [min(some, key=lambda run: (not rarest[run], rarest[run])) for some in stretches]
        return [run for run in chosen if rarest[run]], len(chosen)

    def _side_by_side(self, said: Said, chosen: set[str]) -> list[Query]:
        pairs = dict.fromkeys(
            pair for pair in pairwise(said.sequence) if pair[0] != pair[1] and chosen.issuperset(pair)
        )
        telling = [pair for pair in pairs if min(said.frequency[word] for word in pair) <= PAIR_POSTINGS]
        return [Query.boost_query(self._phrase("all", pair), PAIR_WEIGHT) for pair in telling]

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
        if operator.type == "number range" and operator.span:
            return Query.range_query(self.schema, operator.field, FieldType.Unsigned, *operator.span(part.value))
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
            return self._phrase(field, words[:MAX_SEQUENCE], slop=slop)
        return self._term(field, words[0]) if words else None

    def _phrase(self, field: str, words: Sequence[str], *, slop: int = 0) -> Query:
        return Query.phrase_query(self.schema, field, [*words], slop)

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


def lifted(scores: NDArray[np.float64], runs: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The engine's scores of `Lifts` taken apart into (words, verbatim): what counts beside BM25, and what stands above
    it.

    A paper with a share of at least QUOTED of the runs stands above all that have the words only, by VERBATIM times
    the share. Below that, runs are mostly what everybody says ("state of the art results on"), and count as RUNS times
    the share beside the words.
    """
    exact = np.where(scores >= EXACT, EXACT, 0.0)
    found, beside = np.divmod(scores - exact, _EACH_RUN)
    share = found / max(runs, 1)
    quoted = share >= QUOTED
    return beside + np.where(quoted, 0.0, RUNS * share), exact + np.where(quoted, VERBATIM * share, 0.0)
