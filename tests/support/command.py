"""The command, as a shell runs it, and within this process."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile

import pytest
import trio
from loopback import Loopback
from printed_schema import check_printed

from sagent.cli import main

COMMAND = [sys.executable, "-m", "sagent"]

type Ended = subprocess.CompletedProcess[bytes]


def clean() -> dict[str, str]:
    """Give the environment without what names a provider or a proxy."""
    return {
        name: value
        for name, value in os.environ.items()
        if name in {"SAGENT_HOME", "SAGENT_CACHE_DIR"}
        or (
            not name.startswith(("OPENAI", "SAGENT"))
            and not name.endswith(("_API_KEY", "_AUTH_TOKEN"))
            and "proxy" not in name.lower()
        )
    }


def at(server: Loopback) -> tuple[str, ...]:
    return ("--base-url", server.base_url, "--model", "m")


async def sagent_process(
    *arguments: str,
    stdin: bytes = b"",
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Ended:
    """Run the command in a process of its own; what it prints for programs fits the schema."""
    done = await trio.run_process(
        [*COMMAND, *arguments],
        stdin=stdin,
        capture_stdout=True,
        capture_stderr=True,
        check=False,
        env=clean() | dict(environ or {}),
        cwd=cwd,
    )
    check_printed(arguments, done.stdout)
    return done


class Command:
    """Runs the command within this process, which starts it twenty times as fast.

    What it prints for programs fits the published schema.
    """

    def __init__(self, captured: pytest.CaptureFixture[bytes]) -> None:
        self._captured = captured

    def __call__(
        self,
        *arguments: str,
        stdin: bytes = b"",
        environ: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Ended:
        environment = clean() | dict(environ or {})
        with TemporaryFile("w+b") as read, pytest.MonkeyPatch.context() as patched:
            read.write(stdin)
            read.seek(0)
            patched.setattr(sys, "stdin", read)
            for name in os.environ.keys() - environment.keys():
                patched.delenv(name)
            for name, value in environment.items():
                patched.setenv(name, value)
            if cwd is not None:
                patched.chdir(cwd)
            code = _code_of(arguments)
        out, err = self._captured.readouterr()
        check_printed(arguments, out)
        return subprocess.CompletedProcess(arguments, code, out, err)


def one_line(stderr: bytes | str) -> str:
    text = stderr if isinstance(stderr, str) else stderr.decode()
    assert text.count("\n") == 1, text
    assert text.startswith("sagent: ")
    assert "Traceback" not in text
    return text


def _code_of(arguments: tuple[str, ...]) -> int:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        return main(arguments)
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
