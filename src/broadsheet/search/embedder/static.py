"""Our own embedder: a table with one vector a token. A text's vector is the sum of its tokens' vectors, at length 1; a
word that a text says n times counts 1 + ln n times.

The table is kept in whole numbers of 4 bits, each row with one scale (how much the token counts, times what one step
of the row stands for). A folder holds it: `table.npy` (uint8, a row a token; byte k has number k in its lower half and
number k + dimensions / 2 in its upper half, both 8 too high), `scales.npy` (float32, one a row), `vocabulary.txt` (in
UTF-8, a line each: the words, then the stems), `card.json` (what it was made from, how many words and stems, and the
size and SHA-256 of the other three). The files are mapped into memory, so several processes share one copy.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.embedder.errors import ModelMissing
from broadsheet.search.embedder.tokens import MAX_CHARACTERS, TOKENS, Vocabulary

SHIPPED = Path(__file__).parent / "table"
TABLE, SCALES, VOCABULARY, CARD = "table.npy", "scales.npy", "vocabulary.txt", "card.json"
FILES = (TABLE, SCALES, VOCABULARY)
HIGHEST, ZERO = 7, 8  # whole numbers go from -7 to 7, and 0 is written as 8
_BLOCK, _TEXTS = 512, 32  # rows that are summed at once, and texts that are looked up at once
_WEIGHTS = (1 + np.log(np.maximum(np.arange(MAX_CHARACTERS + 1), 1))).astype(np.float32)  # by how often a word is said
CURRENT = "current"  # in the home's folder: a file with the name of the folder of the table that counts


class StaticEmbedder:
    """A table, open for embedding."""

    def __init__(
        self,
        name: str,
        vocabulary: Vocabulary,
        table: NDArray[np.uint8],
        scales: NDArray[np.float32],
        *,
        stamp: str,
        folder: Path | None = None,
        card: dict[str, Any] | None = None,
    ) -> None:
        self.name, self.stamp = name, stamp
        self.folder, self.card = folder, card or {}
        self.vocabulary = vocabulary
        self.dimensions = 2 * int(table.shape[1])
        self._table, self._scales = table.view(np.ndarray), scales
        self._rooms = threading.local()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder.embed`."""
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for start in range(0, len(texts), _TEXTS):
            self._embed(texts[start : start + _TEXTS], vectors[start : start + _TEXTS])
        return vectors

    def _embed(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """The same for a few texts, what can be done for all of them at once being done so."""
        rows: list[int] = []
        times: list[int] = []
        ends = [0]
        for text in texts:
            some, often = self.vocabulary.rows(text)
            rows += some
            times += often
            ends.append(len(rows))
        numbers = np.array(rows, np.intp)
        weights = self._scales.take(numbers) * _WEIGHTS.take(times)
        for vector, start, end in zip(vectors, ends, ends[1:], strict=False):
            for first in range(start, end, _BLOCK):
                block = slice(first, min(end, first + _BLOCK))
                self._add(vector, numbers[block], weights[block])
        lengths = np.sqrt(np.vecdot(vectors, vectors))[:, None]
        np.divide(vectors, lengths, out=vectors, where=lengths > 0)

    def _add(self, vector: NDArray[np.float32], rows: NDArray[np.intp], weights: NDArray[np.float32]) -> None:
        """Add at most `_BLOCK` rows, each times its weight.

        The room for them is kept, one a thread: getting it anew from the system costs more than the arithmetic.
        """
        room = getattr(self._rooms, "room", None)
        half = self.dimensions // 2
        if room is None:
            shape = (_BLOCK, half)
            room = self._rooms.room = (
                np.empty(shape, np.uint8),
                np.empty(shape, np.uint8),
                np.empty(shape, np.float32),
            )
        packed, part, real = (one[: len(rows)] for one in room)
        self._table.take(rows, axis=0, out=packed, mode="clip")  # the mode that writes to `out` without a copy between
        too_high = np.float32(ZERO) * weights.sum()
        np.copyto(real, np.bitwise_and(packed, 15, out=part))
        # Not as a product of matrices: those run in several threads, which wait for each other on a busy machine.
        vector[:half] += np.einsum("i,ij->j", weights, real) - too_high
        np.copyto(real, np.right_shift(packed, 4, out=part))
        vector[half:] += np.einsum("i,ij->j", weights, real) - too_high

    def vectors_of(self, vocabulary: Vocabulary) -> NDArray[np.float32]:
        """This table's rows in the order of another vocabulary with as many shared rows; zeros for words that have no
        row of their own here.
        """
        mine = self.vocabulary
        rows = [mine.row(word) for word in vocabulary.words] + [mine.stem_row(one) for one in vocabulary.stems]
        rows += range(len(mine) - mine.buckets, len(mine))
        known = [at for at, row in enumerate(rows) if row is not None]
        taken = [row for row in rows if row is not None]
        vectors = np.zeros((len(vocabulary), self.dimensions), np.float32)
        vectors[known] = unpack(self._table[taken]) * self._scales[taken][:, None]
        return vectors


def quantise(vectors: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Rows as packed whole numbers, and the scale that turns each back: |row - scale × whole| ≤ scale / 2. There is
    an even number of columns.
    """
    highest = np.abs(vectors).max(axis=1)
    scales = np.where(highest > 0, highest / HIGHEST, 0).astype(np.float32)
    steps = vectors / np.where(scales > 0, scales, 1)[:, None]
    whole = (np.rint(steps).clip(-HIGHEST, HIGHEST) + ZERO).astype(np.uint8)
    half = vectors.shape[1] // 2
    return np.asarray(whole[:, :half] | whole[:, half:] << 4, np.uint8), scales


def unpack(table: NDArray[np.uint8]) -> NDArray[np.int8]:
    """The whole numbers of packed rows."""
    return np.concatenate([table & 15, table >> 4], axis=1).astype(np.int8) - np.int8(ZERO)


def write_table(
    folder: Path, *, name: str, vocabulary: Vocabulary, vectors: NDArray[np.float32], about: dict[str, Any]
) -> None:
    """Write a table's four files into `folder`, which must be there; `about` is added to the card."""
    table, scales = quantise(vectors)
    np.save(folder / TABLE, table)
    np.save(folder / SCALES, scales)
    (folder / VOCABULARY).write_text(
        "".join(f"{line}\n" for line in [*vocabulary.words, *vocabulary.stems]), encoding="utf-8"
    )
    card = {
        "name": name,
        "tokens": TOKENS,
        "rows": len(vocabulary),
        "dimensions": 2 * int(table.shape[1]),
        "words": len(vocabulary.words),
        "stems": len(vocabulary.stems),
        "buckets": vocabulary.buckets,
        "files": {file: fingerprint(folder / file) for file in FILES},
        **about,
    }
    (folder / CARD).write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def fingerprint(path: Path) -> dict[str, Any]:
    """Size in bytes and SHA-256 (hex) of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}


def read_card(folder: Path) -> dict[str, Any]:
    """What `card.json` says. Raises ModelMissing."""
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        if not isinstance(card, dict) or not isinstance(card["files"], dict):
            raise TypeError
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _missing(folder, f"its {CARD} is missing or can't be read") from error
    return card


def open_table(folder: Path) -> StaticEmbedder:
    """The embedder of a table's folder. Raises ModelMissing when a file is missing, cut, or not the one of the card."""
    card = read_card(folder)
    for file in FILES:
        path = folder / file
        if not path.is_file() or path.stat().st_size != card["files"].get(file, {}).get("bytes"):
            raise _missing(folder, f"its {file} is missing or not as long as it should be")
    if card.get("tokens") != TOKENS:
        raise _missing(folder, "it was made for another version of Broadsheet")
    try:
        table = np.load(folder / TABLE, mmap_mode="r", allow_pickle=False)
        scales = np.load(folder / SCALES, allow_pickle=False)
        lines = (folder / VOCABULARY).read_text(encoding="utf-8").split("\n")[:-1]
        words = int(card["words"])
        vocabulary = Vocabulary(lines[:words], lines[words:], int(card["buckets"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _missing(folder, "it can't be read") from error
    shape = (len(vocabulary), int(card.get("dimensions", 0)) // 2)
    if table.shape != shape or table.dtype != np.uint8 or scales.shape != shape[:1] or scales.dtype != np.float32:
        raise _missing(folder, "its files do not fit together")
    digest = hashlib.sha256("".join(card["files"][file]["sha256"] for file in FILES).encode()).hexdigest()
    stamp = f"static:{TOKENS}:{digest[:16]}"
    return StaticEmbedder(str(card.get("name")), vocabulary, table, scales, stamp=stamp, folder=folder, card=card)


def home_table(home: Path) -> Path | None:
    """The folder of the table that this home's owner trained; None where there is none. Raises ModelMissing."""
    own = home / "embedder"
    try:
        name = (own / CURRENT).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _missing(own, f"its file {CURRENT} can't be read") from error
    if not name or "/" in name or name.startswith("."):
        raise _missing(own, f"its file {CURRENT} names no table")
    return own / name


def current(home: Path) -> StaticEmbedder:
    """The table that counts for this home: the owner's, else the shipped one. Opened once. Raises ModelMissing."""
    folder = home_table(home) or SHIPPED
    with _lock:
        embedder = _open.get(folder)
        if embedder is None:
            embedder = open_table(folder)
            _open.clear()
            _open[folder] = embedder
    return embedder


_open: dict[Path, StaticEmbedder] = {}
_lock = threading.Lock()


def _missing(folder: Path, what: str) -> ModelMissing:
    where = "the package" if folder == SHIPPED else str(folder)
    help_ = "install Broadsheet anew" if folder == SHIPPED else "run broadsheet embedder train again, or delete it"
    return ModelMissing(f"The embedder's table in {where} can't be used: {what}. To mend it, {help_}.")
