"""Reading a file that can only be understood as a whole, within a limit."""

from __future__ import annotations

from typing import BinaryIO

from broadsheet.ingest.sources.format import BrokenCompression, NotReadable

_CHUNK = 256 * 1024


def whole(stream: BinaryIO, *, limit: int, what: str) -> bytes:
    """All of the content. Raises NotReadable when it is longer than `limit` bytes or its compression is broken."""
    parts: list[bytes] = []
    size = 0
    try:
        while chunk := stream.read(_CHUNK):
            parts.append(chunk)
            size += len(chunk)
            if size > limit:
                raise NotReadable(f"The {what} is longer than {limit:,} bytes, and it is read as a whole; part it.")
    except BrokenCompression as error:
        raise NotReadable(str(error)) from error
    return b"".join(parts)
