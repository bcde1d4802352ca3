import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address

import attrs
import trio

from sagent.tools._refusal import Refusal
from sagent.tools.web._address import Address
from sagent.tools.web._policy import AddressPolicy

_MOST_ADDRESSES = 6
_EACH_S = 2.5
"""How long one address of several may take to answer."""

type Resolve = Callable[[str], Awaitable[Sequence[Address]]]
"""Gives the addresses of a host, best first, or raises OSError."""


async def resolve_host(host: str) -> Sequence[Address]:
    """Ask the system for the addresses of *host*."""
    found = await trio.socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    # The address of a link has a zone, which is none of the address.
    names = (str(place[4][0]).partition("%")[0] for place in found)
    return [ip_address(name) for name in dict.fromkeys(names)]


@attrs.frozen
class Dialer:
    """Connects to hosts that a policy lets through.

    A host is resolved once, every address is checked, and the connection goes to a checked
    address: there is no second answer of the name service that could be another.
    """

    _policy: AddressPolicy
    _resolve: Resolve = resolve_host

    async def dial(self, host: str, port: int) -> trio.SocketStream:
        """Connect to *port* of *host*, at the first of its addresses that answers.

        Raises:
            Refusal: it has no address, or none that may be reached.
            OSError: none answers.
        """
        addresses = await self._addresses(host)
        self._policy.check_addresses(host, addresses)
        fault: OSError | None = None
        for address in addresses[:_MOST_ADDRESSES]:
            with trio.move_on_after(_EACH_S if len(addresses) > 1 else float("inf")):
                try:
                    return await trio.open_tcp_stream(str(address), port)
                except OSError as error:
                    fault = error
        raise fault or OSError(f"none of {len(addresses)} addresses answers")

    async def _addresses(self, host: str) -> Sequence[Address]:
        try:
            return [ip_address(host)]
        except ValueError:
            pass
        try:
            addresses = await self._resolve(host)
        except (OSError, UnicodeError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else error
            raise Refusal(f"{host} has no address ({reason}): check its spelling") from error
        if not addresses:
            raise Refusal(f"{host} has no address: check its spelling")
        return addresses
