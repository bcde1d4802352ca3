"""The addresses of pages, from the hands of models and of servers."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

import httpx

from sagent.tools._refusal import Refusal

_LONGEST_CHARS = 8192
_LONGEST_HOST_CHARS = 253
_HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_LAST_PORT = 65535


def target_of(text: str) -> httpx.URL:
    """Read the URL of a page: absolute, of http or https, its host in its one plain spelling.

    The fragment is dropped: it is not sent.

    Raises:
        Refusal: it is none, or could be read in two ways.
    """
    text = text.strip()
    _check_length(text)
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError) as error:
        raise Refusal(f"{_short(text)} is no URL: {error}") from error
    return _checked(url, text)


def redirected(url: httpx.URL, location: str) -> httpx.URL:
    """Read the *location* that the server of *url* sends its caller to.

    Raises:
        Refusal: it is none, or would give up encryption.
    """
    _check_length(location)
    try:
        absolute = url.join(location.strip())
    except (httpx.InvalidURL, ValueError) as error:
        raise Refusal(f"{url.host} redirects to {_short(location)}, no URL: {error}") from error
    target = _checked(absolute, str(absolute))
    if (url.scheme, target.scheme) == ("https", "http"):
        raise Refusal(
            f"{url.host} redirects from https to {_short(str(target))}, which is not encrypted: "
            "fetch that URL itself if you want it"
        )
    return target


def _check_length(text: str) -> None:
    if len(text) > _LONGEST_CHARS:
        raise Refusal(f"the URL has {len(text)} characters: {_LONGEST_CHARS} at most")


def _checked(url: httpx.URL, text: str) -> httpx.URL:
    if url.scheme not in {"http", "https"}:
        raise Refusal(f"{_short(text)}: give a whole URL, beginning with https:// or http://")
    if url.userinfo:
        raise Refusal("the URL holds a user name or password: leave them out")
    if url.port == 0 or (url.port or 1) > _LAST_PORT:
        raise Refusal(f"{_short(text)}: {url.port} is no port")
    return url.copy_with(host=_plain_host(url.raw_host.decode("ascii", "replace")), fragment=None)


def _plain_host(host: str) -> str:
    if ":" in host:
        try:
            address = IPv6Address(host)
        except AddressValueError as error:
            raise Refusal(f"{_short(host)} is no IPv6 address: {error}") from error
        if address.scope_id is not None:
            raise Refusal(f"{_short(host)} names an interface of this machine: leave out the zone")
        return str(address)
    host = host.lower().removesuffix(".")
    if len(host) > _LONGEST_HOST_CHARS or not _HOST.fullmatch(host):
        raise Refusal(f"{_short(host) or 'the empty name'} is no name of a host")
    # What inet_aton() would take for an address, such as 127.1, 0x7f000001 or 2130706433.
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        try:
            return str(IPv4Address(host))
        except AddressValueError as error:
            raise Refusal(f"{host} is no plain IPv4 address: write four decimal numbers") from error
    return host


def _short(text: str) -> str:
    line = text.encode("ascii", "backslashreplace").decode()
    line = "".join(character if character.isprintable() else "?" for character in line)
    return line if len(line) <= 100 else f"{line[:100]}..."  # noqa: PLR2004  # enough to know it by
