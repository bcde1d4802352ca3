import os
import re
import secrets
import socket
import ssl
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import attrs
import httpx
import trio

from sagent.errors import ProcessError, ServerStartError
from sagent.process import Process, clean_environment, open_process

from ._binary import ServerBinary, find_server

_HOST = "127.0.0.1"
_START_S = 60.0
_POLL_S = 0.05
_PORT_TRIES = 3

_ERROR_LINE = re.compile(r"^[\d.]+ E |error", re.IGNORECASE)
_PREFIX = re.compile(r"^[\d.]+ [A-Z] +(?:\w+ +)?(?:[\w()]+: )+")

DEFAULT_CONTEXT_TOKENS = 8192
"""A tenth of a gigabyte of memory with the smallest model."""


@attrs.frozen(kw_only=True)
class ServerAddress:
    """Where a local server answers, to a client that must not use a proxy.

    Attributes:
        base_url: where it listens, on loopback.
        api_key: what it wants to be told; made for this server alone.
    """

    base_url: str
    api_key: str = attrs.field(repr=False)


@asynccontextmanager
async def open_llama_server(
    model_path: Path,
    *,
    context_tokens: int = DEFAULT_CONTEXT_TOKENS,
    threads: int | None = None,
    binary: ServerBinary | None = None,
) -> AsyncGenerator[ServerAddress]:
    """Serve a model file on a loopback port, with a random key, for as long as the block lasts.

    The server ends with the block, and with this process however that ends.

    Args:
        model_path: a GGUF file.
        context_tokens: how many tokens a conversation may have; memory is taken for all of them.
        threads: how many processors to use; None for all this process may.
        binary: which server; None to find one.

    Raises:
        ServerStartError: there is no server, or it did not come up, or it ended before the block
            did; says its last line. In the last case it comes in a group.
    """
    binary = find_server() if binary is None else binary
    api_key = secrets.token_urlsafe(32)
    flags = (
        *("--model", str(model_path), "--ctx-size", str(context_tokens)),
        *("--threads", str(threads or _processors())),
        *("--parallel", "1"),  # the whole context for one conversation at a time
        *binary.flags,
    )
    async with AsyncExitStack() as stack:
        process, port = await _start([binary.path, *flags], api_key, stack)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_fail_at_end, process)
            yield ServerAddress(base_url=f"http://{_HOST}:{port}/v1", api_key=api_key)
            nursery.cancel_scope.cancel()


async def _fail_at_end(process: Process) -> None:
    code = await process.wait()
    last = _complaint(process.output.text)
    raise ServerStartError(f"the local model's server ended by itself (exit code {code}): {last}")


async def _start(argv: Sequence[str], api_key: str, stack: AsyncExitStack) -> tuple[Process, int]:
    # A key on the command line could be read by everybody, one in the environment by us alone.
    env = {
        name: value
        for name, value in clean_environment(os.environ).items()
        if not name.startswith("LLAMA_")  # they would change what the flags leave open
    } | {"LLAMA_API_KEY": api_key}
    complaint = ""
    for _ in range(_PORT_TRIES):
        port = _free_port()
        place = ("--host", _HOST, "--port", str(port))
        try:
            process = await stack.enter_async_context(open_process([*argv, *place], env=env))
        except ProcessError as error:
            raise ServerStartError(str(error)) from error
        if await _comes_up(process, port):
            return process, port
        complaint = _complaint(process.output.text)
        if process.exit_code is None:
            complaint = f"no answer within {_START_S:g} s; {complaint}"
        elif "bind" in complaint:  # somebody took the port in between
            continue
        break
    raise ServerStartError(f"the local model's server did not come up: {complaint}")


async def _comes_up(process: Process, port: int) -> bool:
    answered = False
    with trio.move_on_after(_START_S):
        async with trio.open_nursery() as nursery:
            # It may end while the port's true owner keeps us waiting for an answer.
            nursery.start_soon(_cancel_at_end, process, nursery.cancel_scope)
            await _answer(port)
            answered = True
            nursery.cancel_scope.cancel()
    # One that lost the port to another has ended by the time the other answers.
    return answered and process.exit_code is None


async def _cancel_at_end(process: Process, scope: trio.CancelScope) -> None:
    await process.wait()
    scope.cancel()


async def _answer(port: int) -> None:
    # No certificates are loaded, which takes longer than all the rest, and no proxy is asked.
    bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    async with httpx.AsyncClient(verify=bare, trust_env=False) as client:
        while True:
            with suppress(httpx.TransportError):
                response = await client.get(f"http://{_HOST}:{port}/health")
                if response.is_success:
                    return
            await trio.sleep(_POLL_S)


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        return os.cpu_count() or 1


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


def _complaint(output: str) -> str:
    """Give the line that says most of why a server ended, without its time and module."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if _ERROR_LINE.search(line) and "exiting due to" not in line]
    last = (errors or lines or ["it said nothing"])[-1]
    return _PREFIX.sub("", last)
