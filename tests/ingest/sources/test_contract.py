"""What holds for every harvested source: its words about itself, what it asks, and that no answer breaks it."""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from broadsheet.catalog.records import SourceRecord, Unreadable
from broadsheet.ingest.sources import HARVESTED, fields
from broadsheet.ingest.sources.format import NotReadable
from broadsheet.ingest.sources.harvest import Page, Refused, Source, StartAgain, TryAgain
from broadsheet.lib.ids import SCHEMES, parse_identifier

from .samples import ANSWERS, SETTINGS, answered, first_request, setup

OWN = [source for source in HARVESTED if source.about.name in ANSWERS]
SAID = (NotReadable, Refused, StartAgain, TryAgain)
HOSTILE: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 1e400, 10**30, "", "x", "\x00", "\ud800", "javascript:alert(1)", "\u202e" * 50,
    "<script>alert(1)</script>", "<" * 3000, "&" * 3000, "{" * 3000, "$" * 3000, "A" * 200_000, "9999-99-99",
    "0001-01-01", [], [None], [[]], ["x"], [{}], {}, {"x": "y"}, {"name": []}, [0] * 30_000, "10.1/" + "a" * 2000, "https://[::1",
)  # fmt: skip

every_source = pytest.mark.parametrize("source", HARVESTED, ids=lambda source: source.about.name)
every_own = pytest.mark.parametrize("source", OWN, ids=lambda source: source.about.name)


def test_names_are_unique_and_every_source_but_arxivs_has_an_answer_here() -> None:
    names = [source.about.name for source in HARVESTED]
    assert len(set(names)) == len(names)
    assert {name for name in names if not name.startswith("arxiv")} == set(ANSWERS)


@every_source
def test_it_says_what_it_is(source: Source) -> None:
    about = source.about
    assert re.fullmatch(r"[a-z][a-z0-9-]{1,39}", about.name)
    assert re.fullmatch(r"[a-z][a-z0-9-]{1,39}", about.records_as)
    assert about.title
    assert about.help.endswith(".")
    assert about.rights.licence
    assert about.pause > 0
    assert about.every >= dt.timedelta(minutes=5)
    assert set(about.needs) <= set(about.settings)
    assert about.base_url == "" or about.base_url.startswith("https://")


@every_own
def test_it_asks_its_own_host_and_stores_no_secret(source: Source) -> None:
    own = setup(source)
    request = first_request(source)
    assert request.url.startswith(source.about.base_url or "https://example.org/")
    json.dumps(dict(request.notes))
    stored = repr(request)
    full = source.with_secrets(request, setup=own)
    for name, secret in SETTINGS.items():
        if name.endswith(("_KEY", "_TOKEN")):
            assert secret not in stored
            assert (
                secret in full.url or secret in full.secret.values() or f"Bearer {secret}" in full.secret.values()
            ) == (name in source.about.settings)
    assert source.usable(
        request, asked=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    )


@every_own
def test_it_reads_a_right_answer_the_same_way_each_time(source: Source) -> None:
    page = answered(source, ANSWERS[source.about.name])
    assert all(isinstance(item, SourceRecord) for item in page.items)
    assert len(page.items) == (0 if source.about.name == "github-stars" else 1)
    for item in page.items:
        assert isinstance(item, SourceRecord)
        assert item.source == source.about.records_as
        assert item.title.startswith(("Weaving Algebraic Patterns", "Looms"))
    assert page == answered(source, ANSWERS[source.about.name])


@every_own
@pytest.mark.parametrize(
    "content",
    [
        b"", b"   ", b"null", b"[]", b"{}", b'"x"', b"7", b"\xff\xfe\x00", b"<html><body>Sign in</body></html>",
        b'{"a":', b"[" * 100_000, b'{"a":' * 100_000, b"[1" + b"0" * 10_000 + b"]", b"\xef\xbb\xbf[]",
        b'{"error": "no"}',
        b'{"message": "no", "status": "failed"}', b'{"data": 7, "results": 7, "collection": 7}', b"[[[]]]",
        b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><rss>&c;</rss>', b"[null, 1, []]", b'[{"a": "\\ud800"}]',
    ],
    ids=lambda content: repr(content[:20]),
)  # fmt: skip
def test_what_is_no_answer_is_told_in_a_sentence(source: Source, content: bytes) -> None:
    try:
        page = answered(source, content)
    except SAID as error:
        told(error)
    else:
        check(page)


def told(error: Exception) -> None:
    """A failure is a sentence, and of a length that one reads."""
    assert str(error).endswith((".", "?", "no")) or " says: " in str(error), error
    assert len(str(error)) < 700


def check(page: Page) -> None:
    """Whatever came in, a record can be stored and shown, and all else is told."""
    for item in page.items:
        if isinstance(item, Unreadable):
            assert item.reason.endswith(".")
            assert len(item.reason) < 1000
            assert item.offset >= 0
            assert len(item.head) <= 64 * 1024
            continue
        assert isinstance(item, SourceRecord)
        json.loads(item.canonical())
        assert 0 < len(item.title) <= fields.MAX_TITLE
        assert len(item.abstract) <= fields.MAX_ABSTRACT
        assert "\x00" not in item.title + item.abstract
        assert not re.search("[\ud800-\udfff]", item.canonical().decode("utf-8", "surrogatepass"))
        assert len(item.external_id) <= 320
        assert len(item.authors) <= fields.MAX_AUTHORS
        assert all(0 < len(name) <= fields.MAX_NAME for name in item.authors)
        assert all(link.startswith(("http://", "https://")) and len(link) <= 2000 for link in item.links)
        assert all(scheme in SCHEMES and len(value) <= 300 for scheme, value in item.identifiers)
        assert all(parse_identifier(str(one)) == one for one in item.identifiers)
        assert all(0 < len(code) <= 60 for code in item.categories)
        assert all(0 <= one.value < 2**31 for one in item.observed)
        assert len(json.dumps(item.extra)) < 50_000
        assert item.updated is None or 1000 <= item.updated.year <= 9998
    assert all(0 <= one.value < 2**31 for one in page.told)


def spoiled(value: Any) -> Iterator[Any]:
    """The value with each of its parts, one at a time, made hostile or taken out."""
    for path in paths(value):
        for bad in HOSTILE:
            copied = copy.deepcopy(value)
            target = copied
            for step in path[:-1]:
                target = target[step]
            target[path[-1]] = bad
            yield copied
        copied = copy.deepcopy(value)
        target = copied
        for step in path[:-1]:
            target = target[step]
        del target[path[-1]]
        yield copied


def paths(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*above, key)
        yield from paths(child, (*above, key))


@every_own
def test_no_part_of_an_answer_can_break_it(source: Source) -> None:
    right = ANSWERS[source.about.name]
    good = bad = 0
    request = first_request(source)
    for value in spoiled(right):
        try:
            page = answered(source, value, request=request)
        except SAID as error:
            told(error)
            bad += 1
        else:
            check(page)
            good += 1
    assert good
    assert bad or any(isinstance(right, kind) for kind in (list, dict))
