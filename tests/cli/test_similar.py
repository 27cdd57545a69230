"""`broadsheet similar`, as its reader runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from django.test import override_settings

TEXTS = {
    "Galaxies in dark matter halos": "We follow the growth of galaxies in halos of dark matter with simulations.",
    "Dark matter halos and the galaxies in them": "Simulated halos of dark matter are filled with galaxies.",
    "Translation with attention alone": "Attention layers translate sentences without any recurrence or convolution.",
    "Spin chains at low temperature": "The magnetisation of spin chains is measured near absolute zero.",
}


@pytest.fixture
def field(tmp_path: Path) -> Path:
    path = tmp_path / "field.jsonl"
    rows = [{"title": title, "abstract": text, "id": f"10.1234/{at}"} for at, (title, text) in enumerate(TEXTS.items())]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.django_db(transaction=True)
def test_it_lists_the_nearest_first_and_never_the_paper_itself(
    run: Callable[..., Result], run_json: Callable[..., Any], field: Path
) -> None:
    assert run("ingest", field).exit_code == 0
    found = run_json("similar", "10.1234/0")
    assert found["id"] == "doi:10.1234/0"
    assert found["notices"] == []
    names = [hit["id"] for hit in found["hits"]]
    assert names[0] == "doi:10.1234/1"
    assert "doi:10.1234/0" not in names
    assert found["hits"][0]["why"]
    assert [hit["id"] for hit in run_json("similar", "10.1234/0", "--limit", "1")["hits"]] == names[:1]
    assert "Dark matter halos and" in run("similar", "https://doi.org/10.1234/0").stdout


def test_an_unknown_paper_ends_in_a_sentence(run: Callable[..., Result]) -> None:
    done = run("similar", "2401.99999")
    assert done.exit_code == 1
    assert "No paper here is known as “2401.99999”." in done.stderr


@pytest.mark.django_db(transaction=True)
def test_an_index_without_vectors_goes_by_the_words_they_share(
    run: Callable[..., Result], run_json: Callable[..., Any], field: Path
) -> None:
    assert run("ingest", field).exit_code == 0
    with override_settings(EMBEDDER="none"):
        assert run("index", "--rebuild").exit_code == 0
        found = run_json("similar", "10.1234/0")
    assert found["notices"] == []
    assert [hit["id"] for hit in found["hits"]][:1] == ["doi:10.1234/1"]
    assert run_json("similar", "10.1234/0")["hits"][0]["id"] == "doi:10.1234/1"


@pytest.mark.django_db(transaction=True)
def test_without_an_index_it_says_what_helps(
    run: Callable[..., Result], run_json: Callable[..., Any], field: Path, index_home: Path
) -> None:
    from broadsheet.search import backends

    assert run("ingest", field).exit_code == 0
    backend = backends.current()
    (backend.path / "CURRENT").unlink()  # type: ignore[attr-defined]  # the embedded one has a folder
    backend.refresh()
    found = run_json("similar", "10.1234/0")
    assert found["hits"] == []
    assert "broadsheet index" in found["notices"][0]
