"""The log of papers that became one or two, with the reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from broadsheet.catalog.identity import Facts, why_one, why_two
from broadsheet.catalog.models import IdentityChange
from broadsheet.catalog.reading import Reading
from broadsheet.catalog.writing import BATCH, Plan


def log_changes(
    plans: Sequence[Plan],
    made: Sequence[Plan],
    former: Mapping[int, str],
    heirs: Mapping[int, int],
    *,
    now: dt.datetime,
) -> None:
    """Write what became one or two. `made` are plans whose paper is new; `former` maps papers that are gone to their
    addresses, `heirs` papers that lost records to the paper that has most of them now. The log of a paper that is gone
    goes to its heir.
    """
    by_paper = {plan.paper.pk: plan for plan in plans}
    rows: list[IdentityChange] = []
    for paper, address in former.items():
        plan = by_paper[heirs[paper]]
        came, stood = _split(plan.readings, paper)
        rows.append(_row(plan, IdentityChange.MERGED, address, why_one(came, stood), now))
        IdentityChange.objects.filter(paper_id=paper).update(paper_id=plan.paper.pk)
    for plan in made:
        for left in {r.paper_pk for r in plan.readings if r.paper_pk in by_paper}:
            old = by_paper[left]
            reason = why_two([r.facts() for r in plan.readings], [r.facts() for r in old.readings])
            rows.append(_row(plan, IdentityChange.PARTED, old.paper.public_id, reason, now))
            rows.append(_row(old, IdentityChange.PARTED, plan.paper.public_id, reason, now))
    IdentityChange.objects.bulk_create(rows, batch_size=BATCH)


def _split(readings: Sequence[Reading], paper: int) -> tuple[list[Facts], list[Facts]]:
    came = [r.facts() for r in readings if r.paper_pk == paper]
    stood = [r.facts() for r in readings if r.paper_pk not in (None, paper)]
    return came, stood


def _row(plan: Plan, kind: str, other: str, reason: str, now: dt.datetime) -> IdentityChange:
    return IdentityChange(paper=plan.paper, kind=kind, other=other, reason=reason, at=now)
