"""Addresses: found in abstracts, and made whole."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.lib.text import clean_url, find_urls


@pytest.mark.parametrize(
    ("given_", "wanted"),
    [
        ("https://github.com/a/b", "https://github.com/a/b"),
        ("  https://github.com/a/b.}. ", "https://github.com/a/b"),
        (r"\url{https://github.com/wenlinyao/HDFlow.}.", "https://github.com/wenlinyao/HDFlow"),
        ("https://a.io/{https://a.io/}", "https://a.io/"),
        (r"https://a.github.io/my\_page", "https://a.github.io/my_page"),
        ("github.com/a/b", "https://github.com/a/b"),
        ("www.powerinfer.ai/v2.", "https://www.powerinfer.ai/v2"),
        ("HTTP://Example.ORG/Path", "http://example.org/Path"),
        ("https://en.wikipedia.org/wiki/X_(y)", "https://en.wikipedia.org/wiki/X_(y)"),
        ("(https://a.io/x)", "https://a.io/x"),
        ("https://a.io/ä b", None),
        ("https://a.io/ä", "https://a.io/%C3%A4"),
        ("https://münchen.de/", "https://xn--mnchen-3ya.de/"),
        ("https://a.io:8080/x?y=1&z=%20#f", "https://a.io:8080/x?y=1&z=%20#f"),
        ("https://a.io/" + "x" * 1990, None),
        ("javascript:alert(1)", None),
        ("JaVaScRiPt://a.io/%0aalert(1)", None),
        ("data:text/html,x", None),
        ("ftp://a.io/x", None),
        ("file:///etc/passwd", None),
        ("https://user:word@a.io/", None),
        ("https://localhost/x", None),
        ("https://[::1]/", None),
        ("https://", None),
        ("//a.io/x", None),
        ("not an address", None),
        ("", None),
        ("a", None),
        ('https://a.io/"onclick="x', "https://a.io/%22onclick=%22x"),
        ("https://a.io/<script>", "https://a.io/%3Cscript"),
    ],
)
def test_it_cleans_an_address(given_: str, wanted: str | None) -> None:
    assert clean_url(given_) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Code: https://github.com/a/b.", ["https://github.com/a/b"]),
        (
            r"at \url{https://github.com/a/b}. Data at \href{https://c.io/d}{here}.",
            ["https://github.com/a/b", "https://c.io/d"],
        ),
        (r"\href{https://a.io/x}{https://a.io/x}", ["https://a.io/x"]),
        ("https://a.io/x{https://a.io/x}", ["https://a.io/x"]),
        ("https://github.com/A/b and http://www.github.com/a/B/", ["https://github.com/A/b"]),
        ("on github.com/a/b and www.powerinfer.ai/v2.", ["https://github.com/a/b", "https://www.powerinfer.ai/v2"]),
        ("https://web.archive.org/web/2020/https://a.io/x", ["https://web.archive.org/web/2020/https://a.io/x"]),
        ("https://a.io/xhttps://b.io/y", ["https://a.io/x", "https://b.io/y"]),
        ("https://github.com/a/b.The code is", ["https://github.com/a/b"]),
        ("(see https://a.io/x_(y)).", ["https://a.io/x_(y)"]),
        ("code at https://github.com).", []),
        ("write to me@mail.com/x or and/or B.io C.E.O. e.g./i.e. 1.5/2.0 Node.js/x", []),
        ("代码见https://github.com/a/b。谢谢", ["https://github.com/a/b"]),
        ("https: //github.com/a/b", ["https://github.com/a/b"]),
        ("at https:/a.github.io/.", ["https://a.github.io/"]),
        ("Demo: vid2robot.github.io.", ["https://vid2robot.github.io"]),
        ("[https://a.io/x](https://a.io/x)", ["https://a.io/x"]),
        ("see https://a.io/x](", ["https://a.io/x"]),
        (r"\urlhttps://github.com/a/b\_c", ["https://github.com/a/b_c"]),
        ("LLM.int8() and 3.5x", []),
        ("no address at all", []),
    ],
)
def test_it_finds_addresses(text: str, wanted: list[str]) -> None:
    assert find_urls(text) == wanted


def test_it_finds_the_addresses_of_a_capture(captures: list) -> None:
    found = find_urls(captures[4].read_text())
    assert "https://llm-stacking.github.io/" in found
    assert len(found) == len(set(found))


@given(
    st.one_of(
        st.text(max_size=80),
        st.lists(
            st.sampled_from(
                ["http://", "www.", "a", ".com/", "{", "}", "@", "x/", "\\_", "é", ".", ")", "[", "%", "?"]
            ),
            max_size=20,
        ).map("".join),
    )
)
@settings(max_examples=800, deadline=None)
def test_every_address_that_leaves_is_plain_http(text: str) -> None:
    for url in [*find_urls(text), *filter(None, [clean_url(text)])]:
        assert url.startswith(("http://", "https://"))
        assert url.isascii()
        assert not set(url) & set(' "<>\\{}`|^\n')
        assert len(url) <= 2000
        assert clean_url(url) == url
