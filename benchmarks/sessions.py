"""What a session costs to load, to hold, and to go on with."""

import json
import random
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import attrs

from benchmarks.effort import Effort
from benchmarks.memory import traced_bytes
from benchmarks.row import MEGABYTES, MICROSECONDS, MILLISECONDS, Row, at_most, ratio_at_most
from sagent.home import Home
from sagent.message import (
    Descriptor,
    MultipartMessage,
    TextMessage,
    new_id,
    tool_call_message,
    tool_result_message,
)
from sagent.model import Usage
from sagent.session import (
    CheckpointRecord,
    MessageRecord,
    Record,
    SpendRecord,
    StateRecord,
    create_session,
    list_sessions,
    open_session,
    read_session,
    search_sessions,
)
from sagent.tool import FileStamp

MESSAGES = 10_000
ROUNDS_A_TURN = 4
MESSAGES_A_TURN = 2 * ROUNDS_A_TURN + 2
SESSIONS = 200
WORDS = "the agent reads a file and runs its tests then changes one line of it 'quoted' {x: 1}\n"


def rows(effort: Effort) -> list[Row]:
    """Measure all, in some fifteen seconds."""
    count = effort.times(MESSAGES)
    with tempfile.TemporaryDirectory() as directory:
        home = Home(Path(directory))
        session = written(home, count)
        return [
            *_loading(session, count, effort),
            *_saving(home, session, effort),
            *_listing(home, effort),
        ]


def turn(parent: str | None, number: int) -> Iterator[Record]:
    """The records of a turn: a prompt, four rounds with a tool, an answer."""
    prompt = TextMessage(text(120), Descriptor.USER, parent_id=parent)
    yield MessageRecord(prompt)
    parent = prompt.id
    for round_ in range(ROUNDS_A_TURN):
        call = tool_call_message(
            "Read",
            {"file_path": f"/home/someone/project/src/module_{number % 97}.py", "offset": 1},
            call_id=f"toolu_{new_id()[:24]}",
        )
        answer = MultipartMessage(
            (TextMessage(text(200)), call), Descriptor.MODEL, parent_id=parent
        )
        yield MessageRecord(answer)
        yield spend()
        if round_ == 0:
            yield CheckpointRecord(snapshot=new_id(), before=answer.id)
        result = attrs.evolve(
            tool_result_message(call, TextMessage(text(1000))), parent_id=answer.id
        )
        yield MessageRecord(result)
        parent = result.id
    path = Path(f"/home/someone/project/src/module_{number % 97}.py")
    yield StateRecord(files={path: FileStamp(time.time_ns(), 4096)})
    yield MessageRecord(
        MultipartMessage((TextMessage(text(400)),), Descriptor.MODEL, parent_id=parent)
    )
    yield spend()


def spend() -> SpendRecord:
    return SpendRecord(
        usage=Usage(input_tokens=12_345, output_tokens=234, cached_tokens=12_000),
        cost_usd=Decimal("0.0123"),
        model_id="claude-sonnet-4-6",
        provider="Anthropic",
    )


def text(chars: int) -> str:
    start = random.randrange(len(WORDS))
    return (WORDS[start:] + WORDS * (chars // len(WORDS) + 1))[:chars]


def written(home: Home, count: int) -> Path:
    """Write a session of *count* messages."""
    with create_session(home, cwd=Path("/project"), secrets=(), durability="none") as session:
        for number in range(count // MESSAGES_A_TURN):
            session.append(*turn(session.transcript.head, number))
    return session.directory


def _loading(session: Path, count: int, effort: Effort) -> list[Row]:
    file = session / "session.jsonl"
    lines = file.read_bytes().splitlines()

    def load() -> float:
        start = time.perf_counter()
        transcript = read_session(session)
        took = time.perf_counter() - start
        assert len(transcript.messages) == count
        return took

    def whole() -> float:
        start = time.perf_counter()
        transcript = read_session(session)
        assert len(transcript.conversation) == count
        assert transcript.spending.calls
        return time.perf_counter() - start

    def parse() -> float:
        start = time.perf_counter()
        for line in lines:
            json.loads(line)
        return time.perf_counter() - start

    loaded, decoded, parsed = effort.medians(load, whole, parse)
    size = file.stat().st_size
    what = f"{count:,} messages, {size / 1e6:.1f} MB"
    held, held_whole = _held(session)
    target = at_most(80e-3 * count / MESSAGES)
    return [
        Row(
            what=f"load {what}; JSON alone",
            ours=loaded,
            unit=MILLISECONDS,
            anchor=parsed,
            target=target,
        ),
        Row(
            what="and take all of the conversation", ours=decoded, unit=MILLISECONDS, anchor=parsed
        ),
        Row(
            what="memory after the load; the file",
            ours=held,
            unit=MEGABYTES,
            anchor=size,
            target=ratio_at_most(3),
        ),
        Row(
            what="memory with all of the conversation",
            ours=held_whole,
            unit=MEGABYTES,
            anchor=size,
            target=ratio_at_most(3),
        ),
    ]


def _held(session: Path) -> tuple[int, int]:
    tracemalloc.start()
    try:
        before = traced_bytes()
        transcript = read_session(session)
        loaded = traced_bytes() - before
        kept = transcript.conversation
        assert kept
        assert transcript.spending.calls
        return loaded, traced_bytes() - before
    finally:
        tracemalloc.stop()


def _saving(home: Home, session: Path, effort: Effort) -> list[Row]:
    turns = effort.times(1_000)

    def save(directory: Path) -> float:
        with open_session(
            directory, secrets=["sk-fake-0123456789"] * 5, durability="none"
        ) as opened:
            batches: list[tuple[Record, ...]] = []
            parent = opened.transcript.head
            for _ in range(turns):
                prompt = TextMessage(text(120), Descriptor.USER, parent_id=parent)
                answer = MultipartMessage(
                    (TextMessage(text(800)),), Descriptor.MODEL, parent_id=prompt.id
                )
                batches.append((MessageRecord(prompt), MessageRecord(answer), spend()))
                parent = answer.id
            start = time.process_time()
            for records in batches:
                opened.append(*records)
            return (time.process_time() - start) / turns

    def short() -> float:
        return save(written(home, MESSAGES_A_TURN))

    long, new = effort.medians(lambda: save(session), short, rounds=3)
    what = "save prompt, response and spending, of CPU; in a new session"
    return [Row(what=what, ours=long, unit=MICROSECONDS, anchor=new, target=at_most(200e-6))]


def _listing(home: Home, effort: Effort) -> list[Row]:
    count = effort.times(SESSIONS)
    for _ in range(count):
        written(home, 100)
    (home.root / "index.db").unlink(missing_ok=True)

    def timed(work: Callable[[], object]) -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    first = timed(lambda: list_sessions(home))
    (again,) = effort.medians(lambda: timed(lambda: list_sessions(home)))
    first_search = timed(lambda: search_sessions(home, "module"))
    (search,) = effort.medians(lambda: timed(lambda: search_sessions(home, "agent reads")))
    return [
        Row(
            what=f"list {count} sessions; without an index",
            ours=again,
            unit=MILLISECONDS,
            anchor=first,
        ),
        Row(
            what="search them; without an index",
            ours=search,
            unit=MILLISECONDS,
            anchor=first_search,
        ),
    ]
