"""Pages of "Daily Papers by AK and the research community", saved as text: the answer to a search on one day.

After a header that ends in the day ("Mar 17"), titles and abstracts stand in turn, parted by blank lines. The second
layout puts a third block behind most papers: `• N authors`, `·` and `Mon D, YYYY`, the last perhaps followed by the
number of comments. The line "Daily Papers" says nothing about the layout; the presence of third blocks does. Titles are
never told from abstracts by how they look. Where a page is damaged:

- Between two third blocks (or the header and the first) stands an even number of blocks: title and abstract of the
  papers without a third block, then of the one with it. An odd number cannot be parted honestly: the stretch is one
  Unreadable, and the next third block puts the reading in step again.
- Behind the last third block (in the first layout: behind the header) an odd block at the end is a title whose abstract
  was cut off: one Unreadable. An abstract cut off in its middle cannot be told from a whole one and is taken as it is.
- A third block that is cut off after the authors gives their number and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from broadsheet.catalog.records import DatedPage, Item, Listed, SourceRecord
from broadsheet.ingest.sources.format import BrokenCompression, Format, NotReadable, not_utf8, unreadable
from broadsheet.ingest.sources.saved_page.blocks import Block, Page, Third, has_header, read_blocks
from broadsheet.lib.time import PartialDate

SOURCE = "saved-page"
MAX_PAGE = 16 * 1024 * 1024  # bytes; a page of 100 papers has 170 kB
_NO_PAPERS = "This is a saved page of daily papers, but below its header there are no papers."


def sniff(head: bytes) -> bool:
    """Whether `head` begins with the header of a saved page. Raises NotReadable when nothing stands below it."""
    if not has_header(head):
        return False
    page = read_blocks(head)
    if page is not None and not page.blocks:
        raise NotReadable(_NO_PAPERS)
    return True


def parse(stream: BinaryIO, *, key: str) -> Iterator[Item]:
    """The page and its papers in order; `key` is the SHA-256 (hex) of the file and names the page.

    Raises NotReadable for a page that is not UTF-8, is over 16 MiB or holds no paper.
    """
    data, broken = _read(stream)
    whole = data
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":
            raise NotReadable(not_utf8(error)) from error
        data = data[: error.start]
        broken = broken or "The page ends in the middle of a character: it was cut off."
    page = read_blocks(data)
    if page is None or not page.blocks:
        raise NotReadable(_NO_PAPERS)
    days = [block.third.date for block in page.blocks if block.third and block.third.date]
    yield DatedPage(
        source=SOURCE, page_key=key, month=page.month, day=page.day, year=page.year, newest=max(days, default=None)
    )
    yield from _papers(page, data, key)
    if broken:
        yield unreadable(whole[len(data) :], offset=len(data), reason=broken)


FORMAT = Format(
    name=SOURCE,
    label="Saved page",
    help='A page of "Daily Papers by AK and the research community", saved as text.',
    sniff=sniff,
    parse=parse,
)


def _read(stream: BinaryIO) -> tuple[bytes, str]:
    """The whole page, and why it ends early if its compression is broken."""
    parts, size = [], 0
    try:
        while chunk := stream.read(1 << 16):
            parts.append(chunk)
            size += len(chunk)
            if size > MAX_PAGE:
                raise NotReadable(
                    f"The page is longer than {MAX_PAGE:,} bytes, which no saved page of daily papers is."
                )
    except BrokenCompression as error:
        return b"".join(parts), str(error)
    return b"".join(parts), ""


def _papers(page: Page, data: bytes, key: str) -> Iterator[Item]:
    position = 1
    stretch: list[Block] = []
    for block in page.blocks:
        if block.third is None:
            stretch.append(block)
            continue
        yield from _stretch(stretch, block.third, data, key, position)
        position += max(1, (len(stretch) + 1) // 2)
        stretch = []
    yield from _stretch(stretch, None, data, key, position)


def _stretch(blocks: list[Block], third: Third | None, data: bytes, key: str, position: int) -> Iterator[Item]:
    """The papers of the blocks up to a third block, or up to the end of the page (`third` None)."""
    odd = len(blocks) % 2 == 1
    if third and (odd or not blocks):
        start = blocks[0].start if blocks else third.start
        reason = (
            f"{len(blocks)} blocks of text stand before an author count where title and abstract should alternate, "
            "so they can't be told apart."
        )
        yield unreadable(data[start : third.end], offset=start, reason=reason)
        return
    pairs = list(zip(blocks[::2], blocks[1::2], strict=False))
    for at, (title, abstract) in enumerate(pairs):
        last = third if at == len(pairs) - 1 else None
        yield _paper(title, abstract, last, key, position + at)
    if odd:
        cut = blocks[-1]
        reason = "The page ends after a title, before its abstract."
        yield unreadable(data[cut.start : cut.end], offset=cut.start, reason=reason)


def _paper(title: Block, abstract: Block, third: Third | None, key: str, position: int) -> SourceRecord:
    return SourceRecord(
        source=SOURCE,
        external_id=f"{key[:16]}#{position}",
        title=title.text,
        abstract=abstract.text,
        author_count=third.authors if third else None,
        date=PartialDate(third.date) if third and third.date else None,
        listed=Listed(page_key=key, position=position, comments=third.comments if third else None),
    )
