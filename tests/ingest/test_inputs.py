"""Opening files: compression, digests, and one clear sentence for everything that can't be read."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import threading
import tracemalloc
from pathlib import Path

import pytest
import zstandard

from broadsheet.catalog.records import SourceRecord, Unreadable
from broadsheet.ingest.inputs import NotReadable, detect, open_input
from broadsheet.ingest.sources import FORMATS
from broadsheet.ingest.sources.format import HEAD_SIZE, BrokenCompression

LINES = b"".join(
    json.dumps({"title": f"Paper {n}", "abstract": os.urandom(60).hex()}).encode() + b"\n" for n in range(3000)
)


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


def write(tmp_path: Path, data: bytes, name: str = "file.pdf") -> Path:
    path = tmp_path / name  # a name that says nothing true about the content
    path.write_bytes(data)
    return path


def refusal(tmp_path: Path, data: bytes) -> str:
    with open_input(write(tmp_path, data)) as source, pytest.raises(NotReadable) as caught:
        detect(source.head)
    return str(caught.value)


@pytest.mark.parametrize(
    "packed",
    [
        LINES,
        gzip.compress(LINES),
        gzip.compress(LINES[:999]) + gzip.compress(LINES[999:]),
        zstd(LINES),
        zstd(LINES[:999]) + zstd(b"") + zstd(LINES[999:]),
        b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc" + zstd(LINES),
    ],
    ids=["plain", "gzip", "two gzip members", "zstd", "three zstd frames", "skippable zstd frame"],
)
def test_it_opens_a_file_by_its_first_bytes(tmp_path: Path, packed: bytes) -> None:
    with open_input(write(tmp_path, packed)) as source:
        assert source.sha256 == hashlib.sha256(packed).hexdigest()
        assert source.size == len(packed)
        assert source.head == LINES[:HEAD_SIZE]
        assert detect(source.head).name == "jsonl"
        assert b"".join(iter(lambda: source.stream.read(1000), b"")) == LINES
        assert source.position() == len(packed)


@pytest.mark.parametrize("cut", [0.3, 0.5, 0.95])
@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_a_cut_off_file_gives_its_good_lines_and_one_piece(tmp_path: Path, kind: str, cut: float) -> None:
    packed = gzip.compress(LINES) if kind == "gzip" else zstd(LINES)
    with open_input(write(tmp_path, packed[: int(len(packed) * cut)])) as source:
        items = list(detect(source.head).parse(source.stream, key=source.sha256))
    *good, last = items
    assert len(good) > 100
    assert [item.title for item in good if isinstance(item, SourceRecord)] == [f"Paper {n}" for n in range(len(good))]
    assert isinstance(last, Unreadable)
    assert f"{kind}-compressed input ends early" in last.reason
    assert LINES[last.offset : last.offset + last.length] == last.head


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_a_damaged_file_gives_what_came_before(tmp_path: Path, kind: str) -> None:
    packed = bytearray(gzip.compress(LINES) if kind == "gzip" else zstd(LINES))
    packed[len(packed) // 2 :] = os.urandom(len(packed) - len(packed) // 2)
    with open_input(write(tmp_path, bytes(packed))) as source:
        items = list(detect(source.head).parse(source.stream, key=source.sha256))
    assert any(isinstance(item, SourceRecord) for item in items)
    assert isinstance(items[-1], Unreadable)
    assert kind in items[-1].reason


@pytest.mark.parametrize("tail", [b"garbage behind the end", zstd(LINES)[:20]])
def test_what_stands_behind_a_whole_frame_is_told(tmp_path: Path, tail: bytes) -> None:
    with open_input(write(tmp_path, zstd(LINES) + tail)) as source:
        items = list(detect(source.head).parse(source.stream, key=source.sha256))
    assert sum(isinstance(item, SourceRecord) for item in items) == 3000
    assert isinstance(items[-1], Unreadable)


@pytest.mark.parametrize("packed", [gzip.compress(LINES)[:12], zstd(LINES)[:10]])
def test_a_compressed_file_of_which_nothing_is_left_says_so(tmp_path: Path, packed: bytes) -> None:
    assert "compressed input ends early" in refusal(tmp_path, packed)


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_a_bomb_is_only_ever_streamed(tmp_path: Path, kind: str) -> None:
    zeros = b"\0" * (1 << 26)
    one_piece = gzip.compress(zeros, 6) if kind == "gzip" else zstd(zeros)
    path = write(tmp_path, b'{"title": "T"}\n'[:0] + one_piece * 8)
    tracemalloc.start()
    with open_input(path) as source:
        total = sum(len(piece) for piece in iter(lambda: source.stream.read(1 << 16), b""))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == 8 << 26
    assert peak < 3 * (1 << 26)


def test_a_frame_that_wants_too_much_memory_is_refused(tmp_path: Path) -> None:
    params = zstandard.ZstdCompressionParameters(window_log=29, enable_ldm=True)
    compressor = zstandard.ZstdCompressor(compression_params=params)
    # Without its content size the frame must state its window.
    packed = compressor.compressobj()
    assert "zstd" in refusal(tmp_path, packed.compress(LINES) + packed.flush())


def test_a_pipe_is_read_as_well(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(LINES,))
    writer.start()
    with open_input(pipe) as source:
        assert source.stream.read(10) == LINES[:10]
        assert source.size == len(LINES)
    writer.join()


def test_reading_past_a_break_raises_again_and_again(tmp_path: Path) -> None:
    with open_input(write(tmp_path, gzip.compress(b"x" * 100)[:-4])) as source:
        assert source.stream.read(1000) == b"x" * 100
        for _ in range(2):
            with pytest.raises(BrokenCompression):
                source.stream.read(1)


def test_a_missing_file_is_the_callers_to_explain(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), open_input(tmp_path / "nothing"):
        pass


PAGE = "new\n\nSubscribe\n\nbyAK and the research community\n\nMar 17\n\n"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \n", "is empty"),
        (gzip.compress(b""), "is empty"),
        (os.urandom(20) + b"\x00\x01\xff" * 3000, "binary"),
        (b"\x00" * 5000, "binary, not text (byte 0x00 at offset 0)"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"PK\x03\x04 ...", "a ZIP archive"),
        (b"\xfd7zXZ\x00...", "an xz file"),
        (b"[1,2", "begins like JSON but is not"),
        (b"[1,2]", "JSON array"),
        (b'[{"title": "T"}]', "JSON array"),
        (b'{"title": "half', "begins like JSON but is not"),
        (b'{"a": 1}\n{"a": 2}\n', "no object has a title"),
        (b'{\n "title": "T"\n}', "spread over several lines"),
        (b"[" * 1000, "begins like JSON but"),
        (b"title,abstract\nT,A\n", "no known format"),
        ('{"title": "naïve"}\n'.encode("latin-1"), "Byte 0xEF at offset 13 is not UTF-8"),
        ((PAGE + "T\n\nnaïve").encode("latin-1"), "Byte 0xEF at offset"),
        ('{"title": "T"}'.encode("utf-16"), "UTF-16"),
        ('{"title": "T"}'.encode("utf-16-le"), "binary"),
        (PAGE.encode(), "below its header there are no papers"),
    ],
)
def test_what_cannot_be_read_gets_one_clear_sentence(tmp_path: Path, data: bytes, said: str) -> None:
    sentence = refusal(tmp_path, data)
    assert said in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert refusal(tmp_path, zstd(data) if data[:2] != b"\x1f\x8b" else data) == sentence


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ((PAGE + "T\n\nA").encode(), "saved-page"),
        (b"\xef\xbb\xbf" + (PAGE + "T\n\nA").encode(), "saved-page"),
        (b'{"title": "T"}', "jsonl"),
        (b'\xef\xbb\xbf{"title": "T"}', "jsonl"),
        (b'{"title": "T"}\n\x00\x00\x00\n', "jsonl"),
        ('{"title": "naïve"}\n'.encode() + b'{"title": "na\xefve"}\n', "jsonl"),
        (b'{"title": "' + "ä".encode() * HEAD_SIZE, "jsonl"),
        (b'{"title": "x' + "ä".encode() * HEAD_SIZE, "jsonl"),
        (b'{"title": "' + b"x" * HEAD_SIZE, "jsonl"),
    ],
)
def test_a_format_is_told_by_looking(data: bytes, name: str) -> None:
    assert detect(data[:HEAD_SIZE]).name == name


def test_every_capture_is_a_saved_page(captures: list[Path]) -> None:
    assert {detect(path.read_bytes()[:HEAD_SIZE]).name for path in captures} == {"saved-page"}


def test_every_format_explains_itself() -> None:
    assert len({known.name for known in FORMATS}) == len(FORMATS)
    for known in FORMATS:
        assert known.label
        assert known.help.endswith(".")
        assert not known.sniff(b"")
