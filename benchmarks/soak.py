"""Much at once at a prompt: pieces of an answer, output of a tool, agents."""

import json
import statistics
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import attrs

from benchmarks.effort import Effort
from benchmarks.person import contains, open_person

PIECES = 10_000
OUTPUT_BYTES = 100_000_000
AGENTS = 16
PAUSE_S = 0.2
"""How long the model of one of the agents takes."""
_FLOOD = f"head -c {OUTPUT_BYTES} /dev/zero | tr '\\0' x | fold -w 99"


@attrs.frozen(kw_only=True)
class Soak:
    """What was measured.

    Attributes:
        stream_bytes: by how much memory has grown with an answer of 10,000 pieces.
        output_bytes: by how much with 100 MB of a tool's output.
        echoes_s: how long keys took to be echoed while sixteen agents were at work.
    """

    stream_bytes: int
    output_bytes: int
    echoes_s: list[float]


def soak(environ: dict[str, str], effort: Effort) -> Soak:
    """Measure all, in some twenty seconds."""
    with _open_model() as base_url:
        arguments = ("--base-url", base_url, "--model", "canned")
        grown = [
            [_grown(arguments, environ, words) for _ in range(effort.times(3))]
            for words in ("stream", "output")
        ]
        stream, output = (int(statistics.median(one)) for one in grown)
        echoes_s = _echoes(arguments, environ, effort)
    return Soak(stream_bytes=stream, output_bytes=output, echoes_s=echoes_s)


def _grown(arguments: tuple[str, ...], environ: dict[str, str], words: str) -> int:
    with open_person(arguments, environ) as person:
        person.wait(partial(contains, b"canned"))
        person.press("hello\r")
        person.wait(partial(contains, b"The end."))
        before = person.resident_bytes()
        person.press(f"{words}\r")
        person.wait(partial(contains, b"The end."))
        return person.resident_bytes() - before


def _echoes(arguments: tuple[str, ...], environ: dict[str, str], effort: Effort) -> list[float]:
    echoes: list[float] = []
    with open_person(arguments, environ) as person:
        person.wait(partial(contains, b"canned"))
        person.press("agents\r")
        person.wait(partial(contains, b"17 agents"))
        for letter in "QXZ" * effort.times(20):  # none of which is in what is shown
            person.press(letter)
            echoes.append(person.wait(partial(contains, letter.encode())))
    return echoes


@contextmanager
def _open_model() -> Generator[str]:
    """Serve a model that does what it is told by a word, and give its base URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Model) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1"
        finally:
            server.shutdown()
            thread.join()


class _Model(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_error(404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        messages = json.loads(body)["messages"]
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        with suppress(OSError):  # its reader is killed
            for chunk in _answer(messages):
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002  # its name there
        pass


def _answer(messages: list[dict[str, object]]) -> Iterator[object]:
    asked = [str(message["content"]) for message in messages if message["role"] == "user"][-1]
    if "LOOK" in asked:
        threading.Event().wait(PAUSE_S)
        return _calls(("List", {"path": "."}))
    is_answered = messages[-1]["role"] == "tool"
    if is_answered or asked not in _ORDERS:
        return _says("The end.")
    return _ORDERS[asked]()


def _stream() -> Iterator[object]:
    for number in range(PIECES):
        yield {
            "choices": [{"index": 0, "delta": {"content": "\n\n" if number % 99 == 0 else "word "}}]
        }
    yield from _says("The end.")


def _says(text: str) -> Iterator[object]:
    yield {"choices": [{"index": 0, "delta": {"content": text}}]}
    yield {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}


def _calls(*calls: tuple[str, dict[str, str]]) -> Iterator[object]:
    functions = [{"name": name, "arguments": json.dumps(given)} for name, given in calls]
    made = [{"index": n, "id": f"c{n}", "function": f} for n, f in enumerate(functions)]
    yield {"choices": [{"index": 0, "delta": {"tool_calls": made}}]}
    yield {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}


def _output() -> Iterator[object]:
    return _calls(("Bash", {"command": _FLOOD}))


def _agents() -> Iterator[object]:
    return _calls(*(("AgentSpawn", {"label": f"k{n}", "prompt": "LOOK"}) for n in range(AGENTS)))


_ORDERS: dict[str, Callable[[], Iterator[object]]] = {
    "stream": _stream,
    "output": _output,
    "agents": _agents,
}
