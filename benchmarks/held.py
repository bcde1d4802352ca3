"""What the guard measures: costs of ours over an anchor's, which a busy machine hardly moves.

They are counts, bytes, and CPU times. Of a CPU time the least of some rounds is taken, ours and the
anchor's by turns: what else the machine does can only add to it.
"""

import gc
import os
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import trio

from benchmarks import actors, providers, saved_turns, sessions, size, wire
from benchmarks.agent import bytes_per_agent, calling, cpu_s_per_turn
from benchmarks.bare import bare_client
from benchmarks.chat_server import answer_chunks, open_chat_server
from benchmarks.child import Cost, open_launcher
from benchmarks.parrot import Parrot
from benchmarks.runtimes import sagent_actors, trio_tasks
from benchmarks.startup import SAGENT
from sagent.actors import open_system
from sagent.agent import Agent
from sagent.home import Home
from sagent.session import read_session

ROUNDS = 9
TURNS = range(6, 86)
EARLY = range(6, 26)
LATE = range(300, 320)
PARROT = Agent(model=Parrot(), compactor=None)

type Measure = Callable[[], float]


def _ratio(ours: Measure, anchor: Measure, *, rounds: int = ROUNDS) -> float:
    """Take the least of each."""
    taken: list[tuple[float, float]] = []
    for _ in range(rounds):
        gc.collect()
        taken.append((ours(), anchor()))
    return _of_least(taken)


def _of_least(taken: Sequence[tuple[float, float]]) -> float:
    return min(ours for ours, _ in taken) / min(anchor for _, anchor in taken)


def _cpu_s(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


# Actors, agents.


def _actor_work(ours: str, anchor: str, count: int) -> Measure:
    return lambda: _ratio(
        lambda: _cpu_s(partial(sagent_actors.WORKS[ours], count)),
        lambda: _cpu_s(partial(trio_tasks.WORKS[anchor], count)),
    )


def _turn(agent: Agent) -> Measure:
    return lambda: _ratio(
        lambda: trio.run(cpu_s_per_turn, agent, TURNS),
        lambda: _cpu_s(partial(trio_tasks.WORKS["ask"], 1000)) / 1000,
    )


def _growth() -> float:
    return _ratio(
        lambda: trio.run(cpu_s_per_turn, PARROT, LATE),
        lambda: trio.run(cpu_s_per_turn, PARROT, EARLY),
        rounds=5,
    )


def _idle_actor() -> float:
    tracemalloc.start()
    try:
        ours, anchor = (trio.run(m, 300) for m in (actors.actor_bytes, actors.task_bytes))
    finally:
        tracemalloc.stop()
    return ours / anchor


def _idle_agent() -> float:
    count = 200
    ours = trio.run(bytes_per_agent, PARROT, count)
    tracemalloc.start()
    try:
        anchor = trio.run(actors.task_bytes, count) / count
    finally:
        tracemalloc.stop()
    return ours / anchor


# Sessions.


def _loading() -> float:
    with TemporaryDirectory() as place:
        directory = sessions.written(Home(Path(place)), 1000)
        lines = (directory / "session.jsonl").read_bytes().splitlines()
        return _ratio(
            lambda: _cpu_s(lambda: read_session(directory)),
            lambda: _cpu_s(lambda: wire.parse(lines)),
        )


def _writes() -> float:
    _, writes = trio.run(saved_turns.written_per_turn, PARROT, range(10, 30))
    return writes


# The wire.


def _decoding() -> float:
    chat = wire.DIALECTS[0]
    chunks = answer_chunks(2000)
    payloads = wire.payloads(chunks)
    return _ratio(
        lambda: _cpu_s(lambda: wire.decode(chat.wire(), chunks)),
        lambda: _cpu_s(lambda: wire.parse(payloads)),
    )


def _loopback() -> float:
    """Measure a turn of an agent beside the same request by bare httpx."""
    with open_chat_server() as base_url:
        return trio.run(_turns_over, base_url)


async def _turns_over(base_url: str) -> float:
    agent = Agent(model=providers.canned_model(base_url))
    body = providers.first_body([])
    taken: list[tuple[float, float]] = []
    async with open_system() as system, bare_client(base_url) as client:
        for _ in range(60):
            start = time.process_time()
            await providers.first_turn(system, agent)
            middle = time.process_time()
            await providers.bare_turn(client, body)
            taken.append((middle - start, time.process_time() - middle))
    return _of_least(taken)


def _first_request() -> float:
    row = size.rows()[0]
    assert row.ratio is not None
    return row.ratio


# Whole processes.


def _help_modules() -> float:
    return _modules("-m", "sagent", "--help") / _modules("-c", "pass")


def _turn_modules() -> float:
    with TemporaryDirectory() as home, open_chat_server() as base_url:
        words = ("-m", "sagent", "--base-url", base_url, "--model", "canned", "Say something.")
        return _modules(*words, home=home) / _modules("-c", "pass")


def _modules(*words: str, home: str = "") -> int:
    """Count what is imported."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *words],
        env=os.environ | {"SAGENT_HOME": home},
        capture_output=True,
        check=True,
    )
    return done.stderr.count(b"import time:")


def _headless(part: Callable[[Cost], float], rounds: int) -> Measure:
    """Measure a turn beside a Python that imports trio alone."""

    def measure() -> float:
        with open_chat_server() as base_url, open_launcher() as launcher:
            turn = (SAGENT, "--base-url", base_url, "--model", "canned", "Say something.")
            anchor = (sys.executable, "-c", "import trio")
            for command in (turn, anchor):
                launcher.run(*command)  # compiles
            return _ratio(
                lambda: part(launcher.run(*turn)),
                lambda: part(launcher.run(*anchor)),
                rounds=rounds,
            )

    return measure


MEASURES: Mapping[str, Measure] = {
    "tell / channel send, CPU": _actor_work("tell", "tell", 5000),
    "ask / round trip of channels, CPU": _actor_work("ask", "ask", 1000),
    "ask, a deadline each / round trip, CPU": _actor_work(
        "ask, a deadline each", "ask, a deadline each", 1000
    ),
    "fan-out and in of 1,000, with their start / tasks, CPU": _actor_work("fan", "fan", 1),
    "spawn, supervised / a task, start to end, CPU": _actor_work("spawn supervised", "live", 300),
    "an idle actor / a task that waits on a channel, bytes": _idle_actor,
    "an idle agent / a task that waits on a channel, bytes": _idle_agent,
    "a turn / round trip of channels, CPU": _turn(PARROT),
    "a turn with a tool call / round trip of channels, CPU": _turn(calling(1)),
    "turn 300 / turn 10, CPU": _growth,
    "load a session / its JSON alone, CPU": _loading,
    "writes of a saved turn": _writes,
    "bytes of an answer to model events / json.loads alone, CPU": _decoding,
    "a turn over loopback / bare httpx, CPU": _loopback,
    "first request with the default tools / without, bytes": _first_request,
    "sagent --help / python -c pass, modules": _help_modules,
    "one headless turn / python -c pass, modules": _turn_modules,
    "one headless turn / import of trio, CPU": _headless(lambda cost: cost.cpu_s, 5),
    "one headless turn / import of trio, peak memory": _headless(lambda cost: cost.peak_bytes, 1),
}
