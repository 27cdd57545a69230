"""The file formats that can be taken in, one folder each. To add one: its folder, and its line here."""

from broadsheet.ingest.sources import jsonl, saved_page
from broadsheet.ingest.sources.format import Format

# In the order in which they are asked; a more special one stands before a more general one.
FORMATS: tuple[Format, ...] = (
    saved_page.FORMAT,
    jsonl.FORMAT,
)
