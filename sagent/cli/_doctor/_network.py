"""The way out: proxies, certificates, and names of hosts."""

import os
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import trio

from sagent.cli._doctor._finding import Finding, failed, ok, warning

_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_SCHEMES = frozenset({"http", "https", "socks5", "socks5h"})
_SOCKS = frozenset({"socks5", "socks5h"})


def look_at_network() -> Iterator[Finding]:
    """See what the environment says of the network; nobody is asked."""
    proxies = {scheme: url for scheme, url in getproxies().items() if scheme != "no"}
    if not proxies:
        yield ok("no proxy is set")
    for scheme, url in sorted(proxies.items()):
        yield _proxy(scheme, url)
    if proxies and (passed := getproxies().get("no")):
        yield ok(f"not by the proxy: {passed}")
    yield from _look_at_certificates(os.environ)


async def unresolved(host: str) -> str:
    """Tell why *host* has no address; "" if it has one, or a proxy is to find it."""
    if getproxies() and not proxy_bypass(host):
        await trio.lowlevel.checkpoint()
        return ""
    try:
        await trio.socket.getaddrinfo(host, None)
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _proxy(scheme: str, url: str) -> Finding:
    variable = f"{scheme.upper()}_PROXY"
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
        parts = urlsplit("")
    shown = f"{parts.scheme}://{host}{f':{port}' if port else ''}"
    if not host or parts.scheme not in _SCHEMES:
        return failed(f"{variable} is no address of a proxy", f"write {variable}=http://host:port")
    if parts.scheme in _SOCKS and find_spec("socksio") is None:
        return failed(f"{variable} is {shown}, and SOCKS is not installed", "pip install socksio")
    return ok(f"{scheme} goes by the proxy {shown}")


def _look_at_certificates(environ: Mapping[str, str]) -> Iterator[Finding]:
    for variable in _CERTIFICATES:
        named = environ.get(variable)
        if not named:
            continue
        if Path(named).exists():
            yield ok(f"certificates are taken from {named}, as {variable} says")
        else:
            yield failed(f"{variable} names {named}, which is not there", f"unset {variable}")
    if environ.get("REQUESTS_CA_BUNDLE") and not any(map(environ.get, _CERTIFICATES)):
        yield warning(
            "REQUESTS_CA_BUNDLE is set, which sagent does not read",
            "export SSL_CERT_FILE=$REQUESTS_CA_BUNDLE, if the vendors' certificates need it",
        )
