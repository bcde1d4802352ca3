"""Pages that redirect, grow, drip and break, over real sockets."""

import gzip
import zlib
from collections.abc import Sequence
from ipaddress import ip_address

import pytest
import trio
from web_server import open_web_server, page, redirect

from sagent.tools._refusal import Refusal
from sagent.tools.web import AddressPolicy
from sagent.tools.web._address import Address
from sagent.tools.web._dialer import Dialer, Resolve, resolve_host
from sagent.tools.web._exchange import Answer
from sagent.tools.web._fetcher import Fetcher
from sagent.tools.web._target import target_of

PRIVATE = "is no public address"


async def fetched(
    url: str,
    *,
    allowed: Sequence[str] = ("127.0.0.1",),
    resolve: Resolve = resolve_host,
    most_bytes: int = 1_000_000,
) -> Answer:
    fetcher = Fetcher(Dialer(AddressPolicy(allowed), resolve), most_bytes)
    with trio.fail_after(10):
        return await fetcher.get(target_of(url))


def names(table: dict[str, list[list[str]]]) -> Resolve:
    """Resolve as *table* says, one answer after the other."""

    async def resolve(host: str) -> Sequence[Address]:
        await trio.lowlevel.checkpoint()
        return [ip_address(address) for address in table[host].pop(0)]

    return resolve


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "127.0.0.1."],
)
async def test_this_machine_is_not_reached(host: str) -> None:
    async with open_web_server({"/": page("secret")}) as server:
        port = server.origin.rpartition(":")[2]

        with pytest.raises(Refusal, match=PRIVATE):
            await fetched(f"http://{host}:{port}/", allowed=())

    assert not server.seen


async def test_a_name_that_leads_to_a_private_address_is_not_reached() -> None:
    resolve = names({"intranet.example": [["8.8.8.8", "127.0.0.1"]]})
    async with open_web_server({"/": page("secret")}) as server:
        port = server.origin.rpartition(":")[2]

        with pytest.raises(Refusal, match=r"intranet\.example \(127\.0\.0\.1\) is no public"):
            await fetched(f"http://intranet.example:{port}/", allowed=(), resolve=resolve)

    assert not server.seen


async def test_a_redirect_to_a_private_address_is_not_followed() -> None:
    async with (
        open_web_server({"/": page("secret")}, host="127.0.0.2") as inner,
        open_web_server({"/": redirect(inner.origin + "/")}) as outer,
    ):
        with pytest.raises(Refusal, match=PRIVATE):
            await fetched(outer.origin)

    assert (len(outer.seen), len(inner.seen)) == (1, 0)


async def test_a_name_that_changes_its_address_between_two_requests_is_checked_again() -> None:
    resolve = names({"rebinding.example": [["127.0.0.1"], ["127.0.0.2"]]})
    async with open_web_server({"/": redirect("/again")}) as server:
        port = server.origin.rpartition(":")[2]

        with pytest.raises(Refusal, match=r"rebinding\.example \(127\.0\.0\.2\) is no public"):
            await fetched(f"http://rebinding.example:{port}/", resolve=resolve)

    assert len(server.seen) == 1


async def test_a_connection_goes_to_the_address_that_was_checked() -> None:
    table = {"rebinding.example": [["127.0.0.1"], ["127.0.0.2"]]}
    async with open_web_server({"/": page("public")}) as server:
        port = server.origin.rpartition(":")[2]

        answer = await fetched(f"http://rebinding.example:{port}/", resolve=names(table))

    assert answer.body == b"public"
    assert f"Host: rebinding.example:{port}" in server.seen[0]
    assert table == {"rebinding.example": [["127.0.0.2"]]}


async def test_nothing_of_the_user_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    pages = {
        "/": page(status="302 Found", headers={"Location": "/b", "Set-Cookie": "a=b"}),
        "/b": page("b"),
    }
    async with open_web_server(pages) as server:
        answer = await fetched(server.origin)

    assert (answer.body, str(answer.url)) == (b"b", f"{server.origin}/b")
    sent = {line.split(":")[0].lower() for line in server.seen[1].split("\r\n")[1:] if line}
    assert sent <= {"host", "user-agent", "accept", "accept-encoding", "connection"} | {"\n\n"}


async def test_redirects_in_a_circle_end() -> None:
    async with open_web_server({"/": redirect("/")}) as server:
        with pytest.raises(Refusal, match="stopped after 10 redirects"):
            await fetched(server.origin)

    assert len(server.seen) == 11


@pytest.mark.parametrize("location", ["file:///etc/passwd", "http://a@b/", "http://2130706433/"])
async def test_a_redirect_to_what_is_no_page_is_told(location: str) -> None:
    async with open_web_server({"/": redirect(location)}) as server:
        with pytest.raises(Refusal, match=r"whole URL|user name|no plain IPv4"):
            await fetched(server.origin)


@pytest.mark.parametrize("bits", [31, 15, -15])
async def test_a_body_is_unpacked(bits: int) -> None:
    packer = zlib.compressobj(wbits=bits)
    body = packer.compress(b"a page") + packer.flush()
    coding = "gzip" if bits > 15 else "deflate"  # as zlib counts
    said = page(body, headers={"Content-Encoding": coding})
    async with open_web_server({"/": said}) as server:
        assert (await fetched(server.origin)).body == b"a page"


async def test_a_body_of_several_members_is_unpacked() -> None:
    said = page(
        gzip.compress(b"one ") + gzip.compress(b"two") + b"\0\0",
        headers={"Content-Encoding": "gzip"},
    )
    async with open_web_server({"/": said}) as server:
        assert (await fetched(server.origin)).body == b"one two"


async def test_a_bomb_is_told_before_it_grows() -> None:
    bomb = gzip.compress(bytes(50_000_000), 9)
    said = page(bomb, headers={"Content-Encoding": "gzip"})
    async with open_web_server({"/": said}) as server:
        with pytest.raises(Refusal, match="no page but a bomb"):
            await fetched(server.origin, most_bytes=100_000_000)


@pytest.mark.parametrize(
    ("coding", "body", "reason"),
    [
        ("gzip", b"not packed", "no valid gzip"),
        ("gzip", gzip.compress(b"a page" * 99)[:-12], "breaks off in the middle"),
        ("gzip, gzip", b"", "was not asked for"),
        ("br", b"", "was not asked for"),
    ],
)
async def test_a_body_that_cannot_be_unpacked_is_told(
    coding: str, body: bytes, reason: str
) -> None:
    said = page(body, headers={"Content-Encoding": coding})
    async with open_web_server({"/": said}) as server:
        with pytest.raises(Refusal, match=reason):
            await fetched(server.origin)


async def test_an_endless_body_is_cut() -> None:
    async def flood(stream: trio.abc.Stream) -> None:
        await stream.send_all(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            await stream.send_all(b"more " * 10_000)

    async with open_web_server({"/": flood}) as server:
        answer = await fetched(server.origin, most_bytes=300_000)

    assert (len(answer.body), answer.cut) == (300_000, True)


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nshort\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 40_000,
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000,
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\xff" * 300,
        b"",
    ],
)
async def test_an_answer_that_breaks_its_own_form_is_told(said: bytes) -> None:
    async def say(stream: trio.abc.Stream) -> None:
        await stream.send_all(said)

    async with open_web_server({"/": say}) as server:
        with pytest.raises(Refusal, match="broke off"):
            await fetched(server.origin)


async def test_a_name_without_an_address_is_told() -> None:
    async def resolve(host: str) -> Sequence[Address]:
        await trio.lowlevel.checkpoint()
        raise OSError(-2, "Name or service not known")

    with pytest.raises(Refusal, match=r"nowhere\.example has no address \(Name or service"):
        await fetched("http://nowhere.example", resolve=resolve)


async def test_a_port_where_nobody_listens_is_told() -> None:
    async with open_web_server({}) as server:
        origin = server.origin

    with pytest.raises(Refusal, match=r"no connection to 127\.0\.0\.1 \(.*\): try again"):
        await fetched(origin)


async def test_an_address_that_does_not_answer_is_passed_over() -> None:
    resolve = names({"half.example": [["127.0.0.3", "127.0.0.1"]]})
    async with open_web_server({"/": page("here")}) as server:
        port = server.origin.rpartition(":")[2]

        answer = await fetched(
            f"http://half.example:{port}/", allowed=["127.0.0.0/8"], resolve=resolve
        )

    assert answer.body == b"here"
