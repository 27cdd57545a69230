"""A table: embedding, quantising, opening."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from broadsheet.search.embedder import ModelMissing, load
from broadsheet.search.embedder.making import Made, install
from broadsheet.search.embedder.static import (
    CARD,
    FILES,
    SHIPPED,
    current,
    fingerprint,
    open_table,
    quantise,
    read_card,
    unpack,
)

TEXTS = ["Dark matter halos", "", "a neural network", "?!", "Ωmega 3", "neural"]


def test_a_text_has_a_vector_of_length_one_and_one_without_words_has_zeros() -> None:
    lengths = np.linalg.norm(open_table(SHIPPED).embed(TEXTS), axis=1)
    assert lengths == pytest.approx([1, 0, 1, 0, 1, 1], abs=1e-5)


def test_a_vector_is_the_sum_of_its_tokens_each_by_how_often_it_is_said(made: Made) -> None:
    embedder = made.embedder()
    rows = embedder.vectors_of(made.vocabulary)
    once, thrice = (made.vocabulary.row(word) for word in ("term1x2", "term1x3"))
    expected = rows[once] + (1 + np.log(3)) * rows[thrice]
    [vector] = embedder.embed(["term1x3 term1x2 term1x3 term1x3"])
    assert vector == pytest.approx(expected / np.linalg.norm(expected), abs=1e-5)


def test_no_texts_give_no_rows() -> None:
    embedder = open_table(SHIPPED)
    assert embedder.embed([]).shape == (0, embedder.dimensions)


@given(st.permutations(range(len(TEXTS))))
def test_a_text_has_the_same_vector_whatever_stands_beside_it(order: list[int]) -> None:
    embedder = current(Path("no home"))
    together = embedder.embed([TEXTS[at] for at in order])
    alone = np.concatenate([embedder.embed([TEXTS[at]]) for at in order])
    assert (together == alone).all()


def test_two_that_open_one_table_give_the_same_vectors() -> None:
    one, other = open_table(SHIPPED), open_table(SHIPPED)
    assert (one.embed(TEXTS) == other.embed(TEXTS)).all()
    assert one.stamp == other.stamp


@pytest.mark.parametrize("text", ["\ud800 \udfff", "\x00", "a" * 10**6, "word " * 10**6, "\u202e" * 1000, "نص عربي"])
def test_hostile_text_has_a_vector_of_length_one_or_zeros(text: str) -> None:
    [vector] = open_table(SHIPPED).embed([text])
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5) or not vector.any()


@given(
    arrays.arrays(
        np.float32, st.tuples(st.integers(1, 5), st.sampled_from([2, 8, 14])), elements=st.floats(-1e3, 1e3, width=32)
    )
)
def test_quantising_moves_no_number_by_more_than_half_a_step(vectors: np.ndarray) -> None:
    packed, scales = quantise(vectors)
    assert packed.shape == (len(vectors), vectors.shape[1] // 2)
    assert (np.abs(vectors - unpack(packed) * scales[:, None]) <= scales[:, None] * 0.5001 + 1e-30).all()


def test_a_table_that_was_written_is_read_back(made: Made, table: Path) -> None:
    assert (open_table(table).embed(["term1x2 term1x3"]) == made.embedder().embed(["term1x2 term1x3"])).all()


@pytest.mark.parametrize("name", [*FILES, CARD])
def test_a_cut_file_ends_in_a_sentence(name: str, cut: Callable[[str], Path]) -> None:
    folder = cut(name)
    with pytest.raises(ModelMissing, match=rf"{name} is missing.*broadsheet embedder train"):
        open_table(folder)


@pytest.mark.parametrize("name", [*FILES, CARD])
def test_a_missing_file_ends_in_a_sentence(name: str, table: Path) -> None:
    (table / name).unlink()
    with pytest.raises(ModelMissing, match=f"{name} is missing"):
        open_table(table)


def test_files_that_do_not_fit_together_end_in_a_sentence(table: Path) -> None:
    np.save(table / "scales.npy", np.ones(3, np.float32))
    card = json.loads((table / CARD).read_text())
    card["files"]["scales.npy"] = fingerprint(table / "scales.npy")
    (table / CARD).write_text(json.dumps(card))
    with pytest.raises(ModelMissing, match="do not fit together"):
        open_table(table)


def test_a_table_of_objects_is_never_unpickled(table: Path) -> None:
    np.save(table / "scales.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    card = json.loads((table / CARD).read_text())
    card["files"]["scales.npy"] = fingerprint(table / "scales.npy")
    (table / CARD).write_text(json.dumps(card))
    with pytest.raises(ModelMissing, match="can't be read"):
        open_table(table)


def test_the_table_of_the_home_comes_before_the_shipped_one(made: Made, tmp_path: Path) -> None:
    shipped = current(tmp_path)
    assert shipped.folder == SHIPPED
    folder = install(tmp_path, made, name="own", about={})
    own = current(tmp_path)
    assert own.folder == folder
    assert own.stamp != shipped.stamp
    later = install(tmp_path, made, name="own", about={})
    assert current(tmp_path).folder == later
    assert not folder.exists()
    assert own.embed(["term1x2"]).any()  # who had it open still has it


def test_what_a_killed_install_left_is_not_used(made: Made, tmp_path: Path) -> None:
    (tmp_path / "embedder" / "table-half").mkdir(parents=True)
    assert current(tmp_path).folder == SHIPPED
    install(tmp_path, made, name="own", about={})
    assert not (tmp_path / "embedder" / "table-half").exists()


@pytest.mark.parametrize("said", ["", "../elsewhere", ".hidden", "a/b"])
def test_a_home_that_names_no_table_ends_in_a_sentence(said: str, tmp_path: Path) -> None:
    (tmp_path / "embedder").mkdir()
    (tmp_path / "embedder" / "current").write_text(said)
    with pytest.raises(ModelMissing, match="names no table"):
        current(tmp_path)


def test_the_setting_chooses() -> None:
    with override_settings(EMBEDDER="none"):
        assert load() is None
    with override_settings(EMBEDDER="static"):
        assert load() is load()
    with override_settings(EMBEDDER="word2vec"), pytest.raises(ModelMissing, match="it can be static, none, or"):
        load()


def test_a_model_of_a_library_that_is_not_there_ends_in_a_sentence() -> None:
    with (
        override_settings(EMBEDDER="sentence-transformers:no-such-model"),
        pytest.raises(ModelMissing, match=r"is not installed|can't be opened"),
    ):
        load()


def test_the_card_tells_the_sums_of_the_shipped_files() -> None:
    card = read_card(SHIPPED)
    assert set(card["files"]) == set(FILES)
    for name, said in card["files"].items():
        assert fingerprint(SHIPPED / name) == said


def test_the_shipped_table_is_small() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) <= 12 * 2**20


def test_the_model_card_names_every_file_with_its_sum() -> None:
    card = read_card(SHIPPED)
    text = (SHIPPED / "MODEL_CARD.md").read_text(encoding="utf-8")
    listed = [*card["files"].values(), *card["trained on"], *card["never learnt from"]]
    assert len(listed) >= 6
    assert [one["sha256"] for one in listed if one["sha256"] not in text] == []
    assert card["command"] in text
