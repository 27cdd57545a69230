"""Names, metrics and baselines are the same when people mean the same."""

from __future__ import annotations

import pytest

from broadsheet.results.keys import metric_key, name_key, names_in, paired


@pytest.mark.parametrize("name", ["FlashAttention", "Flash-Attention", "flash attention", "Flash_Attention"])
def test_it_joins_one_name_written_in_several_ways(name: str) -> None:
    assert name_key(name) == "flashattention"


def test_it_keeps_subscripts_and_pluses_apart() -> None:
    assert name_key("H_2O") == name_key("H$_2$O") == "h2o"
    assert name_key("CoCoA") != name_key("CoCoA+")
    assert name_key("A*") != name_key("A")
    assert name_key("…") == name_key("") == ""


@pytest.mark.parametrize("metric", ["speedup", "the speed-up", "speed ups", "acceleration", "average speedup"])
def test_it_joins_one_metric_written_in_several_ways(metric: str) -> None:
    assert metric_key(metric) == "speedup"


def test_it_keeps_different_metrics_apart() -> None:
    assert metric_key("top-1 accuracy") == "top-1-accuracy" != metric_key("accuracy")
    assert metric_key("success rates") == "success-rate"
    assert metric_key("accuracy loss") == "accuracy-loss"
    assert metric_key("") == metric_key("—") == ""


@pytest.mark.parametrize(
    ("baseline", "keys"),
    [
        ("state-of-the-art systems like vLLM", {"vllm"}),
        ("SGLang and vLLM", {"sglang", "vllm"}),
        ("Ring Attention", {"ringattention", "ring"}),
        ("the baseline", set()),
        ("", set()),
    ],
)
def test_it_finds_what_may_be_a_system_in_a_baseline(baseline: str, keys: set[str]) -> None:
    assert keys <= set(names_in(baseline))
    assert bool(keys) == bool(names_in(baseline))


def test_it_pairs_a_name_with_its_long_form() -> None:
    assert paired(("Efficient Tree Search", "ETS")) == [("ETS", "Efficient Tree Search")]
    assert paired(("MoA", "Mixture of Attention", "Other")) == [("MoA", "Mixture of Attention"), ("Other", "")]
    assert paired(("ETS", "Energetic Walks")) == [("ETS", ""), ("Energetic Walks", "")]
