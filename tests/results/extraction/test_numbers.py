"""Numbers, units, ranges, pairs and lists, as abstracts write them."""

from __future__ import annotations

import pytest

from broadsheet.results.extraction.numbers import numbers
from broadsheet.results.extraction.quantities import Quantity, quantities
from broadsheet.results.extraction.text import ready


def read(text: str) -> list[Quantity]:
    made = ready(text)
    return quantities(made.flat, numbers(made))


@pytest.mark.parametrize(
    ("text", "value", "high", "unit"),
    [
        ("improves the speedup to 2.2-3.6x.", 2.2, 3.6, "x"),
        ("runs 5-40 times faster than it.", 5, 40, "x"),
        ("an additional 10sim100times speed-up.", 10, 100, "x"),
        ("a 1.18times-1.22times gain.", 1.18, 1.22, "x"),
        ("being 10x ~ 50x faster", 10, 50, "x"),
        ("speedups of 1.28$\\times$--$1.63\\times$.", 1.28, 1.63, "x"),
        (r"up to 2.4\times speedup", 2.4, None, "x"),
        ("4.3{times} faster", 4.3, None, "x"),
        ("a 5× speedup", 5, None, "x"),
        ("4 times faster", 4, None, "x"),
        ("a 2.5-fold reduction", 2.5, None, "x"),
        ("a ten-fold reduction", 10, None, "x"),
        ("a threefold gain", 3, None, "x"),
        ("twice as fast as before", 2, None, "x"),
        ("doubles the throughput", 2, None, "x"),
        ("triples the context engagement", 3, None, "x"),
        ("by an order of magnitude", 10, None, "x"),
        ("by two orders of magnitude", 100, None, "x"),
        ("an order-of-magnitude reduction", 10, None, "x"),
        ("halves the memory", 50, None, "%"),
        ("using half of the parameters", 50, None, "%"),
        (r"with 62\% GFLOPs", 62, None, "%"),
        ("ranging from 50\\% to 70\\% fewer tokens", 50, 70, "%"),
        ("by 16 percent", 16, None, "%"),
        ("by 3.5 percentage points", 3.5, None, "points"),
        ("gains of 1.4pp to 3.5pp", 1.4, 3.5, "points"),
        ("between 3 and 5 points", 3, 5, "points"),
        ("in 16.2ms", 16.2, None, "ms"),
        ("in only ten seconds", 10, None, "s"),
        ("in under 24 hours", 24, None, "hours"),
        ("12 GPU-hours", 12, None, "GPU hours"),
        ("8.19 GB VRAM", 8.19, None, "GB"),
        (r"requires \textless2MB of storage", 2, None, "MB"),
        ("at 11.68 tokens per second", 11.68, None, "tokens/s"),
        ("reaches 16 FPS on it", 16, None, "FPS"),
        ("a 9.93 dB PSNR gain", 9.93, None, "dB"),
        ("exceeding 20,000 words", 20_000, None, "words"),
        ("2.7B parameters", 2.7, None, "B parameters"),
        ("skips 1.7 layers out of 16 layers", 1.7, None, "of 16"),
        ("solves all of it (12 / 12)", 12, None, "of 12"),
        ("17 of the 20", 17, None, "of 20"),
        ("for only $65", 65, None, "$"),
        ("as few as seven padding tokens", 7, None, "padding tokens"),
    ],
)
def test_it_reads_a_number_with_its_unit(text: str, value: float, high: float | None, unit: str) -> None:
    [one] = [one for one in read(text) if one.kind != "bare"]
    assert (one.value, one.value_high, one.unit) == (value, high, unit)


@pytest.mark.parametrize(
    ("text", "ends", "high"),
    [
        ("success improves from 46.0% to 57.3%", (46.0, 57.3), 57.3),
        ("waste falls from 55% to just 2.2%", (55.0, 2.2), 55.0),
        ("FID increase from 4.19 to 9.96", (4.19, 9.96), 9.96),
        ("reduces generation from 256 steps to 1", (256.0, 1.0), 256.0),
    ],
)
def test_a_pair_keeps_its_ends_in_their_order(text: str, ends: tuple[float, float], high: float) -> None:
    [one] = read(text)
    assert one.pair
    assert (one.first, one.last) == ends
    assert one.value_high == high


@pytest.mark.parametrize(
    ("text", "values", "unit"),
    [
        ("3x, 2.4x and 1.6x over A, B and C", [3, 2.4, 1.6], "x"),
        ("improved by 68%, 16% and 7%, respectively", [68, 16, 7], "%"),
        ("speedups of 45x and 6150x", [45, 6150], "x"),
        ("FID scores of 1.91/2.43", [1.91, 2.43], ""),
        ("by +4.4 and +6.0 points", [4.4, 6.0], "points"),
        ("4.31times and 4.15times faster", [4.31, 4.15], "x"),
    ],
)
def test_a_list_gives_each_its_own_and_the_last_unit_to_all(text: str, values: list[float], unit: str) -> None:
    read_out = read(text)
    assert [one.value for one in read_out] == values
    assert {one.unit for one in read_out} == {unit}
    assert [one.place for one in read_out] == list(range(len(values)))
    assert {one.group for one in read_out} == {0}


@pytest.mark.parametrize(
    "text",
    [
        "on GPT-4-1106 and MATH-500",
        "images of 256x256 and 64times64 pixels",
        "in O(n^2) time",
        "with 3D scenes",
        "as in [23]",
        "we do this: (1) first, (2) second",
        "since 2019",
        "orders of magnitude faster",
        "we trained on 8x H100",
        "it doubles as a solver",
        "question-answer triples",
        "the first two authors",
    ],
)
def test_no_number_is_read_where_none_is_meant(text: str) -> None:
    assert read(text) == []
