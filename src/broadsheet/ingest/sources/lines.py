"""Reading formats of one record a line: bounded memory, exact places, and everything before a break."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from broadsheet.catalog.records import Unreadable
from broadsheet.ingest.sources.format import HEAD_SIZE, BrokenCompression

MAX_LINE = 16 * 1024 * 1024  # bytes; papers with thousands of authors take less than one
_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its newline. `offset` counts bytes from the start of the decompressed input.

    `ended` is False for a last line without a newline, which may have been cut off.
    """

    offset: int
    data: bytes
    ended: bool


def read_lines(stream: BinaryIO, *, max_line: int = MAX_LINE) -> Iterator[Line | Unreadable]:
    """The lines of `stream`; one over `max_line` bytes, and what a broken compression cut off, as Unreadable."""
    gathered = _Gathered(0)
    broken = ""
    while True:
        try:
            chunk = stream.read(_CHUNK)
        except BrokenCompression as error:
            broken = str(error)
            break
        if not chunk:
            break
        *complete, rest = chunk.split(b"\n")
        for piece in complete:
            gathered.add(piece, max_line)
            yield gathered.line(max_line, ended=True)
            gathered = _Gathered(gathered.offset + gathered.length + 1)
        if rest:
            gathered.add(rest, max_line)
    if broken:
        yield gathered.unreadable(broken)
    elif gathered.length:
        yield gathered.line(max_line, ended=False)


class _Gathered:
    """What has been read of the line at `offset`; past the limit only its head, length and digest are kept."""

    def __init__(self, offset: int) -> None:
        self.offset, self.length = offset, 0
        self._parts: list[bytes] = []
        self._over = False
        self._sha = hashlib.sha256()

    def add(self, piece: bytes, max_line: int) -> None:
        self.length += len(piece)
        if not self._over:
            self._parts.append(piece)
            if self.length <= max_line:
                return
            self._over = True
            whole = b"".join(self._parts)
            self._sha.update(whole)
            self._parts = [whole[:HEAD_SIZE]]
        else:
            self._sha.update(piece)

    def line(self, max_line: int, *, ended: bool) -> Line | Unreadable:
        if not self._over:
            return Line(self.offset, b"".join(self._parts), ended)
        return self.unreadable(
            f"The line is {self.length:,} bytes long; the longest that is read has {max_line:,}. "
            "A paper is one line: check that the file's lines end in newlines."
        )

    def unreadable(self, reason: str) -> Unreadable:
        data = b"".join(self._parts)
        if not self._over:
            self._sha.update(data)
        return Unreadable(self.offset, self.length, self._sha.digest(), data[:HEAD_SIZE], reason)
