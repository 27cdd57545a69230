"""Records as they are stored."""

from __future__ import annotations

import hashlib
import json
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import broadsheet.catalog
from broadsheet.catalog.packing import pack, unpack
from broadsheet.catalog.records import SourceRecord

RECORD = SourceRecord("jsonl", "1", "Über Strahlen 𝔸", "It is shown.\n" * 40, authors=("Ada Lovelace",))


def test_a_record_comes_back_as_it_was() -> None:
    assert unpack(pack(RECORD.canonical())) == RECORD.payload()
    assert unpack(memoryview(pack(RECORD.canonical()))) == RECORD.payload()


def test_what_was_packed_by_zlib_before_is_read() -> None:
    assert unpack(zlib.compress(RECORD.canonical())) == RECORD.payload()


def test_the_dictionary_that_records_were_packed_with_never_changes() -> None:
    stored = Path(broadsheet.catalog.__file__).with_name("records-1.zdict").read_bytes()
    assert hashlib.sha256(stored).hexdigest() == "12c338a8f855ebd6dd25a1dab2207f032f08f2652fbefc116abeffa028feeed7"


def test_threads_pack_and_unpack_side_by_side() -> None:
    texts = [json.dumps({"title": f"Paper {n}", "abstract": "word " * n}).encode() for n in range(300)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: unpack(pack(text)), texts)) == [json.loads(text) for text in texts]
