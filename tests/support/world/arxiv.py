"""arXiv in small: OAI-PMH, the API and the daily feeds over one set of made-up papers."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode
from xml.sax.saxutils import escape, quoteattr

from tests.support.world.server import Asked, Reply, World

_XML = {"Content-Type": "text/xml"}
_CATEGORIES = ["cs.CL cs.AI", "math.GT", "cs.LG", "stat.ML cs.LG", "hep-th gr-qc", "cs.CV cs.LG stat.ML", "cs.LG"]
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True)
class Paper:
    """A paper as arXiv keeps it."""

    id: str
    title: str
    abstract: str
    authors: tuple[tuple[str, str], ...]  # (given, family)
    categories: str
    versions: tuple[dt.date, ...]
    stamp: dt.date  # of the last change
    comments: str = ""
    doi: str = ""
    deleted: bool = False


def papers(count: int, *, first: dt.date, days: int, seed: int = 1) -> list[Paper]:
    """`count` papers over `days` days from `first`, some of them revised, withdrawn, or with ids of the old style."""
    chance = random.Random(seed)
    words = [f"w{n}" for n in range(3_000)]
    found = []
    for n in range(count):
        day = first + dt.timedelta(days=n * days // count)
        stamp = day + dt.timedelta(days=chance.choice([0, 0, 0, 1, 2]))
        old = n % 50 == 7
        found.append(
            Paper(
                id=f"hep-th/99{n // 1000 % 12 + 1:02}{n % 1000:03}" if old else f"{day:%y%m}.{n:05}",
                title=f"Made-up paper {n} on {' '.join(chance.choices(words, k=5))} & more",
                abstract=f"  We look at number {n}: {' '.join(chance.choices(words, k=100))}.\n",
                authors=tuple((f"Ada{k}", f"Lovelace{n % 97}") for k in range(1 + n % 4)),
                categories=_CATEGORIES[n % 7],
                versions=(day,) if stamp == day else (day, stamp),
                stamp=stamp,
                comments="This paper has been withdrawn by the authors." if n % 97 == 5 else "12 pages",
                doi=f"10.9999/x.{n}" if n % 11 == 3 else "",
            )
        )
    return found


@dataclass
class Archive:
    """arXiv's services over `papers`. `today` is the day it believes it is (feeds, dates of answers)."""

    papers: list[Paper]
    today: dt.date
    page: int = 50
    expire: int = 0  # how many more tokens are said to have run out
    shuffle: int = 0  # how many more pages come in another order, with a record twice
    lie: int = 0  # how many more pages of the API come empty
    feed_day: dt.date | None = None  # the feeds stand still at this day
    changes: list[tuple[int, int]] = field(default_factory=list)  # (after so many OAI pages, this paper changes)
    pages: int = 0

    def serve(self, world: World) -> None:
        """Let a world answer for all of arXiv."""
        world.route("/oai", self.oai)
        world.route("/api/query", self.api)
        world.route("/rss", self.feed)

    def urls(self, world: World) -> dict[str, str]:
        """What SOURCE_URLS has to say."""
        return {
            "arxiv-oai": f"{world.url}/oai",
            "arxiv-raw": f"{world.url}/oai",
            "arxiv-api": f"{world.url}/api/query",
            "arxiv-feed": f"{world.url}/rss",
        }

    # OAI-PMH

    def oai(self, asked: Asked) -> Reply:
        words = dict(asked.query)
        if "resumptionToken" in words:
            if self.expire:
                self.expire -= 1
                return self._oai('<error code="badResumptionToken">The token has expired</error>')
            words = dict(parse_qsl(words["resumptionToken"]))
        chosen = sorted(self._chosen(words), key=lambda p: (p.stamp, p.id))
        skip = int(words.get("skip", 0))
        part = chosen[skip : skip + self.page]
        if not part:
            return self._oai('<error code="noRecordsMatch">Nothing</error>')
        records = [self._record(paper, words["metadataPrefix"]) for paper in part]
        token = ""
        if skip + self.page < len(chosen):
            last = part[-1].stamp  # as the service does it: from the last day, less what was given of that day
            skipped = sum(1 for paper in chosen[: skip + self.page] if paper.stamp == last)
            token = urlencode({**words, "from": last.isoformat(), "skip": skipped})
        if self.shuffle:
            self.shuffle -= 1
            records = [*reversed(records), records[0]]
        self.pages += 1
        for after, number in self.changes:
            if after == self.pages:
                self.papers[number] = replace(self.papers[number], title=f"Changed {number}", stamp=self.today)
        ends = f'<resumptionToken expirationDate="{self.today}T23:59:59Z">{escape(token)}</resumptionToken>'
        return self._oai(f"<ListRecords>{''.join(records)}{ends if token else ''}</ListRecords>")

    def _chosen(self, words: dict[str, str]) -> Iterator[Paper]:
        for paper in self.papers:
            inside = words.get("from", "") <= paper.stamp.isoformat() <= words.get("until", "9999")
            if inside and words.get("set", "") in {"", *self._sets(paper)}:
                yield paper

    def _sets(self, paper: Paper) -> Iterator[str]:
        for category in paper.categories.split():
            archive, _, code = category.partition(".")
            group = archive if archive in {"cs", "math", "stat"} else "physics"
            yield from (group, f"{group}:{archive}", f"{group}:{archive}:{code}")

    def _oai(self, inside: str) -> Reply:
        namespaces = 'xmlns="http://www.openarchives.org/OAI/2.0/"'
        said = f"<responseDate>{self.today}T01:02:03Z</responseDate><request>x</request>"
        return Reply(f"{_HEAD}<OAI-PMH {namespaces}>{said}{inside}</OAI-PMH>".encode(), 200, _XML)

    def _record(self, paper: Paper, prefix: str) -> str:
        status = ' status="deleted"' if paper.deleted else ""
        header = (
            f"<header{status}><identifier>oai:arXiv.org:{paper.id}</identifier>"
            f"<datestamp>{paper.stamp}</datestamp></header>"
        )
        if paper.deleted:
            return f"<record>{header}</record>"
        body = arxiv_format(paper) if prefix == "arXiv" else raw_format(paper)
        return f"<record>{header}<metadata>{body}</metadata></record>"

    # The API

    def api(self, asked: Asked) -> Reply:
        if asked.query.get("id_list"):
            names = asked.query["id_list"].split(",")
            if bad := [name for name in names if "." not in name and "/" not in name]:
                return self._api_error(f"incorrect id format for {bad[0]}")
            chosen = [paper for paper in self.papers if paper.id in names]
        else:
            chosen = self._found(asked.query["search_query"])
        start, size = int(asked.query.get("start", 0)), int(asked.query.get("max_results", 10))
        part = chosen[start : start + size]
        if self.lie and part:
            self.lie -= 1
            part = []
        numbers = (
            f"<opensearch:totalResults>{len(chosen)}</opensearch:totalResults>"
            f"<opensearch:startIndex>{start}</opensearch:startIndex>"
        )
        return self._atom(numbers + "".join(map(atom_entry, part)))

    def _found(self, query: str) -> list[Paper]:
        """Understands `cat:X` and `… AND submittedDate:[… TO …]`."""
        words, _, days = query.partition(" AND submittedDate:")
        category = words.strip("()").removeprefix("cat:")
        first, last = (days.strip("[]").split(" TO ") if days else ["0", "9"])[:2]
        found = [
            paper
            for paper in self.papers
            if category in paper.categories.split() and first <= f"{paper.versions[0]:%Y%m%d}1200" <= last
        ]
        return sorted(found, key=lambda paper: (paper.versions[0], paper.id))

    def _api_error(self, said: str) -> Reply:
        link = f"https://arxiv.org/api/errors#{said.replace(' ', '_')}"
        entry = f"<entry><id>{link}</id><title>Error</title><summary>{escape(said)}</summary></entry>"
        return replace(self._atom(entry), status=400)

    def _atom(self, inside: str) -> Reply:
        namespaces = (
            'xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom" '
            'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"'
        )
        return Reply(f"{_HEAD}<feed {namespaces}><id>x</id><title>x</title>{inside}</feed>".encode(), 200, _XML)

    # The feeds

    def feed(self, asked: Asked) -> Reply:
        category = asked.path.rpartition("/")[2]
        day = self.feed_day or self.today
        etag = f'"{category}-{day}"'
        if asked.headers.get("if-none-match") == etag:
            return Reply(b"", 304)
        items = "".join(rss_item(paper, kind) for paper, kind in self.announced(category, day))
        channel = (
            f"<title>{category} updates on arXiv.org</title>"
            f"<lastBuildDate>{day:%a, %d %b %Y} 05:00:11 +0000</lastBuildDate>"
            f"<pubDate>{day:%a, %d %b %Y} 00:00:00 -0400</pubDate>{items}"
        )
        namespaces = 'xmlns:arxiv="http://arxiv.org/schemas/atom"'
        body = f'{_HEAD}<rss version="2.0" {namespaces}><channel>{channel}</channel></rss>'
        return Reply(body.encode(), 200, {**_XML, "ETag": etag})

    def announced(self, category: str, day: dt.date) -> Sequence[tuple[Paper, str]]:
        """What a feed names: papers of the day before as new or cross, and one replacement."""
        found = []
        for paper in self.papers:
            inside = [one for one in paper.categories.split() if one == category or one.startswith(f"{category}.")]
            if not inside or paper.deleted:
                continue
            if paper.versions[0] == day - dt.timedelta(days=1):
                found.append((paper, "new" if inside[0] == paper.categories.split()[0] else "cross"))
            elif paper.stamp == day - dt.timedelta(days=1):
                found.append((paper, "replace"))
        return found


def arxiv_format(paper: Paper) -> str:
    """A record's metadata in the format `arXiv`."""
    authors = "".join(
        f"<author><keyname>{escape(family)}</keyname><forenames>{escape(given)}</forenames></author>"
        for given, family in paper.authors
    )
    updated = f"<updated>{paper.versions[-1]}</updated>" if len(paper.versions) > 1 else ""
    return (
        f'<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{paper.id}</id><created>{paper.versions[0]}</created>{updated}'
        f"<authors>{authors}</authors><title>{escape(paper.title)}</title><categories>{paper.categories}</categories>"
        f"<comments>{escape(paper.comments)}</comments>{_optional('doi', paper.doi)}"
        f"<license>http://arxiv.org/licenses/nonexclusive-distrib/1.0/</license>"
        f"<abstract>{escape(paper.abstract)}</abstract></arXiv>"
    )


def raw_format(paper: Paper) -> str:
    """A record's metadata in the format `arXivRaw`."""
    versions = "".join(
        f'<version version="v{n}"><date>{day:%a, %d %b %Y} 12:00:00 GMT</date><size>12kb</size></version>'
        for n, day in enumerate(paper.versions, start=1)
    )
    authors = ", ".join(f"{given} {family}" for given, family in paper.authors)
    return (
        f'<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{paper.id}</id><submitter>A. Person</submitter>'
        f"{versions}"
        f"<title>{escape(paper.title)}</title><authors>{escape(authors)}</authors>"
        f"<categories>{paper.categories}</categories><comments>{escape(paper.comments)}</comments>"
        f"{_optional('doi', paper.doi)}<abstract>{escape(paper.abstract)}</abstract></arXivRaw>"
    )


def _optional(tag: str, text: str) -> str:
    return f"<{tag}>{escape(text)}</{tag}>" if text else ""


def atom_entry(paper: Paper) -> str:
    """An entry of the API."""
    authors = "".join(f"<author><name>{escape(' '.join(names))}</name></author>" for names in paper.authors)
    categories = "".join(f"<category term={quoteattr(one)}/>" for one in [*paper.categories.split(), "68T50", "I.2.7"])
    return (
        f"<entry><id>http://arxiv.org/abs/{paper.id}v{len(paper.versions)}</id>"
        f"<published>{paper.versions[0]}T12:00:00Z</published><updated>{paper.versions[-1]}T12:00:00Z</updated>"
        f"<title>{escape(paper.title)}</title><summary>{escape(paper.abstract)}</summary>{authors}{categories}"
        f"<arxiv:primary_category term={quoteattr(paper.categories.split()[0])}/>"
        f"<arxiv:comment>{escape(paper.comments)}</arxiv:comment></entry>"
    )


def rss_item(paper: Paper, kind: str) -> str:
    """An item of a feed."""
    name = f"{paper.id}v{len(paper.versions)}"
    return (
        f"<item><title>{escape(paper.title)}</title><link>https://arxiv.org/abs/{paper.id}</link>"
        f"<description>arXiv:{name} Announce Type: {kind} \nAbstract: {escape(paper.abstract)}</description>"
        f'<guid isPermaLink="false">oai:arXiv.org:{name}</guid><arxiv:announce_type>{kind}</arxiv:announce_type></item>'
    )
