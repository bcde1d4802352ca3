"""The provider Local, where its server fails."""

import sys
from pathlib import Path

import pytest
import trio
from virtual_server import HELLO

from sagent.errors import StreamCutError
from sagent.message import response_text
from sagent.providers import Fallback, Local
from sagent.testing import ScriptedModel

DIES = f"""#!{sys.executable}
import os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args): ...
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def do_POST(self):
        print("0.00.006.116 E srv         alloc: out of memory", flush=True)
        os._exit(7)

HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Handler).serve_forever()
"""


async def test_a_server_that_dies_in_an_answer_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, file = tmp_path / "llama-server", tmp_path / "m.gguf"
    server.write_text(DIES)
    server.chmod(0o700)
    file.touch()
    monkeypatch.setenv("PATH", str(tmp_path))

    with (
        trio.fail_after(30),
        pytest.raises(StreamCutError, match=r"ended by itself \(exit code 7\): out of memory: try"),
    ):
        await Local().model(str(file)).buffer(HELLO)


async def test_another_model_answers_where_no_server_can_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("sagent.providers.local._binary._WHEEL", "no_such_wheel")
    file = tmp_path / "m.gguf"
    file.touch()

    response = await Fallback(Local().model(str(file)), ScriptedModel("fine")).buffer(HELLO)

    assert response_text(response.content) == "fine"
