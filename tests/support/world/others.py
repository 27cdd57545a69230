"""The services beside arXiv, as a local server speaks them: a dozen papers of our own, in pages of a few."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from tests.support.world.server import Asked, Reply, World

PAGE = 5
NAMES = (
    "hf-daily", "hf-papers", "biorxiv", "medrxiv", "crossref", "crossref-dois", "openalex", "semantic-scholar",
    "github-stars", "zotero",
)  # fmt: skip


class Others:
    """Daily Papers, bioRxiv, Crossref, OpenAlex, Semantic Scholar, GitHub, Zotero and a feed, of `count` papers."""

    def __init__(self, *, today: dt.date, count: int = 12) -> None:
        self.today, self.count = today, count
        self.version = 40

    def serve(self, world: World) -> None:
        """Answer at this server from now on."""
        routes: dict[str, Callable[[Asked], Any]] = {
            "/hf/daily_papers": self.daily, "/hf/papers/": self.page, "/biorxiv/details/": self.preprints,
            "/crossref/works": self.works, "/crossref/works/": self.work, "/openalex/works": self.openalex,
            "/s2/paper/batch": self.batch, "/github/repos/": self.repository, "/zotero/": self.items,
            "/feed": self.feed,
        }  # fmt: skip
        for prefix, answer in routes.items():
            world.route(prefix, _json(answer))

    def urls(self, world: World) -> dict[str, str]:
        """Where each source is asked."""
        places = ("hf", "hf", "biorxiv", "biorxiv", "crossref", "crossref", "openalex", "s2", "github", "zotero")
        return {name: f"{world.url}/{place}" for name, place in zip(NAMES, places, strict=True)}

    def day(self, number: int) -> dt.date:
        return self.today - dt.timedelta(days=number % 3)

    def title(self, number: int) -> str:
        return f"Weaving pattern number {number} on the great loom"

    def numbers(self) -> range:
        return range(1, self.count + 1)

    def daily(self, asked: Asked) -> Any:
        day = dt.date.fromisoformat(asked.query["date"])
        found = [
            {
                "paper": {
                    "id": f"2603.{number:05}", "title": self.title(number), "summary": "We weave.",
                    "authors": [{"name": "Ada Lovelace"}], "upvotes": number,
                    "submittedOnDailyAt": f"{day}T12:00:{number:02}Z", "publishedAt": f"{day}T00:00:00Z",
                },
                "numComments": 1,
            }
            for number in self.numbers() if self.day(number) == day
        ]  # fmt: skip
        return _linked(asked, found, "p", 2)

    def page(self, asked: Asked) -> Any:
        text = asked.path.rpartition("2603.")[2]
        if not text.isdigit() or (number := int(text)) not in self.numbers():
            return Reply(b"{}", 404)
        return {"id": f"2603.{number:05}", "title": self.title(number), "upvotes": number, "numTotalModels": number}

    def preprints(self, asked: Asked) -> Any:
        server, day, _, cursor = asked.path.removeprefix("/biorxiv/details/").removesuffix("/json").split("/")
        found = [
            {
                "doi": f"10.1101/2026.03.01.{number:06}", "title": f"{server} {self.title(number)}", "version": "1",
                "authors": "Lovelace, A.", "date": day, "category": "cell biology", "abstract": "Cells.",
                "published": "NA",
            }
            for number in self.numbers() if self.day(number).isoformat() == day
        ]  # fmt: skip
        start = int(cursor)
        if start >= len(found):
            return {"messages": [{"status": "no posts found"}], "collection": []}
        return {"messages": [{"status": "ok", "total": str(len(found))}], "collection": found[start : start + 2]}

    def _crossref(self, number: int) -> dict[str, Any]:
        retracted = (
            [{"type": "retraction", "DOI": "10.1000/n", "updated": {"date-parts": [[2026]]}}] if number == 3 else []
        )
        return {
            "DOI": f"10.1000/w{number}", "title": [self.title(number)], "type": "journal-article",
            "updated-by": retracted,
            "author": [{"given": "Ada", "family": "Lovelace"}], "issued": {"date-parts": [[2026, 3]]},
            "is-referenced-by-count": number,
        }  # fmt: skip

    def works(self, asked: Asked) -> Any:
        # A page of Crossref is full or the last; a full one here repeats its papers.
        start = 0 if asked.query["cursor"] == "*" else int(asked.query["cursor"])
        some = [self._crossref(number) for number in self.numbers()][start : start + PAGE]
        full = (some * 200)[:200] if start + PAGE < self.count else some
        message = {"items": full, "next-cursor": str(start + PAGE), "total-results": self.count}
        return {"status": "ok", "message-type": "work-list", "message": message}

    def work(self, asked: Asked) -> Any:
        number = asked.path.rpartition("w")[2]
        if not number.isdigit():
            return Reply(b"Resource not found.", 404)
        return {"status": "ok", "message-type": "work", "message": self._crossref(int(number))}

    def openalex(self, asked: Asked) -> Any:
        start = 0 if asked.query["cursor"] == "*" else int(asked.query["cursor"])
        found = [
            {
                "id": f"https://openalex.org/W{number}", "title": self.title(number), "cited_by_count": number,
                "doi": f"https://doi.org/10.1000/w{number}", "abstract_inverted_index": {"We": [0], "weave.": [1]},
                "authorships": [], "publication_date": "2026-03-02",
            }
            for number in self.numbers()
        ]  # fmt: skip
        following = str(start + PAGE) if start + PAGE < self.count else None
        return {"meta": {"next_cursor": following}, "results": found[start : start + PAGE]}

    def batch(self, asked: Asked) -> Any:
        return [self._scholar(one) for one in json.loads(asked.body)["ids"]]

    def _scholar(self, name: str) -> Any:
        if not name.startswith("ARXIV:2603."):
            return None
        number = int(name.rpartition(".")[2])
        return {
            "paperId": f"{number:040x}", "externalIds": {"ArXiv": name.removeprefix("ARXIV:")},
            "title": self.title(number), "citationCount": number,
        }  # fmt: skip

    def repository(self, asked: Asked) -> Any:
        number = asked.path.rpartition("engine")[2]
        if asked.headers.get("if-none-match") == f'"{number}"':
            return Reply(b"", 304)
        content = json.dumps({"stargazers_count": 10 * int(number)}).encode()
        return Reply(content, 200, {"ETag": f'"{number}"'}) if int(number) % 4 else Reply(b"{}", 404)

    def items(self, asked: Asked) -> Any:
        found = [
            {
                "key": f"AAAA{number:04}", "version": number,
                "data": {
                    "itemType": "note" if number == 2 else "journalArticle", "title": self.title(number),
                    "DOI": f"10.1000/w{number}", "creators": [],
                },
            }
            for number in self.numbers() if int(asked.query["since"]) < self.version
        ]  # fmt: skip
        reply = _linked(asked, found, "start", PAGE)
        return Reply(reply.body, 200, {**reply.headers, "Last-Modified-Version": str(self.version)})

    def feed(self, asked: Asked) -> Any:
        if asked.headers.get("if-none-match") == '"feed"':
            return Reply(b"", 304)
        inside = "".join(
            f"<item><title>{self.title(number)}</title><guid>loom-{number}</guid>"
            f"<link>https://doi.org/10.1000/w{number}</link></item>"
            for number in self.numbers()
        )
        text = f'<?xml version="1.0"?><rss version="2.0"><channel>{inside}</channel></rss>'
        return Reply(text.encode(), 200, {"ETag": '"feed"'})


def _linked(asked: Asked, found: list[Any], parameter: str, size: int) -> Reply:
    """A page of these, with a link to the next."""
    start = int(asked.query.get(parameter, "0"))
    query = "&".join(f"{name}={value}" for name, value in asked.query.items() if name != parameter)
    following = f'<{asked.path}?{query}&{parameter}={start + size}>; rel="next"'
    headers = {"Link": following} if start + size < len(found) else {}
    return Reply(json.dumps(found[start : start + size]).encode(), 200, headers)


def _json(answer: Callable[[Asked], Any]) -> Callable[[Asked], Reply]:
    def route(asked: Asked) -> Reply:
        said = answer(asked)
        return said if isinstance(said, Reply) else Reply(json.dumps(said).encode())

    return route
