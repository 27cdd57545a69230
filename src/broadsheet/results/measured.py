"""How well the extraction reads, as measured on labelled abstracts that nothing was learnt from (`measured.json`).

The figures are those of `docs/dev/extraction.md`; a test compares the two.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "measured.json"


@dataclass(frozen=True, slots=True)
class Measured:
    """Precision and recall (0 to 1) of names and claims on so many abstracts labelled by hand."""

    abstracts: int
    names: tuple[float, float]
    claims: tuple[float, float]


@lru_cache(maxsize=1)
def measured(file: Path = FILE) -> Measured | None:
    """The figures, or None where there are none to be read."""
    try:
        row = json.loads(file.read_text(encoding="utf-8"))
        return Measured(int(row["abstracts"]), _pair(row["names"]), _pair(row["claims"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _pair(row: dict[str, Any]) -> tuple[float, float]:
    """Precision and recall; where an interval comes along, the figure stands first."""
    precision, recall = (value[0] if isinstance(value, list) else value for value in (row["precision"], row["recall"]))
    return float(precision), float(recall)
