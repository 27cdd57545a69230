"""In the 250,000 arXiv records of the shared data, 278 papers share 129 normalised titles: they stay 278 papers."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import zstandard

from broadsheet.catalog.models import Identifier, Paper
from broadsheet.ingest.services import ingest_file
from broadsheet.lib.text import clean, title_key
from tests.soak.test_orders import DATA

SNAPSHOT = DATA / "arxiv-snapshot-250k.jsonl.zst"


@pytest.mark.soak
@pytest.mark.django_db
@pytest.mark.skipif(not SNAPSHOT.exists(), reason="the shared data is not here")
def test_it_keeps_papers_of_one_title_apart(tmp_path: Path, now: Any) -> None:
    counted: Counter[str] = Counter()
    with zstandard.open(SNAPSHOT, "rt", encoding="utf-8") as file:
        lines = list(file)
    keys = [title_key(clean(json.loads(line)["title"])) for line in lines]
    counted.update(keys)
    shared = [line for line, key in zip(lines, keys, strict=True) if counted[key] > 1]
    titles = sum(1 for count in counted.values() if count > 1)
    path = tmp_path / "shared.jsonl"
    path.write_text("".join(shared))
    report = ingest_file(path, now=now)
    print(f"\n{len(shared)} papers share {titles} titles; new {report.counts.new}")
    assert (len(shared), titles) == (278, 129)
    assert (report.counts.new, Paper.objects.count()) == (278, 278)
    assert Identifier.objects.filter(scheme="arxiv", owned=True).count() == 278
