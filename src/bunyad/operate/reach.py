"""
Whom the server itself may call: receivers of notifications, other context sources, contexts.

Clients name these addresses, so that a client could have the server call what only the server can
reach (server-side request forgery). A name is looked up here, each address it stands for is
judged, and the connection goes to the very address that was judged: a name that stands for
another address a moment later changes nothing.

By default everything may be called but what no village's device has: link-local addresses, under
which clouds tell their machines' secrets, and addresses that are nobody's. A village runs on its
own machine and network; a server that strangers may write to closes these with `--refuse-calls`.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bunyad.errors import Fault, InputError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

WORDS: dict[str, tuple[str, ...]] = {
    "all": ("0.0.0.0/0", "::/0"),
    "loopback": ("127.0.0.0/8", "::1/128"),
    "private": (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7",
    ),
    "link-local": ("169.254.0.0/16", "fe80::/10"),
}  # fmt: skip
"""What words of the options stand for (RFC 1918, 4193, 6598, 3927, 4291)."""

# link-local; nobody's or everybody's (RFC 1122, 5771, 1112, 4291); where AWS and Alibaba keep
# their machines' secrets beside the link-local address
NEVER = (
    *WORDS["link-local"], "0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "::/128", "ff00::/8",
    "fd00:ec2::254/128", "100.100.100.200/32",
)  # fmt: skip
_EMBEDDING = ipaddress.IPv6Network("64:ff9b::/96")  # of IPv4 addresses (RFC 6052)


class ForbiddenError(Exception):
    """The operator does not let the server call there."""


@dataclass(frozen=True, slots=True)
class Reach:
    """
    Whom the server may call.

    Parameters
    ----------
    refused
        Networks that it may not call.
    allowed
        Networks that it may call although they lie in refused ones.

    Examples
    --------
    >>> reach = read_reach(refuse=["private"], allow=["10.0.0.7"])
    >>> [reach.may("10.0.0.7"), reach.may("10.0.0.8"), reach.may("169.254.169.254")]
    [True, False, False]
    """

    refused: tuple[Network, ...] = tuple(map(ipaddress.ip_network, NEVER))
    allowed: tuple[Network, ...] = ()

    def may(self, address: str) -> bool:
        """Tell whether an address of a machine may be called."""
        it = plain_address(address)
        if any(it in network for network in self.allowed):
            return True
        return not any(it in network for network in self.refused)

    def sift(self, found: Sequence[tuple[object, ...]], name: str) -> list[str]:
        """
        Return those of looked-up addresses that may be called.

        Parameters
        ----------
        found
            What `getaddrinfo` found.
        name
            The name it was asked for.

        Raises
        ------
        ForbiddenError
            If there is none.
        """
        addresses = [str(each[4][0]) for each in found]  # type: ignore[index]
        kept = [each for each in dict.fromkeys(addresses) if self.may(each)]
        if not kept:
            raise ForbiddenError(f"the operator does not allow calls to {name} (--refuse-calls)")
        return kept

    async def addresses(self, host: str, port: int) -> list[str]:
        """
        Look a name up; return its addresses that may be called.

        Raises
        ------
        ForbiddenError
            If there is none.
        OSError
            If nobody knows the name.
        """
        loop = asyncio.get_running_loop()
        return self.sift(await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM), host)

    def connect(
        self, place: tuple[str, int], timeout: float | None = None, _: object = None
    ) -> socket.socket:
        """
        Connect a socket, as `socket.create_connection` does.

        Raises
        ------
        ForbiddenError
            If the address may not be called.
        OSError
            If nobody answers.
        """
        host, port = place
        kept = self.sift(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), host)
        for address in kept[:-1]:
            try:
                return socket.create_connection((address, port), timeout)
            except OSError:
                continue
        return socket.create_connection((kept[-1], port), timeout)


def plain_address(text: str) -> Address:
    """
    Read an address; of an IPv6 address that stands for an IPv4 one, return that.

    Examples
    --------
    >>> plain_address("::ffff:169.254.169.254"), plain_address("64:ff9b::7f00:1")
    (IPv4Address('169.254.169.254'), IPv4Address('127.0.0.1'))
    """
    it = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(it, ipaddress.IPv6Address):
        if it.ipv4_mapped is not None:
            return it.ipv4_mapped
        if it.sixtofour is not None:
            return it.sixtofour
        if it in _EMBEDDING:
            return ipaddress.IPv4Address(int(it) & 0xFFFFFFFF)
    return it


def read_reach(refuse: Iterable[str] = (), allow: Iterable[str] = ()) -> Reach:
    """
    Read whom the server may call.

    Parameters
    ----------
    refuse
        Networks, addresses, or `loopback`, `private`, `link-local`, `all`, beside `NEVER`.
    allow
        The same, of what may be called all the same.

    Raises
    ------
    InputError
        With each text that is none.
    """
    faults: list[Fault] = []
    refused = _networks("--refuse-calls", refuse, faults)
    allowed = _networks("--allow-calls", allow, faults)
    if faults:
        raise InputError.of(faults)
    return Reach((*Reach().refused, *refused), tuple(allowed))


def _networks(where: str, texts: Iterable[str], faults: list[Fault]) -> list[Network]:
    networks: list[Network] = []
    for text in texts:
        try:
            networks += map(ipaddress.ip_network, WORDS.get(text, (text,)))
        except ValueError:
            mend = f"give a network such as 10.0.0.0/8, an address, or {', '.join(WORDS)}"
            faults.append(Fault(where, f"{text!r} is no network", mend))
    return networks
