"""Only addresses of the open internet are asked, whatever form they come in."""

from __future__ import annotations

import pytest

from broadsheet.ingest.guard import AddressRefused, check, is_public


def to(*addresses: str):
    return lambda host, port: list(addresses)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0",
        "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
        "2002:7f00:1::", "2002:a00:1::1", "2001:db8::1", "2001:0:7f00:1:0:0:0:1", "nonsense",
    ],
)  # fmt: skip
def test_it_refuses_what_is_inside(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(AddressRefused, match="inside"):
        check("https://example.org/", resolver=to(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "128.84.21.199", "2606:4700::6810:84e5", "64:ff9b::808:808"])
def test_it_lets_the_open_internet_be_asked(address: str) -> None:
    assert check("https://example.org/feed?a=b", resolver=to(address)).addresses == (address,)


def test_one_inner_address_among_open_ones_is_enough_to_refuse() -> None:
    with pytest.raises(AddressRefused):
        check("https://example.org/", resolver=to("8.8.8.8", "10.0.0.1"))


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.org/", "gopher://example.org/", "example.org", "https://", "//example.org",
        "https://user:password@example.org/", "https://example.org:99999/", "http://exa\nmple.org/", "https://[::1", "",
    ],
)  # fmt: skip
def test_it_refuses_what_is_no_web_address(url: str) -> None:
    with pytest.raises(AddressRefused):
        check(url, resolver=to("8.8.8.8"))


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "017700000001", "localhost", "LOCALHOST.", "[::1]"])
def test_other_spellings_of_this_machine_are_this_machine(host: str) -> None:
    with pytest.raises((AddressRefused, OSError)):
        check(f"http://{host}/")


def test_the_owner_may_allow_a_host_or_one_port_of_it() -> None:
    assert check("http://localhost:23119/api", allowed={"localhost:23119"}, resolver=to("127.0.0.1")).port == 23119
    assert check("http://localhost:99/api", allowed={"localhost"}, resolver=to("127.0.0.1")).port == 99
    with pytest.raises(AddressRefused, match=r"FETCH_ALLOW=localhost:80\b"):
        check("http://localhost/", allowed={"localhost:23119"}, resolver=to("127.0.0.1"))
