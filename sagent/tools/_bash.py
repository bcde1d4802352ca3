import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

import trio

from sagent.errors import ProcessError
from sagent.message import Message, TextMessage
from sagent.process import clean_environment, open_duplex_process
from sagent.tool import Effect, Workspace
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import BuiltinTool, Card
from sagent.tools._clip import clipped
from sagent.tools._directory_report import DirectoryReport
from sagent.tools._place import shown
from sagent.tools._refusal import Refusal

_BASH = "/bin/bash"
_START = Path(__file__).with_name("_bash_start.sh")
_DEFAULT_TIMEOUT_MS = 120_000
_MOST_TIMEOUT_MS = 600_000
_SIGNALLED = 128
_REPORT_WAIT_S = 0.05


class Bash(BuiltinTool):
    """Runs a shell command; the directory it ends in is where the next one starts."""

    card: ClassVar[Card] = Card(
        name="Bash",
        description=(
            "Run a command in bash; the working directory stays for the next call, nothing else "
            "does. No input. What it leaves in the background is killed when it ends. For files "
            "prefer Read, Edit, Grep, Glob."
        ),
        directive_schema={
            "type": "object",
            "properties": {
                "command": {"type": "string"},
                "timeout": {
                    "type": "number",
                    "minimum": 1,
                    "maximum": _MOST_TIMEOUT_MS,
                    "description": f"milliseconds; default {_DEFAULT_TIMEOUT_MS}",
                },
                "description": {"type": "string", "description": "what it does, for the user"},
            },
            "required": ["command"],
            "additionalProperties": False,
        },
        effects=frozenset(Effect),
        concurrency="exclusive",
        subjects=("command",),
    )

    async def _work(self, arguments: Arguments, workspace: Workspace) -> Message:
        command = arguments.text("command")
        if "\0" in command:
            raise Refusal("the command holds a NUL character, which bash cannot read")
        timeout_ms = arguments.number("timeout", _DEFAULT_TIMEOUT_MS)
        timeout_s = min(max(timeout_ms, 1), _MOST_TIMEOUT_MS) / 1000
        cwd = workspace.cwd
        try:
            text, directory = await _run(command, cwd, timeout_s)
        except ProcessError:
            if await _look(cwd.is_dir):
                raise
            workspace.cwd = await _look(partial(_nearest, cwd))
            gone = f"{shown(cwd)} is gone: the next command runs in {workspace.cwd}"
            raise Refusal(gone) from None
        if directory is not None and directory != cwd and await _look(directory.is_dir):
            workspace.cwd = directory
        return TextMessage(text or "(no output)")


async def _run(command: str, cwd: Path, timeout_s: float) -> tuple[str, Path | None]:
    report = DirectoryReport()
    async with (
        open_duplex_process([_BASH, "-c", command], cwd=cwd, env=_environment(cwd)) as process,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(report.read, process.stream)
        with trio.move_on_after(timeout_s) as patience:
            await process.wait()
        if not patience.cancelled_caught:
            # What the command left in the background may hold the other end open.
            with trio.move_on_after(_REPORT_WAIT_S):
                await report.complete.wait()
        nursery.cancel_scope.cancel()
    end = ""
    if patience.cancelled_caught:
        end = f"[timeout after {timeout_s:.1f}s: the command and all it started were killed]"
    elif process.exit_code:
        end = f"[exit code: {process.exit_code}{_signal_name(process.exit_code)}]"
    return "\n".join(filter(None, (clipped(process.output), end))), report.directory


def _environment(cwd: Path) -> dict[str, str]:
    environ = clean_environment(os.environ)
    # Bash would not read its start file.
    environ.pop("POSIXLY_CORRECT", None)
    # With a socket for its input and no shell above it, Bash takes itself for a remote shell, and
    # reads the user's interactive start file.
    if environ.get("SHLVL", "0") in {"", "0"}:
        environ["SHLVL"] = "1"
    if "BASH_ENV" in environ:
        environ["SAGENT_BASH_ENV"] = environ["BASH_ENV"]
    return environ | {"BASH_ENV": str(_START), "PWD": str(cwd)}


async def _look[R](function: Callable[[], R]) -> R:
    # Left behind on a cancel, and counted against no limit: a dead mount holds it for ever.
    limiter = trio.CapacityLimiter(1)
    return await trio.to_thread.run_sync(function, abandon_on_cancel=True, limiter=limiter)


def _nearest(directory: Path) -> Path:
    return next(parent for parent in directory.parents if parent.is_dir())


def _signal_name(exit_code: int) -> str:
    try:
        return f", {signal.Signals(exit_code - _SIGNALLED).name}"
    except ValueError:
        return ""
