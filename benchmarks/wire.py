"""What the way to a model costs: decoding its answer, one turn over HTTP, two hundred at once."""

import json
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import httpx
import trio

from benchmarks.chat_server import answer_chunks, open_chat_server
from benchmarks.effort import FULL, Effort
from benchmarks.row import (
    MICROSECONDS,
    PER_SECOND,
    Reading,
    Row,
    Target,
    at_least,
    ratio_at_least,
    ratio_at_most,
)
from sagent.actors import System, open_system
from sagent.agent import Agent, Prompt
from sagent.message import Descriptor, TextMessage
from sagent.model import Model, ModelRequest
from sagent.providers import OpenAICompat
from sagent.providers._wires.chat.decoder import ChatDecoder
from sagent.providers._wires.sse import EventDecoder
from sagent.tool import Tool, spec_of
from sagent.tools import TOOLS, build_tools

TEXT = "Say something."
CONCURRENT = 200
DEFAULT_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20)
WIDE_LIMITS = httpx.Limits(max_connections=CONCURRENT, max_keepalive_connections=CONCURRENT)


def rows(effort: Effort = FULL) -> list[Row]:
    """Measure all, in some forty seconds."""
    with open_chat_server() as base_url:
        return [
            *_decoding(effort),
            *_turns(effort, base_url),
            *_concurrent(effort, base_url),
        ]


# Decoding, where an event of the stream comes as one chunk of bytes.


def _decoding(effort: Effort) -> list[Row]:
    chunks = answer_chunks(effort.times(20_000))
    payloads = [chunk[6:-2] for chunk in chunks[:-1]]
    block = b"".join(chunks)
    blocks = [block[start : start + 16384] for start in range(0, len(block), 16384)]
    single, grouped, chat, parsing = (
        len(chunks) / seconds
        for seconds in effort.medians(
            lambda: _seconds(lambda: _decode_events(chunks)),
            lambda: _seconds(lambda: _decode_events(blocks)),
            lambda: _seconds(lambda: _decode_chat(chunks)),
            lambda: _seconds(lambda: _parse(payloads)),
        )
    )
    target = at_least(100_000)
    return [
        Row(what="SSE events, a chunk each", ours=single, unit=PER_SECOND, target=target),
        Row(what="SSE events, chunks of 16 KB", ours=grouped, unit=PER_SECOND, target=target),
        Row(
            what="SSE and chat decoding / json.loads alone",
            ours=chat,
            anchor=parsing,
            unit=PER_SECOND,
            reading=Reading.RATE,
        ),
    ]


def _seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _decode_events(chunks: Sequence[bytes]) -> None:
    decoder = EventDecoder()
    for chunk in chunks:
        for _ in decoder.feed(chunk):
            pass


def _decode_chat(chunks: Sequence[bytes]) -> None:
    events, decoder = EventDecoder(), ChatDecoder()
    for chunk in chunks:
        for event in events.feed(chunk):
            for _ in decoder.feed(event.data):
                pass


def _parse(payloads: Sequence[bytes]) -> None:
    for payload in payloads:
        json.loads(payload)


# One turn, against the same bytes sent by hand and the answer read line by line.


def _turns(effort: Effort, base_url: str) -> list[Row]:
    return [
        _turn(effort, base_url, "a turn over loopback / bare httpx", []),
        _turn(effort, base_url, "a turn with the seven tools / bare httpx", build_tools(TOOLS)),
        _run(effort, base_url),
    ]


def _turn(effort: Effort, base_url: str, what: str, tools: Sequence[Tool]) -> Row:
    times = effort.times(60)
    model = OpenAICompat(base_url=base_url).model("canned")
    agent = Agent(model=model, tools=tools)
    body = _first_body(model.wire.encode, tools)

    async def ours() -> float:
        async with open_system() as system:
            await _first_turn(system, agent)
            return sum([await _first_turn(system, agent) for _ in range(times)]) / times

    async def bare() -> float:
        async with _bare_client(base_url) as client:
            await _exchange(client, body)
            start = time.perf_counter()
            for _ in range(times):
                await _exchange(client, body)
            return (time.perf_counter() - start) / times

    taken, anchor = effort.medians(lambda: trio.run(ours), lambda: trio.run(bare))
    return Row(what=what, ours=taken, anchor=anchor, unit=MICROSECONDS, target=ratio_at_most(1.3))


def _run(effort: Effort, base_url: str) -> Row:
    times = effort.times(30)
    model = OpenAICompat(base_url=base_url).model("canned")
    body = _first_body(model.wire.encode, [])

    async def ours() -> float:
        start = time.perf_counter()
        for _ in range(times):
            await Agent(model=model).run(TEXT)
        return (time.perf_counter() - start) / times

    async def bare() -> float:
        start = time.perf_counter()
        for _ in range(times):
            async with _bare_client(base_url) as client:
                await _exchange(client, body)
        return (time.perf_counter() - start) / times

    taken, anchor = effort.medians(lambda: trio.run(ours), lambda: trio.run(bare))
    return Row(
        what="Agent.run over loopback / bare httpx with a client each",
        ours=taken,
        anchor=anchor,
        unit=MICROSECONDS,
    )


async def _first_turn(system: System, agent: Agent) -> float:
    ref = await system.spawn(agent)
    start = time.perf_counter()
    await ref.ask(Prompt(TEXT))
    took = time.perf_counter() - start
    ref.kill()
    await ref.closed()
    return took


def _first_body(encode: Callable[[ModelRequest], bytes], tools: Sequence[Tool]) -> bytes:
    message = TextMessage(TEXT, Descriptor.USER)
    return encode(ModelRequest(messages=(message,), tools=tuple(spec_of(tool) for tool in tools)))


def _bare_client(base_url: str, limits: httpx.Limits = DEFAULT_LIMITS) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=base_url, timeout=60, limits=limits, trust_env=False, verify=False
    )


async def _exchange(client: httpx.AsyncClient, body: bytes) -> str:
    words: list[str] = []
    async with client.stream("POST", "chat/completions", content=body) as response:
        async for line in response.aiter_lines():
            if line.startswith("data: {"):
                choices = json.loads(line[6:])["choices"]
                words += [choice["delta"].get("content", "") for choice in choices]
    return "".join(words)


# Many at once, each sending one request after the other. The anchor that does the same has a
# connection for each; by httpx's own limits, half of them wait for the other half, which answers
# that come at once make cheap.


def _concurrent(effort: Effort, base_url: str) -> list[Row]:
    each = effort.times(3)
    model = OpenAICompat(base_url=base_url).model("canned")
    body = _first_body(model.wire.encode, [])

    async def asks() -> float:
        async with open_system() as system:
            refs = [await system.spawn(Agent(model=model)) for _ in range(CONCURRENT)]
            works = [partial(ref.ask, Prompt(TEXT)) for ref in refs]
            await _rate(works, 1)
            return await _rate(works, each)

    async def runs() -> float:
        return await _rate([lambda: _run_alone(model)] * CONCURRENT, each)

    async def bare(limits: httpx.Limits) -> float:
        async with _bare_client(base_url, limits) as client:
            works = [lambda: _exchange(client, body)] * CONCURRENT
            await _rate(works, 1)
            return await _rate(works, each)

    asked, run, by_default = effort.medians(
        lambda: trio.run(asks), lambda: trio.run(runs), lambda: trio.run(bare, DEFAULT_LIMITS)
    )
    (wide,) = effort.medians(lambda: trio.run(bare, WIDE_LIMITS), rounds=effort.times(3))
    return [
        _many("spawned agents", asked, wide, WIDE_LIMITS, ratio_at_least(2.5)),
        _many("Agent.run", run, wide, WIDE_LIMITS, ratio_at_least(2.5)),
        _many("spawned agents", asked, by_default, DEFAULT_LIMITS),
        _many("Agent.run", run, by_default, DEFAULT_LIMITS),
    ]


def _many(
    who: str, ours: float, anchor: float, limits: httpx.Limits, target: Target | None = None
) -> Row:
    return Row(
        what=f"{CONCURRENT} {who} / one bare httpx client, {limits.max_connections} connections",
        ours=ours,
        anchor=anchor,
        unit=PER_SECOND,
        reading=Reading.RATE,
        target=target,
    )


async def _run_alone(model: Model) -> object:
    return await Agent(model=model).run(TEXT)


async def _rate(works: Sequence[Callable[[], Awaitable[object]]], each: int) -> float:
    async def repeat(work: Callable[[], Awaitable[object]]) -> None:
        for _ in range(each):
            await work()

    start = time.perf_counter()
    async with trio.open_nursery() as nursery:
        for work in works:
            nursery.start_soon(repeat, work)
    return len(works) * each / (time.perf_counter() - start)
