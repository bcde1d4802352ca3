"""What a person at a terminal waits for: the prompt, the echo of a key, the end of what runs."""

import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from functools import partial
from tempfile import TemporaryDirectory

from benchmarks.chat_server import open_chat_server
from benchmarks.effort import FULL, Effort
from benchmarks.person import contains, open_person
from benchmarks.row import MEGABYTES, MILLISECONDS, Row, at_most
from benchmarks.soak import soak

TOKENS_PER_S = 2000
BURSTS_PER_S = 50


def rows(effort: Effort = FULL) -> list[Row]:
    """Measure all, in some twenty seconds."""
    with open_chat_server() as base_url, TemporaryDirectory() as home:
        arguments = ("--base-url", base_url, "--model", "canned")
        environ = os.environ | {
            "SAGENT_HOME": home,
            "TERM": "xterm",
            "PYTHONPYCACHEPREFIX": f"{home}/bytecode",
        }
        environ.pop("PYTHONDONTWRITEBYTECODE", None)
        _prompt_s(arguments, environ)  # compiles what is not compiled
        _anchor_s(environ)
        prompts: list[float] = []
        anchors: list[float] = []
        for _ in range(effort.times(9)):
            prompts.append(_prompt_s(arguments, environ))
            anchors.append(_anchor_s(environ))
        echoes, stops = _at_work(arguments, environ, effort)
        with _open_stream() as stream_url:
            streaming = ("--base-url", stream_url, "--model", "canned")
            busy_echoes = _in_a_stream(streaming, environ, effort)
        grown = soak(environ, effort)
    return [
        Row(
            what="from the command to the prompt / import of trio and prompt_toolkit",
            ours=statistics.median(prompts),
            anchor=statistics.median(anchors),
            unit=MILLISECONDS,
            target=at_most(0.35),
        ),
        Row(
            what="from a key to its echo, at the prompt, median",
            ours=statistics.median(echoes),
            unit=MILLISECONDS,
            target=at_most(0.016),
        ),
        Row(
            what="the same while 2,000 tokens a second come",
            ours=statistics.median(busy_echoes),
            unit=MILLISECONDS,
            target=at_most(0.016),
        ),
        Row(
            what="the same while sixteen agents work, and call tools",
            ours=statistics.median(grown.echoes_s),
            unit=MILLISECONDS,
            target=at_most(0.016),
        ),
        Row(
            what="memory that 10,000 streamed pieces leave behind",
            ours=grown.stream_bytes,
            unit=MEGABYTES,
            target=at_most(20e6),
        ),
        Row(
            what="memory that 100 MB of a tool's output leave behind",
            ours=grown.output_bytes,
            unit=MEGABYTES,
            target=at_most(20e6),
        ),
        Row(
            what="from Ctrl-C to the end of a shell command that ran",
            ours=statistics.median(stops),
            unit=MILLISECONDS,
            target=at_most(0.2),
        ),
    ]


def _prompt_s(arguments: tuple[str, ...], environ: dict[str, str]) -> float:
    with open_person(arguments, environ) as person:
        return person.wait(lambda seen: b"starting" in seen)


def _anchor_s(environ: dict[str, str]) -> float:
    """Tell how long a process takes that loads the two libraries, and does nothing."""
    since = time.perf_counter()
    code = "import trio, prompt_toolkit.application"
    subprocess.run([sys.executable, "-c", code], env=environ, check=True)
    return time.perf_counter() - since


def _at_work(
    arguments: tuple[str, ...], environ: dict[str, str], effort: Effort
) -> tuple[list[float], list[float]]:
    echoes: list[float] = []
    stops: list[float] = []
    with open_person(arguments, environ) as person:
        person.wait(lambda seen: b"canned" in seen)  # its model is known: it is ready
        for letter in "abcdefghij" * effort.times(5):
            person.press(letter)
            echoes.append(person.wait(partial(contains, letter.encode())))
        for number in range(effort.times(9)):
            person.press(f"\x15!echo begun{number}; sleep 60\r")
            person.wait(lambda seen: b"busy" in seen)
            person.press("\x03")
            stops.append(person.wait(lambda seen: b"given up" in seen))
    return echoes, stops


def _in_a_stream(
    arguments: tuple[str, ...], environ: dict[str, str], effort: Effort
) -> list[float]:
    echoes: list[float] = []
    with open_person(arguments, environ) as person:
        person.wait(partial(contains, b"canned"))
        person.press("go\r")
        person.wait(partial(contains, b"word"))
        for letter in "QXZ" * effort.times(20):  # none of which is in what comes
            person.press(letter)
            echoes.append(person.wait(partial(contains, letter.encode())))
    return echoes


@contextmanager
def _open_stream() -> Generator[str]:
    """Serve an answer that does not end, from a thread of its own, and give its base URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_stream, args=(listener,), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"


def _stream(listener: socket.socket) -> None:
    delta = {"choices": [{"index": 0, "delta": {"content": "word, "}, "finish_reason": None}]}
    ended = {"choices": [{"index": 0, "delta": {"content": "\n\n"}, "finish_reason": None}]}
    piece, end = (f"data: {json.dumps(chunk)}\n\n".encode() for chunk in (delta, ended))
    burst = piece * (TOKENS_PER_S // BURSTS_PER_S - 1) + end
    connection, _ = listener.accept()
    pause = threading.Event()
    with connection, suppress(OSError):  # its reader is killed
        connection.recv(1_000_000)
        connection.sendall(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
        )
        while True:
            connection.sendall(burst)
            pause.wait(1 / BURSTS_PER_S)
