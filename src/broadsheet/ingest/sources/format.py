"""What a file format is to the pipeline, and how its parser says that it cannot read something."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Protocol

from broadsheet.catalog.records import Item, SourceRecord, Unreadable

HEAD_SIZE = 64 * 1024  # bytes: what formats are told by, and what is kept of an unreadable piece

# A reading whose file does not say when it was read bears this moment. The pipeline puts in its place the moment at
# which that content was first taken in, and keeps it: the same file never makes a second reading.
WHEN_TAKEN_IN = dt.datetime.min.replace(tzinfo=dt.UTC)


def read_at(record: SourceRecord, at: dt.datetime) -> SourceRecord:
    """The record with `at` as the moment of those of its readings that bear none."""
    listed = record.listed
    if listed and listed.observed_at == WHEN_TAKEN_IN:
        listed = replace(listed, observed_at=at)
    if listed is record.listed and not any(one.at == WHEN_TAKEN_IN for one in record.observed):
        return record
    observed = tuple(replace(one, at=at) if one.at == WHEN_TAKEN_IN else one for one in record.observed)
    return replace(record, listed=listed, observed=observed)


class NotReadable(ValueError):
    """The input holds nothing that can be read. The message is one sentence or two for the person who gave it."""


class BrokenCompression(ValueError):
    """The compressed input cannot be read further; all before has been delivered. The message is a sentence."""


class Parse(Protocol):
    """A parser: pure, lazy, in bounded memory. `key` is the SHA-256 (hex) of the file, for ids made from it.

    Raises NotReadable before its first item when nothing can be read; a piece that cannot be read is an Unreadable.
    """

    def __call__(self, stream: BinaryIO, *, key: str) -> Iterator[Item]: ...


@dataclass(frozen=True, slots=True)
class Format:
    """A file format. `sniff` looks at the first `HEAD_SIZE` bytes of the decompressed content and never at the name.

    `name` is the slug, mostly also that of the source; `label` and `help` are for people. `sniff` may raise NotReadable
    when the content is surely of this format and surely holds no paper.
    """

    name: str
    label: str
    help: str
    sniff: Callable[[bytes], bool]
    parse: Parse


def unreadable(data: bytes, *, offset: int, reason: str) -> Unreadable:
    """The piece `data`, found at `offset`, with its digest and its first 64 KiB."""
    return Unreadable(
        offset=offset, length=len(data), sha256=hashlib.sha256(data).digest(), head=data[:HEAD_SIZE], reason=reason
    )


def not_utf8(error: UnicodeDecodeError, *, offset: int = 0) -> str:
    """The sentence about a byte that is not UTF-8; `offset` is where the decoded piece begins."""
    byte = error.object[error.start]
    return f"Byte 0x{byte:02X} at offset {offset + error.start:,} is not UTF-8; save the file as UTF-8 and try again."
