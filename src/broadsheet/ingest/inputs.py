"""Opening a file that somebody gives, whatever it is called: its digest, its decompressed content, its format."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import zstandard

from broadsheet.ingest.sources import FORMATS
from broadsheet.ingest.sources.format import HEAD_SIZE, BrokenCompression, Format, NotReadable, not_utf8

__all__ = ["BrokenCompression", "Head", "NotReadable", "OpenInput", "detect", "open_input"]

_GZIP = b"\x1f\x8b"
_ZSTD = (b"\x28\xb5\x2f\xfd", *(bytes([0x50 + n]) + b"\x2a\x4d\x18" for n in range(16)))  # a frame, or a skippable one
_CHUNK = 256 * 1024
# One byte of zstd can stand for 32 kB (measured on zeros), and one call gives all that its input stands for.
_ZSTD_CHUNK = 1024
_ZSTD_WINDOW = 128 * 1024 * 1024  # bytes of memory a frame may ask for; `zstd --ultra` asks for as much
_OTHER_KINDS = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\xfd7zXZ", "an xz file"),
    (b"BZh", "a bzip2 file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
)
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BOM = b"\xef\xbb\xbf"


class Head(bytes):
    """The first `HEAD_SIZE` bytes of a content, or all of it; `broken` says why it is shorter than it should be."""

    broken: str = ""


@dataclass(frozen=True, slots=True)
class OpenInput:
    """An open file. `sha256` (hex) and `size` (bytes) are of the file as it lies there; `head` and `stream` are of its
    decompressed content, and `stream` begins at the beginning. Reading past a break raises BrokenCompression.
    """

    sha256: str
    size: int
    head: Head
    stream: BinaryIO
    position: Callable[[], int]  # bytes of the file read so far, for showing progress


@contextmanager
def open_input(path: Path) -> Iterator[OpenInput]:
    """Open a file: plain, gzip or zstd (several members or frames in a row too), told by its first bytes.

    Nothing is ever held whole in memory. Raises OSError when the file cannot be opened or read.
    """
    with ExitStack() as stack:
        file: BinaryIO = stack.enter_context(path.open("rb"))
        if not file.seekable():  # a pipe: it is read twice, so it is kept
            spool = stack.enter_context(tempfile.TemporaryFile())
            shutil.copyfileobj(file, spool)
            spool.seek(0)
            file = cast(BinaryIO, spool)
        sha256 = hashlib.file_digest(cast(io.BufferedReader, file), "sha256").hexdigest()
        size = file.tell()
        file.seek(0)
        content = _Content(_pieces(file))
        head = content.head()
        yield OpenInput(sha256, size, head, cast(BinaryIO, content), file.tell)


def detect(head: bytes) -> Format:
    """The format of a content by its first `HEAD_SIZE` bytes. Raises NotReadable, which says what it is instead."""
    if not head.removeprefix(_BOM).strip():
        raise NotReadable(getattr(head, "broken", "") or "The file is empty.")
    _refuse_other_kinds(head)
    _refuse_other_encodings(head)
    for known in FORMATS:
        if known.sniff(head):
            return known
    if broken := getattr(head, "broken", ""):
        raise NotReadable(broken)
    raise NotReadable(_what_else(head))


class _Content(io.RawIOBase):
    """The pieces of a content as a stream that gives everything before a break, and raises only then."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._ready = memoryview(b"")
        self._broken: BrokenCompression | None = None

    def readable(self) -> bool:
        return True

    def head(self) -> Head:
        """The first `HEAD_SIZE` bytes, which stay to be read."""
        parts, size = [], 0
        try:
            for piece in self._pieces:
                parts.append(piece)
                size += len(piece)
                if size >= HEAD_SIZE:
                    break
        except BrokenCompression as error:
            self._broken = error
        whole = b"".join(parts)
        self._ready = memoryview(whole)
        head = Head(whole[:HEAD_SIZE])
        head.broken = str(self._broken or "")
        return head

    def readinto(self, buffer: object) -> int:
        target = memoryview(cast(bytearray, buffer)).cast("B")
        if not self._ready:
            if self._broken:
                raise self._broken
            self._ready = memoryview(next(self._pieces, b""))
        count = min(len(target), len(self._ready))
        target[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    """The decompressed content in pieces of bounded size, none of them empty."""
    start = file.read(4)
    file.seek(0)
    if start.startswith(_GZIP):
        return _gzip_pieces(file)
    if start in _ZSTD:
        return _zstd_pieces(file)
    return iter(lambda: file.read(_CHUNK), b"")


def _gzip_pieces(file: BinaryIO) -> Iterator[bytes]:
    # read1, because read would lose what it has gathered when the break comes.
    with gzip.GzipFile(fileobj=file, mode="rb") as members:
        try:
            while piece := members.read1(_CHUNK):
                yield piece
        except EOFError as error:
            raise BrokenCompression(_ends_early("gzip")) from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise BrokenCompression(_damaged("gzip", file)) from error


def _zstd_pieces(file: BinaryIO) -> Iterator[bytes]:
    frame = None
    try:
        while data := file.read(_ZSTD_CHUNK):
            while data:
                if frame is None:
                    frame = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
                if piece := frame.decompress(data):
                    yield piece
                data = frame.unused_data if frame.eof else b""
                frame = None if frame.eof else frame
    except zstandard.ZstdError as error:
        raise BrokenCompression(_damaged("zstd", file)) from error
    if frame is not None:
        raise BrokenCompression(_ends_early("zstd"))


def _ends_early(kind: str) -> str:
    return f"The {kind}-compressed input ends early: it was cut off. Fetch or copy the file again."


def _damaged(kind: str, file: BinaryIO) -> str:
    return f"The {kind}-compressed input is damaged before byte {file.tell():,}. Fetch or copy the file again."


def _refuse_other_kinds(head: bytes) -> None:
    for magic, kind in _OTHER_KINDS:
        if head.startswith(magic):
            raise NotReadable(f"This is {kind}; what is read is {_known()}.")
    if head.startswith(_WIDE_MARKS):
        raise NotReadable(f"Byte 0x{head[0]:02X} at offset 0 begins UTF-16 text; save the file as UTF-8 and try again.")


def _refuse_other_encodings(head: bytes) -> None:
    """Refuse text whose bytes above 0x7F are not UTF-8. Where some are, single damaged lines are left to the parser."""
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        cut = error.reason == "unexpected end of data" and (len(head) >= HEAD_SIZE or bool(getattr(head, "broken", "")))
        if not cut and head.decode("utf-8", "ignore").isascii() and not _is_binary(head):
            raise NotReadable(not_utf8(error)) from error


def _is_binary(head: bytes) -> bool:
    return b"\x00" in head or len(_CONTROL.findall(head)) * 100 > len(head)


def _what_else(head: bytes) -> str:
    """A sentence about a content that is of no known format."""
    if _is_binary(head):
        found = _CONTROL.search(head)
        where = f" (byte 0x{head[found.start()]:02X} at offset {found.start():,})" if found else ""
        return f"The file is binary, not text{where}; what is read is {_known()}."
    text = head.decode("utf-8-sig", "replace").strip()
    if text[:1] in ("{", "["):
        return _what_json(text)
    return f"The text is of no known format; what is read is {_known()}."


def _what_json(text: str) -> str:
    wanted = 'One JSON object with a "title" is wanted on every line.'
    first = text.split("\n", 1)[0]
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        try:
            value = json.loads(first)
        except json.JSONDecodeError as error:
            return f"The file begins like JSON but is not: {error.msg} (line 1, column {error.colno:,}). {wanted}"
        except (ValueError, RecursionError):
            return f"The file begins like JSON but cannot be read as such. {wanted}"
    if isinstance(value, list):
        return f"The file is a JSON array, not a list of papers line by line. {wanted}"
    if isinstance(value, dict) and "title" in value:
        return f"The file is one JSON object spread over several lines. {wanted}"
    return f"The file is JSON, but no paper is in it: no object has a title. {wanted}"


def _known() -> str:
    return " or ".join(f"“{known.label}”" for known in FORMATS)
