"""A server that answers as any of four APIs does, with the same few words or the same call.

A process of its own, so that it takes no time from its clients; it ends with the one that opened
it. Below ``/calling/TOOL/ARGUMENTS`` a request is answered by a call of that tool with those
arguments, until it holds the result of one.
"""

import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, unquote

from benchmarks.command_lines.dialects import DIALECTS, Call


def calling(address: str, call: Call) -> str:
    """Give where the server at *address* answers by *call*."""
    words = (call.tool, call.arguments)
    return "/".join([address, "calling", *(quote(word, safe="") for word in words)])


@contextmanager
def open_vendor_server() -> Generator[str]:
    """Start the server, and give its address; it ends with the block."""
    command = [sys.executable, "-m", "benchmarks.command_lines.vendor_server"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        port = int(server.stdout.readline())
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.stdin.close()  # how it learns to end


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        path = self.path.partition("?")[0]
        for dialect in DIALECTS:
            if path.endswith(dialect.path):
                call = None if dialect.has_result(body) else _call_in(path)
                answer = dialect.answer if call is None else dialect.call(call)
                self._send("text/event-stream", answer)
                return
        self._send("application/json", b"{}")

    def do_GET(self) -> None:
        self._send("application/json", b"{}")

    def do_HEAD(self) -> None:
        self._send("application/json", b"{}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's name
        """Say nothing of each request."""

    def _send(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _call_in(path: str) -> Call | None:
    match path.split("/"):
        case ["", "calling", tool, arguments, *_]:
            return Call(unquote(tool), unquote(arguments))
        case _:
            return None


def main() -> None:
    server = _Server(("127.0.0.1", 0), _Handler)
    print(server.server_port, flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
