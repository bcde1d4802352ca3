from collections.abc import Iterable, Sequence
from ipaddress import ip_network

import attrs

from sagent.errors import UsageError
from sagent.tools._refusal import Refusal
from sagent.tools.web._address import Address, Network, is_public, plain_address, within


def _lowered(hosts: Iterable[str]) -> tuple[str, ...]:
    if isinstance(hosts, str):
        raise UsageError(f"allowed_private_hosts is a list of hosts, not the string {hosts!r}")
    return tuple(host.lower().rstrip(".") for host in hosts)


@attrs.frozen
class AddressPolicy:
    """Which hosts may be reached: the public ones, and these private ones.

    Attributes:
        allowed_private_hosts: names such as ``wiki.intranet``, addresses, and networks such as
            ``10.1.0.0/16``. A name allows whatever address it has; an address or a network allows
            every name that leads there.
    """

    allowed_private_hosts: tuple[str, ...] = attrs.field(default=(), converter=_lowered)
    _networks: tuple[Network, ...] = attrs.field(
        init=False,
        eq=False,
        repr=False,
        default=attrs.Factory(
            lambda policy: _networks(policy.allowed_private_hosts), takes_self=True
        ),
    )

    def check_addresses(self, host: str, addresses: Sequence[Address]) -> None:
        """Check every address of *host*: one that is private spoils them all.

        Raises:
            Refusal: one of them is not public, and not allowed.
        """
        if host in self.allowed_private_hosts:
            return
        for address in map(plain_address, addresses):
            if not (is_public(address) or any(within(address, one) for one in self._networks)):
                where = host if host == str(address) else f"{host} ({address})"
                raise Refusal(
                    f"Refusing to fetch: {where} is no public address, and only the public "
                    "Internet may be reached."
                )


def _networks(hosts: Iterable[str]) -> tuple[Network, ...]:
    return tuple(filter(None, map(_network, hosts)))


def _network(host: str) -> Network | None:
    try:
        return ip_network(host)
    except ValueError:
        if "/" in host:
            raise UsageError(f"{host!r} is no network: write it like 10.1.0.0/16") from None
        return None
