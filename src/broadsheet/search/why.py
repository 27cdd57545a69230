"""Why a paper was found, in plain words: worked out from the card of a hit, for the few hits that are shown."""

from __future__ import annotations

from dataclasses import dataclass

from broadsheet.catalog.cards import CardData
from broadsheet.search import analysis
from broadsheet.search.language import SearchQuery

_LONGEST_SEQUENCE = 400  # words of a query in which runs are looked for
_CLOSE = 0.45  # cosine from which on a sentence calls two texts close
_SHARED_SHOWN = 6  # words
_PUNCTUATION = ".,;:!?()[]{}\"'`“”‘’$"
_QUOTED_WORDS = 12  # words of a run that a sentence quotes


@dataclass(frozen=True, slots=True)
class Why:
    """The reasons for one hit. Words stand as the reader wrote them."""

    asked: tuple[str, ...] = ()  # the words that count: all but function words, if there are others
    matched: tuple[str, ...] = ()  # those of them that the paper has
    fields: tuple[str, ...] = ()  # where they stand: "title", "abstract"
    run: str = ""  # the longest stretch of the query that stands word for word in one field, of 2 words at least
    run_field: str = ""
    verbatim: bool = False  # whether so much stands word for word that the paper is above all with scattered words
    exact_title: bool = False
    filters: tuple[str, ...] = ()  # the operators of the query, which all hold
    meaning: float | None = None  # cosine of the query and the paper; None where meaning was not asked
    shared: tuple[str, ...] = ()  # rare words that the paper shares with the one it is like
    score: tuple[tuple[str, float], ...] = ()  # the parts of the score by name

    def sentence(self) -> str:
        """For example: all 4 words; “sparse attention” in the title."""
        if self.exact_title:
            return "this is its title"
        said = []
        if self.shared:
            said.append("also says " + ", ".join(self.shared[:_SHARED_SHOWN]))
        if self.asked and (self.matched or self.meaning is None):
            said.append(self._words())
        if self.run:
            words = self.run.split()
            quoted = self.run if len(words) <= _QUOTED_WORDS else " ".join(words[:_QUOTED_WORDS]) + " …"
            said.append(f"“{quoted}” in the {self.run_field}")
        elif self.matched and self.fields:
            said.append("in " + " and ".join(self.fields))
        if self.meaning is not None and (not said or self.meaning >= _CLOSE):
            said.append("close in meaning" if self.meaning >= _CLOSE else "nearest in meaning")
        if not said and self.filters:
            said.append("matches " + ", ".join(self.filters))
        return "; ".join(said)

    def _words(self) -> str:
        if len(self.matched) < len(self.asked):
            shown = ", ".join(self.matched[:6]) + (", …" if len(self.matched) > 6 else "")
            return f"{len(self.matched)} of {len(self.asked)} words" + (f": {shown}" if shown else "")
        return f"all {len(self.asked)} words" if len(self.asked) > 1 else f"“{self.asked[0]}”"

    def as_json(self) -> dict[str, object]:
        """What `--json` and the API show."""
        return {
            "sentence": self.sentence(),
            "matched": list(self.matched),
            "asked": len(self.asked),
            "fields": list(self.fields),
            "verbatim": self.verbatim,
            "run": self.run,
            "exact_title": self.exact_title,
            "meaning": None if self.meaning is None else round(self.meaning, 4),
            "shared": list(self.shared),
            "score": dict(self.score),
        }


class Explainer:
    """Explains hits of one query; reading the query once makes each explanation cheap."""

    def __init__(self, query: SearchQuery) -> None:
        self._filters = tuple(str(part) for part in query.parts if part not in query.words)
        self._sequence: list[str] = []
        self._written: list[str] = []  # the written word that each of the sequence came from
        self._word_of: list[int] = []
        asked: dict[tuple[str, ...], str] = {}
        for text in (word for part in query.words for word in part.text.split()):
            words = analysis.prose(text)
            if words:
                asked.setdefault(tuple(words), text)
                self._word_of += [len(self._written)] * len(words)
                self._sequence += words
                self._written.append(text)
        telling = {words: text for words, text in asked.items() if not analysis.STOP_WORDS.issuperset(words)}
        self._asked = telling or asked
        self._places: dict[str, list[int]] = {}
        for place, word in enumerate(self._sequence[:_LONGEST_SEQUENCE]):
            self._places.setdefault(word, []).append(place)

    def why(self, card: CardData, *, words: float, verbatim: float, meaning: float | None = None) -> Why:
        """The reasons for a hit with these parts of the score."""
        texts = {"title": analysis.prose(card["title"]), "abstract": analysis.prose(card["abstract"])}
        sets = {name: set(text) for name, text in texts.items()}
        both = sets["title"] | sets["abstract"]
        matched = {key: text for key, text in self._asked.items() if both.issuperset(key)}
        present = {word for key in matched for word in key}
        length, run, where = 0, "", ""
        for name, text in texts.items():
            found_length, first = self._longest_run(text)
            if found_length > max(1, length):
                length, where = found_length, name
                run = " ".join(self._written[self._word_of[first] : self._word_of[first + found_length - 1] + 1])
        return Why(
            asked=tuple(self._asked.values()),
            matched=tuple(matched.values()),
            fields=tuple(name for name in texts if sets[name] & present),
            run=run,
            run_field=where,
            verbatim=verbatim > 0,
            exact_title=bool(self._sequence) and texts["title"] == self._sequence,
            filters=self._filters,
            meaning=meaning,
            score=parts(words, verbatim, meaning),
        )

    def _longest_run(self, text: list[str]) -> tuple[int, int]:
        """(length, place in the query) of the longest stretch of the query that stands in the text; the first of
        equals.
        """
        best, first = 0, 0
        ending: dict[int, int] = {}
        for word in text:
            ending = {place: ending.get(place - 1, 0) + 1 for place in self._places.get(word, ())}
            for place, length in ending.items():
                if length > best:
                    best, first = length, place - length + 1
        return best, first


def parts(words: float, verbatim: float, meaning: float | None) -> tuple[tuple[str, float], ...]:
    """The parts of a score by name, as they are shown."""
    known = (("words", round(words, 3)), ("verbatim", verbatim))
    return known if meaning is None else (*known, ("meaning", round(meaning, 4)))


def why_like(card: CardData, terms: frozenset[str], *, words: float, meaning: float | None) -> Why:
    """Why a paper is like another one whose telling words (as indexed) are `terms`, the rarest first in the answer."""
    shared: dict[str, str] = {}
    for text in f"{card['title']} {card['abstract']}".split():
        for word in analysis.prose(text):
            if word in terms:
                shared.setdefault(word, text.strip(_PUNCTUATION))
    return Why(meaning=meaning, shared=tuple(shared.values()), score=parts(words, 0.0, meaning))
