"""Which URLs are taken, and in which spelling."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.tools._refusal import Refusal
from sagent.tools.web._target import redirected, target_of


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (" https://Example.COM ", "https://example.com"),
        ("https://example.com./a?b=c#part", "https://example.com/a?b=c"),
        ("HTTP://example.com:8080/x y", "http://example.com:8080/x%20y"),
        ("https://münchen.de/ü", "https://xn--mnchen-3ya.de/%C3%BC"),
        ("http://8.8.8.8./", "http://8.8.8.8/"),
        ("http://[2606:4700:0:0:0:0:0:1]/", "http://[2606:4700::1]/"),
    ],
)
def test_a_url_gets_its_plain_spelling(text: str, url: str) -> None:
    assert str(target_of(text)) == url


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "give a whole URL"),
        ("example.com", "give a whole URL"),
        ("//example.com", "give a whole URL"),
        ("file:///etc/passwd", "give a whole URL"),
        ("gopher://example.com", "give a whole URL"),
        ("ftp://example.com", "give a whole URL"),
        ("data:text/html,x", "give a whole URL"),
        ("http://", "no name of a host"),
        ("http:///etc/passwd", "no name of a host"),
        ("http://user:password@example.com", "user name or password"),
        ("http://8.8.8.8@127.0.0.1/", "user name or password"),
        ("http://example.com:0", "is no port"),
        ("http://example.com:65536", "is no port"),
        ("http://example.com:x", "is no URL"),
        ("http://exa mple.com", "no name of a host"),
        ("http://example.com\\@127.0.0.1", "user name or password|no name of a host"),
        ("http://a..b", "no name of a host"),
        ("http://" + "a." * 150 + "b", "no name of a host"),
        ("http://127.1", "no plain IPv4 address"),
        ("http://2130706433", "no plain IPv4 address"),
        ("http://0x7f000001", "no plain IPv4 address"),
        ("http://0x7f.0.0.1", "no plain IPv4 address"),
        ("http://0177.0.0.1", "is no URL"),
        ("http://127.0.0.0x1", "no plain IPv4 address"),
        ("http://127.0.0.1..", "no name of a host"),
        ("http://\uff11\uff12\uff17.0.0.1", "is no URL"),
        ("http://[fe80::1%25eth0]/", "interface of this machine"),
        ("http://[fe80::1%eth0]/", "interface of this machine"),
        ("http://[::1/", "is no URL|no name of a host"),
        ("http://[1.2.3.4]/", "is no URL|no name of a host"),
        ("http://h/\ud800", "is no URL"),
        ("http://example.com/" + "a" * 9000, "8192 at most"),
    ],
)
def test_what_is_no_plain_url_is_told(text: str, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        target_of(text)


@given(st.text() | st.text().map("http://{}".format) | st.text().map("https://[{}]".format))
def test_any_text_is_taken_or_told_in_one_line(text: str) -> None:
    try:
        url = target_of(text)
    except Refusal as error:
        assert str(error).isprintable()  # noqa: PT017  # either may happen
    else:
        assert target_of(str(url)) == url


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/b", "https://example.com/b"),
        ("b#part", "https://example.com/a/b"),
        ("//other.example", "https://other.example"),
        ("https://other.example/?q", "https://other.example/?q"),
    ],
)
def test_a_redirect_may_be_relative(location: str, url: str) -> None:
    assert str(redirected(httpx.URL("https://example.com/a/c"), location)) == url


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://example.com/", "not encrypted: fetch that URL itself"),
        ("file:///etc/passwd", "give a whole URL"),
        ("https://user@example.com", "user name"),
        ("https://2130706433/", "no plain IPv4"),
        ("https://\x00/", "no URL"),
        ("/" + "a" * 9000, "8192 at most"),
    ],
)
def test_a_redirect_to_no_plain_place_is_told(location: str, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        redirected(httpx.URL("https://example.com/a"), location)
