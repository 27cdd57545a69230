"""Which addresses may be asked. A feed's address may come from anybody, and a redirect from any server: neither may
make this machine ask itself or its neighbours.

An address is resolved once, every answer is looked at, and the connection goes to an address that was looked at. A name
that resolves to something else a moment later changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

Resolve = Callable[[str, int], list[str]]
_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRefused(ValueError):
    """The address may not be asked; the text says why, and how an owner can allow it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A checked address: the parts of its URL, and the IP addresses that may be connected to, in order."""

    parts: SplitResult
    host: str
    port: int
    addresses: tuple[str, ...]

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.parts.scheme, self.host, self.port


def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a host, as the system gives them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet. IPv4 inside IPv6 (mapped, 6to4, NAT64, Teredo) is looked at
    as what it is.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inside: list[ipaddress.IPv4Address] = []
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return is_public(str(found.ipv4_mapped))
        inside += [found.sixtofour] if found.sixtofour else []
        inside += list(found.teredo) if found.teredo else []
        if found in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
    if not all(is_public(str(one)) for one in inside):
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def check(url: str, *, allowed: Collection[str] = (), resolver: Resolve = resolve) -> Place:
    """Resolve the host of `url` and look at every address it has. `allowed` names hosts ("localhost", or
    "localhost:23119" for one port) that the owner lets be asked wherever they are.

    Raises AddressRefused; OSError where the name does not resolve.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise AddressRefused(f"{_shown(url)} is no address that can be asked.") from error
    if parts.scheme not in _PORTS or not host or any(ord(char) < 33 for char in url):
        raise AddressRefused(
            f"{_shown(url)} is no address that can be asked; it should begin with https:// or http://."
        )
    if parts.username is not None or parts.password is not None:
        raise AddressRefused(f"The address of {host} holds a user name or password; those are not sent in addresses.")
    try:
        addresses = resolver(host, port)
    except UnicodeError as error:
        raise AddressRefused(f"{host[:80]!r} is no name of a host.") from error
    if not {host, f"{host}:{port}"} & set(allowed):
        inner = [one for one in addresses if not is_public(one)]
        if inner:
            raise AddressRefused(
                f"{host} leads to {inner[0]}, which is inside this machine or its network, so it is not asked. "
                f"If that is meant, set FETCH_ALLOW={host}:{port}."
            )
    return Place(parts, host, port, tuple(addresses))


def _shown(url: str) -> str:
    return repr(url if len(url) <= 80 else url[:77] + "…")
