"""What is read out of a paper's title and abstract."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

KINDS = ("method", "system", "model", "dataset", "benchmark", "library", "survey", "theory", "study")
LINK_KINDS = ("code", "data", "model", "project", "demo", "other")


@dataclass(frozen=True, slots=True)
class Link:
    """An address of the abstract, cleaned, and what it leads to (one of `LINK_KINDS`)."""

    url: str
    kind: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One number by which authors say how well their contribution does; `docs/dev/claims.md` has the rules.

    `start` and `end` bound `quote` in the abstract as the source gave it. `value_high` is the larger end of a range or
    of a from-to pair; `from_value` and `to_value` are the ends of a pair in their order. `form` is "level", "change" or
    "ratio"; `direction` is "higher" or "lower", in which the metric is better; `bound` is "up to", "at least",
    "average", "about" or nothing.
    """

    quote: str
    start: int
    end: int
    value: float
    value_high: float | None
    unit: str
    form: str
    from_value: float | None
    to_value: float | None
    metric: str
    direction: str
    bound: str | None
    baseline: str | None
    on: str | None

    def as_json(self) -> dict[str, Any]:
        """The claim in the form of the labels: `from` and `to` by these names."""
        row = asdict(self)
        row["from"], row["to"] = row.pop("from_value"), row.pop("to_value")
        return row


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a paper made, by what names, where it lies, and what its authors claim for it.

    `names_at` has for each name where it stands: ("title" or "abstract", start, end) in the text as given.
    """

    names: tuple[str, ...] = ()
    kind: str = "method"
    links: tuple[Link, ...] = ()
    claims: tuple[Claim, ...] = ()
    names_at: tuple[tuple[str, int, int], ...] = field(default=(), compare=False)

    def as_json(self) -> dict[str, Any]:
        """The contribution in the form of the labels."""
        return {
            "names": list(self.names),
            "kind": self.kind,
            "links": [asdict(link) for link in self.links],
            "claims": [claim.as_json() for claim in self.claims],
        }
