"""What is claimed, of what, how and in which direction; what is not."""

from __future__ import annotations

import pytest

from broadsheet.results.extraction import Claim, extract

INTRO = "Models are slow and large. In this paper, we propose Swiftly, a novel method for fast inference. "


def claims(sentence: str) -> list[Claim]:
    return list(extract("Swiftly: Fast Inference for All", INTRO + sentence).claims)


@pytest.mark.parametrize(
    ("sentence", "value", "unit", "metric", "direction", "bound"),
    [
        ("Swiftly reduces inference latency by 2.1x.", 2.1, "x", "inference latency", "lower", None),
        ("Swiftly improves throughput by up to 32x over vLLM.", 32, "x", "throughput", "higher", "up to"),
        ("Swiftly achieves 83.6% top-1 accuracy on ImageNet.", 83.6, "%", "top-1 accuracy", "higher", None),
        ("We achieve a 73% memory footprint reduction.", 73, "%", "memory footprint", "lower", None),
        ("It costs only a 0.33% performance drop.", 0.33, "%", "performance drop", "lower", None),
        ("Swiftly reaches an FID of 1.74 on CIFAR-10.", 1.74, "FID", "FID", "lower", None),
        ("Swiftly runs over 4 times faster than the baseline.", 4, "x", "speedup", "higher", "at least"),
        ("Swiftly outperforms prior methods by 9.5% on average.", 9.5, "%", "performance", "higher", "average"),
        ("Swiftly attains approximately 2x speedup.", 2, "x", "speedup", "higher", "about"),
        ("Swiftly uses 5.2x fewer FLOPs than DeiT.", 5.2, "x", "FLOPs", "lower", None),
        ("Swiftly saves 90% GPU memory.", 90, "%", "GPU memory", "lower", None),
        ("Memory consumption can be reduced by more than 10x.", 10, "x", "Memory consumption", "lower", "at least"),
    ],
)
def test_it_reads_a_claim(
    sentence: str, value: float, unit: str, metric: str, direction: str, bound: str | None
) -> None:
    [claim] = claims(sentence)
    read = (claim.value, claim.unit, claim.metric, claim.direction, claim.bound)
    assert read == (value, unit, metric, direction, bound)


@pytest.mark.parametrize(
    ("sentence", "form"),
    [
        ("Swiftly achieves a 69.4% success rate.", "level"),
        ("Swiftly improves accuracy by 3.2 points.", "change"),
        ("Swiftly is 2.3x faster.", "ratio"),
        ("Swiftly improves accuracy from 82.1% to 85.3%.", "level"),
        ("Swiftly gives a 36% higher throughput.", "change"),
    ],
)
def test_a_claim_has_a_form(sentence: str, form: str) -> None:
    assert [claim.form for claim in claims(sentence)] == [form]


def test_a_pair_is_one_claim_with_both_ends() -> None:
    [claim] = claims("Swiftly improves accuracy from 82.1% to 85.3% on GSM8K.")
    assert (claim.value, claim.value_high, claim.from_value, claim.to_value) == (82.1, 85.3, 82.1, 85.3)


def test_a_list_gives_each_claim_its_own_baseline_and_the_bound_of_the_first() -> None:
    made = claims("Swiftly achieves up to 3x, 2.4x and 1.6x speedup over Alpha, Beta and Gamma, respectively.")
    assert [(claim.value, claim.baseline, claim.bound) for claim in made] == [
        (3, "Alpha", "up to"),
        (2.4, "Beta", "up to"),
        (1.6, "Gamma", "up to"),
    ]


def test_the_median_and_the_maximum_keep_apart() -> None:
    made = claims("Our kernels have median and maximum speedups of 45x and 6150x.")
    assert [(claim.value, claim.bound) for claim in made] == [(45, "average"), (6150, "up to")]


@pytest.mark.parametrize(
    "sentence",
    [
        "We train on 1.4T tokens with 32 GPUs.",
        "The benchmark covers 1,319 tasks across 12 domains.",
        "Our analysis spans models from 0.6B to 32B parameters.",
        "We use a batch size of 64 and a learning rate of 0.001.",
        "The algorithm needs O(n^2) time.",
        "It is orders of magnitude faster.",
        "See Section 3 and Table 2.",
    ],
)
def test_the_setting_is_no_claim(sentence: str) -> None:
    assert claims(sentence) == []


def test_others_numbers_in_the_introduction_are_no_claims() -> None:
    text = "Existing caches need 30 minutes for a prompt and waste 80% of the memory. We propose Swiftly, a cache."
    assert extract("Swiftly", text).claims == ()


@pytest.mark.parametrize(
    "text",
    [
        "We propose X, which uses only 62\\% GFLOPs and is 2.4$\\times$ faster.",
        "We propose X.\nIt improves accuracy\nby 3.2\\%, \\textbf{up to} 4.1{times} at ~9% cost.",
        "We show “10–20%” gains over A’s 5×.",
    ],
)
def test_a_quote_is_a_piece_of_the_abstract_as_given(text: str) -> None:
    made = extract("X: A Method", text).claims
    assert made
    for claim in made:
        assert text[claim.start : claim.end] == claim.quote
        assert claim.quote == claim.quote.strip()
