"""Which addresses belong to the public Internet.

`ipaddress` alone does not tell: in Python 3.12.1 it calls multicast, 6to4, NAT64 and IPv4 in the
low bits of IPv6 global, whatever they stand for.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network

# IANA's registries of special-purpose addresses, and what they leave out, like multicast.
_NOT_PUBLIC = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # of a provider, behind its NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # with the metadata of clouds
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "2001::/23",  # with Teredo
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",
    )
)
_UNICAST = IPv6Network("2000::/3")
_MAPPED = IPv6Network("::ffff:0:0/96")
_NAT64 = IPv6Network("64:ff9b::/96")
_LOW_32_BITS = 0xFFFF_FFFF


def is_public(address: Address) -> bool:
    """Tell whether *address* is one that anybody on the Internet may reach.

    An IPv4 address that is mapped into IPv6, or translated to it by NAT64 (RFC 6052), counts as
    itself.
    """
    address = plain_address(address)
    if isinstance(address, IPv6Address) and address not in _UNICAST:
        return False
    return address.is_global and not any(within(address, block) for block in _NOT_PUBLIC)


def plain_address(address: Address) -> Address:
    """Take the IPv4 address out of an IPv6 address that stands for it."""
    if isinstance(address, IPv6Address) and (address in _MAPPED or address in _NAT64):
        return IPv4Address(int(address) & _LOW_32_BITS)
    return address


def within(address: Address, block: Network) -> bool:
    """Tell whether *address* is in *block*; one of another version never is."""
    return address.version == block.version and address in block
