"""From cards to what a template prints: every text that reaches a page as HTML is made safe here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote, urlsplit

from django.http import Http404, HttpRequest
from django.utils.safestring import SafeString, mark_safe

from broadsheet.catalog.cards import CardData
from broadsheet.catalog.queries import DatedList, Section
from broadsheet.lib.formulas import calm, lead, to_html
from broadsheet.results.queries import Chips
from broadsheet.web.spans import around, short_day

PAGE_SIZE = 50
LEAD_STORY = 1_400  # characters of the first paper's abstract on a page
TITLE_LIMIT = 400  # characters of a title in a list; longer ones are no titles
NAMES_SHOWN = 4
NAMES_ON_CARD, NAME_LIMIT, CLAIM_LIMIT = 3, 60, 90
SOURCE_NAMES = {
    "saved-page": "Daily Papers",
    "jsonl": "JSON Lines",
    "arxiv": "arXiv",
    "arxiv-snapshot": "arXiv snapshot",  # formats have names too
    "hf-daily": "Hugging Face Daily Papers",
    "hf-daily-api": "Hugging Face Daily Papers",
}
CODE_HOSTS = {"github.com": "GitHub", "gitlab.com": "GitLab", "codeberg.org": "Codeberg", "bitbucket.org": "Bitbucket"}
IDENTIFIERS = {  # scheme -> how people write it, and where it leads
    "arxiv": ("arXiv", "https://arxiv.org/abs/{}"),
    "doi": ("DOI", "https://doi.org/{}"),
    "acl": ("ACL Anthology", "https://aclanthology.org/{}"),
    "openreview": ("OpenReview", "https://openreview.net/forum?id={}"),
    "s2": ("Semantic Scholar", "https://www.semanticscholar.org/paper/{}"),
    "openalex": ("OpenAlex", "https://openalex.org/{}"),
    "pmid": ("PubMed", "https://pubmed.ncbi.nlm.nih.gov/{}"),
    "pmcid": ("PubMed Central", "https://pmc.ncbi.nlm.nih.gov/articles/{}"),
}


@dataclass(slots=True)
class Pages:
    """Which page of a list the reader asked for (`?page=`, from 1), and which there are."""

    number: int
    query: str  # the rest of the query string, to be kept in links
    size: int = PAGE_SIZE
    count: int = 1

    @classmethod
    def of(cls, request: HttpRequest, *, size: int = PAGE_SIZE) -> Pages:
        """Raises Http404 with a sentence when `page` is not a number from 1 to 999999."""
        text = request.GET.get("page", "1")
        if not (text.isascii() and text.isdecimal() and len(text) <= 6 and int(text)):
            raise Http404(f"There is no page “{text[:40]}”. Pages are counted from 1.")
        others = request.GET.copy()
        others.pop("page", None)
        return cls(int(text), others.urlencode(), size)

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size

    def hold(self, total: int) -> None:
        """Say how many things there are. Raises Http404 with a sentence for a page behind the last one."""
        self.count = max(1, -(-total // self.size))
        if self.number > self.count:
            raise Http404(f"There is no page {self.number}: the last one is {self.count}.")

    def link(self, number: int) -> str:
        query = "&".join(part for part in (self.query, f"page={number}" if number > 1 else "") if part)
        return f"?{query}"

    @property
    def previous(self) -> str | None:
        return self.link(self.number - 1) if self.number > 1 else None

    @property
    def next(self) -> str | None:
        return self.link(self.number + 1) if self.number < self.count else None


@dataclass(slots=True)
class WebLink:
    """An address outside, checked to be http or https; `label` is what the reader sees."""

    url: str
    label: str


@dataclass(slots=True)
class CardView:
    """A paper in a list."""

    path: str
    title: SafeString
    byline: str
    date: str | None  # ISO, for machines
    date_words: str
    sources: str
    comments: int
    upvotes: int
    abstract: SafeString
    home: WebLink | None
    code: WebLink | None
    categories: list[str]
    why: str = ""
    is_lead: bool = False
    names: list[SafeString] = field(default_factory=list)  # of what the paper made
    claim: SafeString = field(default_factory=SafeString)  # the authors' claim that stands for all
    claim_path: str = ""


@dataclass(slots=True)
class ListedSection:
    """What one source page contributed to a list, under its heading."""

    heading: str
    path: str  # the day's own page
    day: dt.date
    cards: list[CardView] = field(default_factory=list)


def html(text: str) -> SafeString:
    return mark_safe(to_html(text))  # noqa: S308 - to_html escapes everything it did not write itself


def plural(number: int | None, word: str) -> str:
    """`1 paper`, `2,000 papers`; nothing for a number that is not known."""
    return "" if number is None else f"{number:,} {word}{'' if number == 1 else 's'}"


def paper_path(public_id: str) -> str:
    """The address of a paper's page; slashes and colons stay readable."""
    return "/papers/" + quote(public_id, safe="/:()")


def source_name(slug: str) -> str:
    return SOURCE_NAMES.get(slug) or slug.replace("-", " ").capitalize()


def web_link(url: str, label: str | None = None) -> WebLink | None:
    """The address as a link, or None unless it is http(s) with a host: `javascript:` never becomes a link."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or calm(url) != url:
        return None
    shown = host + (parts.path if parts.path != "/" else "") + ("?" + parts.query if parts.query else "")
    return WebLink(url.strip(), label or (shown if len(shown) <= 60 else shown[:57] + "…"))


def code_link(links: Sequence[str]) -> WebLink | None:
    """The first link that leads to a place where code is kept."""
    for url in links:
        link = web_link(url)
        name = CODE_HOSTS.get((urlsplit(link.url).hostname or "").removeprefix("www.")) if link else None
        if link and name:
            return WebLink(link.url, name)
    return None


def identifier_links(card: CardData) -> list[tuple[str, str, WebLink | None]]:
    """(scheme as people write it, value, link) of each identifier."""
    rows = []
    for scheme, value in card["identifiers"]:
        name, address = IDENTIFIERS.get(scheme, (scheme, ""))
        rows.append((name, value, web_link(address.format(quote(value, safe="/:()"))) if address else None))
    return rows


def home_link(card: CardData) -> WebLink | None:
    """Where the paper itself is read: its first identifier's page."""
    for name, _, link in identifier_links(card):
        if link:
            return WebLink(link.url, name)
    return None


def byline(card: CardData) -> str:
    """`A, B, C, D and 12 more`, or `5 authors` where only the number is known."""
    names, count = [calm(name) for name in card["authors"]], card["author_count"] or 0
    if not names:
        return plural(count, "author") if count else ""
    more = max(count, len(names)) - NAMES_SHOWN
    if more > 1:
        return ", ".join(names[:NAMES_SHOWN]) + f" and {more} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


@lru_cache(maxsize=4096)
def date_words(date: str | None) -> str:
    """A publication date as exact as it is known: `Jun 2, 2023`, `June 2023`, `2023`, `date unknown`."""
    if not date:
        return "date unknown"
    if len(date) == 4:
        return date
    if len(date) == 7:
        return f"{dt.date.fromisoformat(date + '-01'):%B} {date[:4]}"
    return short_day(dt.date.fromisoformat(date))


def card_view(card: CardData, *, why: str = "", is_lead: bool = False, chips: Chips | None = None) -> CardView:
    """A card; `chips` are what is known of the paper's results."""
    title = card["title"]
    view = CardView(
        path=paper_path(card["id"]),
        title=html(title if len(title) <= TITLE_LIMIT else lead(title, TITLE_LIMIT)),
        byline=byline(card),
        date=card["date"],
        date_words=date_words(card["date"]),
        sources=", ".join(map(source_name, card["sources"])),
        comments=card["comments"] or 0,
        upvotes=card["upvotes"] or 0,
        abstract=html(lead(card["abstract"], LEAD_STORY) if is_lead else lead(card["abstract"])),
        home=home_link(card),
        code=code_link(card["links"]),
        categories=card["categories"][:3],
        why=why,
        is_lead=is_lead,
    )
    if chips:
        view.names = [html(lead(name, NAME_LIMIT)) for name in chips.names[:NAMES_ON_CARD]]
        view.code = view.code or (web_link(chips.code, "the web") if chips.code else None)
        if chips.position is not None:
            view.claim = html(lead(chips.headline, CLAIM_LIMIT))
            view.claim_path = f"{view.path}?claim={chips.position}#claim"
    return view


def section_heading(section: Section) -> str:
    """What the page was, in words; a saved search does not pass for a day's papers."""
    papers = plural(section.total, "paper")
    if section.kind == "saved search":
        return f"{papers} as saved on {short_day(section.day)}, in that page’s order"
    return f"{papers} listed by {source_name(section.source)} on {short_day(section.day)}"


def listed_sections(
    listed: DatedList, cards: Sequence[CardData], chips: Mapping[int, Chips], *, lead: bool
) -> list[ListedSection]:
    """The list's sections with their cards in order; with `lead` the very first paper is set large."""
    by_pk = {card["pk"]: card for card in cards}
    sections, is_lead = [], lead
    for section in listed.sections:
        shown = ListedSection(section_heading(section), around(section.day, "day").path, section.day)
        for pk in section.ids:
            if card := by_pk.get(pk):
                shown.cards.append(card_view(card, is_lead=is_lead, chips=chips.get(pk)))
                is_lead = False
        sections.append(shown)
    return sections
