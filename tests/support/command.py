"""The command, as a shell runs it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import trio
from loopback import Loopback, Reply, open_loopback

COMMAND = [sys.executable, "-m", "sagent"]


def clean() -> dict[str, str]:
    """Give the environment without what names a provider, a proxy or a cache."""
    return {
        name: value
        for name, value in os.environ.items()
        if name == "SAGENT_HOME"
        or (not name.startswith(("OPENAI", "SAGENT")) and "proxy" not in name.lower())
    }


async def sagent(
    *arguments: str,
    stdin: bytes = b"",
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> "subprocess.CompletedProcess[bytes]":
    return await trio.run_process(
        [*COMMAND, *arguments],
        stdin=stdin,
        capture_stdout=True,
        capture_stderr=True,
        check=False,
        env=clean() | dict(environ or {}),
        cwd=cwd,
    )


def at(server: Loopback) -> tuple[str, ...]:
    return ("--base-url", server.base_url, "--model", "m")


async def failing(reply: Reply, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    async with open_loopback(reply) as server:
        return await sagent(*at(server), *arguments, "go")


def one_line(stderr: bytes | str) -> str:
    text = stderr if isinstance(stderr, str) else stderr.decode()
    assert text.count("\n") == 1, text
    assert text.startswith("sagent: ")
    assert "Traceback" not in text
    return text
