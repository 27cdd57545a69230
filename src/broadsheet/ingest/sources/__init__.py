"""The file formats that can be taken in, one folder each. To add one: its folder, and its line here."""

from broadsheet.ingest.sources import arxiv_snapshot, hf_daily, jsonl, saved_page
from broadsheet.ingest.sources.format import Format
from broadsheet.ingest.sources.hf_daily import api as hf_daily_api
from broadsheet.ingest.sources.rows import row_formats

# In the order in which they are asked; a more special one stands before a more general one.
FORMATS: tuple[Format, ...] = (
    saved_page.FORMAT,
    hf_daily_api.FORMAT,
    *row_formats((arxiv_snapshot.ROW, hf_daily.ROW, jsonl.ROW)),
)
