"""Which addresses are public, and which hosts may be reached."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.errors import UsageError
from sagent.tools._refusal import Refusal
from sagent.tools.web import AddressPolicy
from sagent.tools.web._address import is_public

NOT_PUBLIC = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.255",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::7f00:1",
    "64:ff9b:1::808:808",
    "100::1",
    "2001::1",
    "2001:0:53aa:64c::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:808:808::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "febf::1",
    "fec0::1",
    "feff::1",
    "ff02::1",
    "ffff::1",
    "4000::1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.215.14",
    "172.15.255.255",
    "172.32.0.1",
    "192.0.1.1",
    "198.17.255.255",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2001:4860:4860::8888",
    "2a00:1450:4001:80b::200e",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_of_a_special_kind_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_any_other_address_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_address_within_ipv6_counts_as_itself(address: IPv4Address) -> None:
    mapped = IPv6Address(0xFFFF_0000_0000 | int(address))
    translated = IPv6Address((0x64FF9B << 96) | int(address))

    assert is_public(mapped) == is_public(translated) == is_public(address)


@given(st.ip_addresses())
def test_whatever_the_library_calls_private_is_not_public(
    address: IPv4Address | IPv6Address,
) -> None:
    plain = address.ipv4_mapped if isinstance(address, IPv6Address) else None

    if not (plain or address).is_global or address.is_multicast:
        assert not is_public(address)


def test_one_private_address_among_public_ones_is_refused() -> None:
    addresses = [ip_address("8.8.8.8"), ip_address("10.0.0.1")]

    with pytest.raises(Refusal, match=r"two-faced\.example \(10\.0\.0\.1\) is no public address"):
        AddressPolicy().check_addresses("two-faced.example", addresses)


@pytest.mark.parametrize("allowed", ["wiki.intranet", "Wiki.Intranet.", "10.1.0.0/16", "10.1.2.3"])
def test_a_private_host_is_reached_where_it_is_allowed(allowed: str) -> None:
    policy = AddressPolicy([allowed])

    policy.check_addresses("wiki.intranet", [ip_address("10.1.2.3")])


def test_what_is_allowed_allows_nothing_beside() -> None:
    policy = AddressPolicy(["wiki.intranet", "10.1.0.0/16"])

    with pytest.raises(Refusal, match="no public address"):
        policy.check_addresses("other.intranet", [ip_address("10.2.0.1")])


@pytest.mark.parametrize("hosts", ["10.0.0.1", ["10.0.0.1/8"], ["10.0/nine"]])
def test_allowed_hosts_that_cannot_be_meant_are_told(hosts: list[str]) -> None:
    with pytest.raises(UsageError, match=r"is a list of hosts|is no network"):
        AddressPolicy(hosts)
