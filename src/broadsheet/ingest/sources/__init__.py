"""The file formats that can be taken in and the services that can be harvested, one folder each.

To add one: its folder, and its line here. A service whose answers are also taken in as files has both.
"""

from broadsheet.ingest.sources import arxiv_snapshot, bibtex, csl_json, hf_daily, jsonl, ris, saved_page
from broadsheet.ingest.sources.arxiv_api import ArxivApi
from broadsheet.ingest.sources.arxiv_feed import ArxivFeed
from broadsheet.ingest.sources.arxiv_oai import ArxivOai, ArxivRaw
from broadsheet.ingest.sources.biorxiv import BioRxiv, MedRxiv
from broadsheet.ingest.sources.crossref.services import Crossref, CrossrefDois
from broadsheet.ingest.sources.feed import Feed
from broadsheet.ingest.sources.format import Format
from broadsheet.ingest.sources.github_stars import GitHubStars
from broadsheet.ingest.sources.harvest import Source
from broadsheet.ingest.sources.hf_daily import api as hf_daily_api
from broadsheet.ingest.sources.hf_daily.service import HfDaily, HfPapers
from broadsheet.ingest.sources.openalex import OpenAlex
from broadsheet.ingest.sources.rows import row_formats
from broadsheet.ingest.sources.semantic_scholar import SemanticScholar
from broadsheet.ingest.sources.zotero import Zotero

# In the order in which they are asked; a more special one stands before a more general one.
FORMATS: tuple[Format, ...] = (
    saved_page.FORMAT,
    hf_daily_api.FORMAT,
    csl_json.FORMAT,
    bibtex.FORMAT,
    ris.FORMAT,
    *row_formats((arxiv_snapshot.ROW, hf_daily.ROW, jsonl.ROW)),
)

# In the order in which pages and commands list them.
HARVESTED: tuple[Source, ...] = (
    ArxivOai(),
    ArxivRaw(),
    ArxivApi(),
    ArxivFeed(),
    HfDaily(),
    HfPapers(),
    BioRxiv(),
    MedRxiv(),
    Crossref(),
    CrossrefDois(),
    OpenAlex(),
    SemanticScholar(),
    GitHubStars(),
    Feed(),
    Zotero(),
)
