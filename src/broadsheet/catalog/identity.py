"""Which records are one paper: DESIGN.md, "Identity", rules 1 to 4.

`decide` is a pure function of a *set* of records. Nothing in it depends on the order they came in, on what was
decided before,
or on the clock, so the same catalog comes out whatever went in first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.functional import cached_property

from broadsheet.lib.ids import Identifier
from broadsheet.lib.text import jaccard, shingles

AGREE = 0.5  # Jaccard of 5-word shingles from which two abstracts are the same text (rule 2)
TITLE_ALONE_WORDS = 4  # a title shorter than this never joins by itself (rule 2)

Key = tuple[str, str, bytes]  # source, external id, digest: names a record for ever


@dataclass(frozen=True)
class Facts:
    """What identity looks at in one record. `digest` is its tie-breaker."""

    key: Key
    digest: bytes
    identifiers: tuple[Identifier, ...]
    title_key: str
    abstract: str
    first_author: str  # family name, case-folded; "" when unknown
    year: int | None
    # The owner's word about this record: what it is one paper with, and what it is not.
    same: frozenset[Key] = frozenset()
    apart: frozenset[Key] = frozenset()

    @cached_property
    def shingled(self) -> frozenset[str]:
        return frozenset(shingles(self.abstract))

    @cached_property
    def arxiv(self) -> Identifier | None:
        """The record's arXiv id: the first it gives, because one record describes one paper (rule 3)."""
        return next((i for i in self.identifiers if i.scheme == "arxiv"), None)


@dataclass
class Block:
    """The records of one paper, the identifiers that lead to it, and those it claims although they lead elsewhere."""

    records: list[Facts]
    owned: set[Identifier] = field(default_factory=set)
    claimed: set[Identifier] = field(default_factory=set)

    def sort_key(self) -> tuple[bool, str, bytes]:
        """Smallest identifier first, papers without any last, then by digest."""
        return (not self.owned, min(map(str, self.owned), default=""), min(r.digest for r in self.records))


def decide(records: Iterable[Facts]) -> list[Block]:
    """Part records into papers. Give it whole components: all records that share an identifier or a title key,
    transitively.
    """
    ordered = sorted(records, key=lambda r: r.digest)
    if len(ordered) == 1 and sum(name.scheme == "arxiv" for name in ordered[0].identifiers) < 2:
        return [Block(ordered, set(ordered[0].identifiers))]  # nearly every record is alone, and owns what it says
    blocks = _by_identifier([r for r in ordered if r.identifiers])
    nameless: dict[str, list[Facts]] = defaultdict(list)
    for record in ordered:
        if not record.identifiers:
            nameless[record.title_key].append(record)
    by_title: dict[str, list[Block]] = defaultdict(list)
    for block in blocks:
        for title in {r.title_key for r in block.records}:
            by_title[title].append(block)
    for title, group in sorted(nameless.items()):
        blocks.extend(_place_nameless(title, group, by_title[title]))
    blocks = [part for block in sorted(blocks, key=Block.sort_key) for part in part_as_ruled(block)]
    return sorted(join_as_ruled(blocks), key=Block.sort_key)


def components(records: Sequence[Facts]) -> list[list[Facts]]:
    """Part records by shared identifier or title key, transitively: what `decide` has to see together."""
    sets = _Union(len(records))
    seen: dict[Hashable, int] = {}
    for index, record in enumerate(records):
        for name in (*record.identifiers, record.title_key):
            sets.join(seen.setdefault(name, index), index)
    places = {record.key: index for index, record in enumerate(records)}
    for index, record in enumerate(records):
        for other in record.same & places.keys():
            sets.join(index, places[other])
    return [[records[i] for i in group] for group in sets.groups()]


def why_one(one: Sequence[Facts], other: Sequence[Facts]) -> str:
    """Why two heaps of records are one paper, in words for the person who wonders; the strongest reason that holds."""
    if any(s.key in r.same for r in one for s in other):
        return "The owner said they are one paper."
    shared = sorted({i for r in one for i in r.identifiers} & {i for r in other for i in r.identifiers})
    if shared:
        return f"Both are {shared[0]}."
    pairs = [(r, s) for r in one for s in other if r.title_key == s.title_key]
    agreement = max((_agreement(r, [s]) for r, s in pairs), default=0.0)
    if agreement >= AGREE:
        return f"They have the same title, and their abstracts agree ({agreement:.2f} of 1)."
    if any(_relation(r, s) for r, s in pairs):
        return "They have the same title and first author, and their years are no more than one apart."
    if pairs:
        return "They have the same title, and there is no other paper it could mean."
    return "A third record speaks of both."


def why_two(one: Sequence[Facts], other: Sequence[Facts]) -> str:
    """Why two heaps of records are two papers, in words."""
    if any(s.key in r.apart for r in one for s in other):
        return "The owner said they are two papers."
    if len({r.arxiv for r in (*one, *other) if r.arxiv}) > 1:
        return "They have different arXiv ids."
    if any(_relation(r, s) is False for r in one for s in other if r.title_key == s.title_key):
        return "They have the same title, but abstract, author or year speak against it."
    return "The title alone no longer tells which paper is meant."


# Rules 1 and 3: records with identifiers


def _by_identifier(records: list[Facts]) -> list[Block]:
    anchored: dict[Identifier, Block] = {}
    rest: list[Facts] = []
    for record in records:
        if record.arxiv:
            anchored.setdefault(record.arxiv, Block([], {record.arxiv})).records.append(record)
        else:
            rest.append(record)
    owner = {anchor: anchor for anchor in anchored}
    _settle_claims(anchored, rest, owner)
    rest = _attach(anchored, rest, owner)
    blocks = list(anchored.values())
    for identifier, anchor in owner.items():
        anchored[anchor].owned.add(identifier)
    blocks.extend(_join_rest(rest, owner))
    for block in blocks:
        block.claimed = {i for r in block.records for i in r.identifiers} - block.owned
    return blocks


def _settle_claims(anchored: dict[Identifier, Block], rest: list[Facts], owner: dict[Identifier, Identifier]) -> None:
    """Give each identifier that several arXiv ids claim to one of them: title agreement with its own record, else the
    smallest id.
    """
    claims: dict[Identifier, list[Identifier]] = defaultdict(list)
    for anchor, block in anchored.items():
        for identifier in {i for r in block.records for i in r.identifiers if i.scheme != "arxiv"}:
            claims[identifier].append(anchor)
    own_titles: dict[Identifier, set[str]] = defaultdict(set)
    for record in rest:
        for identifier in record.identifiers:
            own_titles[identifier].add(record.title_key)
    for identifier, anchors in claims.items():
        titles = own_titles.get(identifier, set())
        owner[identifier] = min(anchors, key=lambda a: (not any(r.title_key in titles for r in anchored[a].records), a))


def _attach(anchored: dict[Identifier, Block], rest: list[Facts], owner: dict[Identifier, Identifier]) -> list[Facts]:
    """Give records without an arXiv id to the paper their identifiers lead to, round by round; returns those that
    lead nowhere.
    """
    while True:
        left: list[Facts] = []
        won: list[tuple[Facts, Identifier]] = []
        for record in rest:
            candidates = {owner[i] for i in record.identifiers if i in owner}
            if candidates:
                won.append((record, min(candidates, key=lambda a: (-_agreement(record, anchored[a].records), a))))
            else:
                left.append(record)
        if not won:
            return left
        new_names: dict[Identifier, Identifier] = {}
        for record, anchor in won:
            for identifier in record.identifiers:
                if identifier not in owner:
                    new_names[identifier] = min(new_names.get(identifier, anchor), anchor)
        for record, anchor in won:
            anchored[anchor].records.append(record)
        owner.update(new_names)
        rest = left


def _join_rest(rest: list[Facts], owner: dict[Identifier, Identifier]) -> list[Block]:
    sets = _Union(len(rest))
    seen: dict[Identifier, int] = {}
    for index, record in enumerate(rest):
        for identifier in record.identifiers:
            sets.join(seen.setdefault(identifier, index), index)
    blocks = []
    for group in sets.groups():
        members = [rest[i] for i in group]
        blocks.append(Block(members, {i for r in members for i in r.identifiers if i not in owner}))
    return blocks


# Rules 2 and 4: records without any identifier


def _place_nameless(title: str, records: list[Facts], candidates: list[Block]) -> list[Block]:
    """Join records of one title to the papers of that title; returns the papers they make by themselves."""
    groups = _group_nameless(records)
    alone: list[Block] = []
    for group in groups:
        agreeing = [
            b
            for b in candidates
            if any(_relation(r, s) is True for r in group for s in b.records if s.title_key == title)
        ]
        if agreeing:
            best = min(agreeing, key=lambda b: (-max(_agreement(r, b.records) for r in group), *b.sort_key()))
            best.records.extend(group)
        else:
            alone.append(Block(group))
    return _join_by_title_alone(title, alone, candidates)


def _group_nameless(records: list[Facts]) -> list[list[Facts]]:
    """Records that agree with each other; those that give no abstract, author or year can't be told apart and stand
    together.
    """
    sets = _Union(len(records))
    for i, one in enumerate(records):
        for j in range(i):
            if _relation(one, records[j]) is True or (_bare(one) and _bare(records[j])):
                sets.join(i, j)
    return [[records[i] for i in group] for group in sets.groups()]


def _join_by_title_alone(title: str, alone: list[Block], candidates: list[Block]) -> list[Block]:
    """The title alone joins if it has four words and there is exactly one other paper it could mean, and nothing
    speaks against it.
    """
    if len(title.split()) < TITLE_ALONE_WORDS or len(alone) + len(candidates) != 2 or not alone:
        return alone
    one, other = alone[0], (candidates or alone[1:])[0]
    if any(_relation(r, s) is False for r in one.records for s in other.records if s.title_key == title):
        return alone
    other.records.extend(one.records)
    return [other] if not candidates else []


def _bare(record: Facts) -> bool:
    return not record.abstract and not (record.first_author and record.year)


def _relation(one: Facts, other: Facts) -> bool | None:
    """True: the same paper by rule 2. False: they contradict. None: nothing but the title to go by."""
    if one.abstract and other.abstract:
        return jaccard(one.shingled, other.shingled) >= AGREE
    if one.first_author and other.first_author and one.year and other.year:
        return one.first_author == other.first_author and abs(one.year - other.year) <= 1
    return None


def _agreement(record: Facts, others: Iterable[Facts]) -> float:
    return max((jaccard(record.shingled, s.shingled) for s in others if s.abstract and record.abstract), default=0.0)


# The owner's word, which outranks all but rule 3


def part_as_ruled(block: Block) -> list[Block]:
    """Part a block until no two records stand in it that the owner has told apart."""
    present = {r.key: r for r in block.records}
    pairs = sorted((r.key, k) for r in block.records for k in r.apart & present.keys() if r.key < k)
    if not pairs:
        return [block]
    one, other = ([present[key]] for key in pairs[0])
    for record in sorted(block.records, key=lambda r: (not r.arxiv, r.digest)):
        if record.key not in pairs[0]:
            (one if _nearer(record, one) >= _nearer(record, other) else other).append(record)
    halves = [Block(one), Block(other)]
    for name in block.owned:
        holders = [half for half in halves if any(name in r.identifiers for r in half.records)]
        holders[0].owned.add(name)
    for half in halves:
        half.claimed = {i for r in half.records for i in r.identifiers} - half.owned
    return [part for half in halves for part in part_as_ruled(half)]


def join_as_ruled(blocks: list[Block]) -> list[Block]:
    """Join the blocks of records that the owner has called one paper; never two arXiv ids, nor what is told apart."""
    home = {r.key: block for block in blocks for r in block.records}
    pairs = sorted(
        (r.key, k) for r in (x for b in blocks for x in b.records) for k in r.same & home.keys() if r.key < k
    )
    left = list(blocks)
    for first, second in pairs:
        one, other = home[first], home[second]
        if one is other or not _may_join(one, other):
            continue
        one.records.extend(other.records)
        one.owned |= other.owned
        one.claimed = (one.claimed | other.claimed) - one.owned
        home.update((r.key, one) for r in other.records)
        left = [block for block in left if block is not other]
    return left


def _may_join(one: Block, other: Block) -> bool:
    if any(s.key in r.apart for r in one.records for s in other.records):
        return False
    return len({i for block in (one, other) for i in block.owned if i.scheme == "arxiv"}) < 2


def _nearer(record: Facts, side: Sequence[Facts]) -> tuple[int, float]:
    """How close a record stands to a side: identifiers they share, then how far the abstracts agree."""
    return len(set(record.identifiers) & {i for r in side for i in r.identifiers}), _agreement(record, side)


class _Union:
    """Disjoint sets over 0..n-1."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def find(self, index: int) -> int:
        while self._parent[index] != index:
            self._parent[index] = self._parent[self._parent[index]]
            index = self._parent[index]
        return index

    def join(self, one: int, other: int) -> None:
        one, other = sorted((self.find(one), self.find(other)))
        self._parent[other] = one

    def groups(self) -> list[list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for index in range(len(self._parent)):
            found[self.find(index)].append(index)
        return list(found.values())
