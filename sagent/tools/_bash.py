import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

import attrs
import trio

from sagent.errors import ProcessError
from sagent.message import Message, TextMessage
from sagent.process import TerminalSize
from sagent.tool import Binding, Effect, Report, ResultFolder, Workspace
from sagent.tools._agent_tool import AgentTool
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import Card
from sagent.tools._clip import clipped
from sagent.tools._live_output import LiveOutput
from sagent.tools._place import shown
from sagent.tools._plain_text import plain_text, screen_text
from sagent.tools._refusal import Refusal
from sagent.tools._shell import ShellCommand, ShellEnd, run_shell
from sagent.tools._shell_environment import OWN_LINE, kept_environment, shell_environment
from sagent.tools._shell_report import ShellReport
from sagent.tools._whole_output import MAX_KEPT_BYTES, open_whole_output

_DEFAULT_TIMEOUT_MS = 120_000
_MOST_TIMEOUT_MS = 600_000
_MOST_COMMAND_BYTES = 120 << 10
"""One argument of a program may have 128 KiB on Linux (execve(2), MAX_ARG_STRLEN)."""
_SIGNALLED = 128
_MOST_TOLD = 5


@attrs.define(eq=False)
class Bash(AgentTool):
    """Runs a shell command; the next one starts in the directory it ends in, with its exports.

    What it writes is told as it comes. A call in the background begins like any other, but what it
    changes is its own.
    """

    background_parameter: ClassVar[str] = "run_in_background"
    card: ClassVar[Card] = Card(
        name="Bash",
        description=(
            "Run a command in bash; directory and exports stay for the next call. No input. What "
            "it leaves in the background is killed when it ends. For files prefer Read, Edit, "
            "Grep, Glob."
        ),
        directive_schema={
            "type": "object",
            "properties": {
                "command": {"type": "string"},
                "timeout": {
                    "type": "number",
                    "minimum": 1,
                    "maximum": _MOST_TIMEOUT_MS,
                    "description": f"ms; default {_DEFAULT_TIMEOUT_MS}",
                },
                "description": {"type": "string", "description": "for the user"},
                "run_in_background": {"type": "boolean"},
                "pty": {"type": "boolean", "description": "with a terminal"},
                "keep_output": {"type": "boolean", "description": "whole, in a file"},
            },
            "required": ["command"],
            "additionalProperties": False,
        },
        effects=frozenset(Effect),
        concurrency="exclusive",
        subjects=("command",),
    )

    _results: ResultFolder | None = attrs.field(default=None, init=False)

    async def stream(self, msg: Message, report: Report) -> Message:
        """Run the command that *msg* asks for, telling *report* of what it writes."""
        beside = partial(self._is_beside, msg)
        return await self._answer(msg, partial(self._call, beside=beside, report=report))

    async def _work(self, arguments: Arguments, workspace: Workspace) -> Message:
        return await self._call(arguments, workspace, beside=lambda: False, report=None)

    async def _call(
        self,
        arguments: Arguments,
        workspace: Workspace,
        *,
        beside: Callable[[], bool],
        report: Report | None,
    ) -> Message:
        if arguments.flag("run_in_background") and not beside():
            raise Refusal("run_in_background needs the tool BackgroundTask: leave it out")
        wait_ms = _MOST_TIMEOUT_MS if beside() else _DEFAULT_TIMEOUT_MS
        command = _command(arguments, workspace, default_timeout_ms=wait_ms)
        look = partial(_seen, look=screen_text if command.terminal else plain_text)
        live = None if report is None else LiveOutput(report, look)
        kept = ""
        try:
            if folder := self._folder(arguments):
                async with open_whole_output(folder, most_bytes=MAX_KEPT_BYTES) as whole:
                    end = await run_shell(command, live=live, sink=whole.take)
                kept = whole.told
            else:
                end = await run_shell(command, live=live)
        except ProcessError:
            if await _look(command.cwd.is_dir):
                raise
            raise Refusal(await _left(workspace, command.cwd)) from None
        notes = [] if beside() else await _follow(workspace, command, end)
        parts = (clipped(end.output, look), kept, *notes, _ending(command, end))
        return TextMessage("\n".join(filter(None, parts)) or "(no output)")

    def take(self, binding: Binding) -> None:
        """Take the place for whole outputs, too."""
        super().take(binding)
        self._results = binding.results

    def _folder(self, arguments: Arguments) -> ResultFolder | None:
        if arguments.flag("keep_output") and self._results is None:
            raise Refusal("keep_output works only within an agent: let the command write a file")
        return self._results if arguments.flag("keep_output") else None

    def _is_beside(self, directive: Message) -> bool:
        return self._control is not None and self._control.in_background(directive)


def _command(
    arguments: Arguments, workspace: Workspace, *, default_timeout_ms: int
) -> ShellCommand:
    text = arguments.text("command")
    if "\0" in text:
        raise Refusal("the command holds a NUL character, which bash cannot read")
    try:
        size_bytes = len(os.fsencode(text))
    except UnicodeEncodeError as error:
        raise Refusal(
            f"character {error.start} of the command is half of a surrogate pair, "
            "which bash cannot read: write the whole character"
        ) from error
    if size_bytes > _MOST_COMMAND_BYTES:
        raise Refusal(
            f"the command has {size_bytes} bytes, and {_MOST_COMMAND_BYTES} can be run: "
            "put it into a file with Write, and run that"
        )
    timeout_ms = arguments.number("timeout", default_timeout_ms)
    return ShellCommand(
        text=text,
        cwd=workspace.cwd,
        environ=shell_environment(workspace.shell_environ, cwd=workspace.cwd, command=text),
        patience_s=min(max(timeout_ms, 1), _MOST_TIMEOUT_MS) / 1000,
        terminal=TerminalSize() if arguments.flag("pty") else None,
    )


async def _follow(workspace: Workspace, command: ShellCommand, end: ShellEnd) -> list[str]:
    """Let the next command begin where this one has ended, and say what is not kept for it."""
    report = end.report
    if not report.is_up:
        return _start_anew(workspace, end)
    directory = report.directory
    if directory is not None and directory != command.cwd and await _look(directory.is_dir):
        workspace.cwd = directory
    return _keep_exports(workspace, report)


def _start_anew(workspace: Workspace, end: ShellEnd) -> list[str]:
    if workspace.shell_environ is None or end.exit_code is None:
        return []
    workspace.shell_environ = None
    return ["[bash cannot start with what was exported before, so that is dropped: try again]"]


def _keep_exports(workspace: Workspace, report: ShellReport) -> list[str]:
    if report.is_too_long:
        return ["[what is exported is too much to be kept for the next command]"]
    exports = report.exports
    if exports is None:
        return []
    kept = kept_environment(exports)
    workspace.shell_environ = kept.variables
    if not kept.left_out:
        return []
    told = [f"{name} ({size} bytes)" for name, size in kept.left_out.items()]
    more = f" and {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else ""
    return [f"[too large to be kept for the next command: {', '.join(told[:_MOST_TOLD])}{more}]"]


def _seen(text: str, *, look: Callable[[str], str]) -> str:
    """Give what is to be seen of *text*; no complaint of ``cd`` is of a file of ours."""
    return OWN_LINE.sub("bash: ", look(text))


def _ending(command: ShellCommand, end: ShellEnd) -> str:
    if end.exit_code is None:
        time_s = command.patience_s
        return f"[timeout after {time_s:.1f}s: the command and all it started were killed]"
    return f"[exit code: {end.exit_code}{_signal_name(end.exit_code)}]" if end.exit_code else ""


async def _left(workspace: Workspace, cwd: Path) -> str:
    """Leave *cwd*, which is gone, and say so."""
    if workspace.cwd == cwd:  # a command in the background may have begun elsewhere
        workspace.cwd = await _look(partial(_nearest, cwd))
    return f"{shown(cwd)} is gone: the next command runs in {workspace.cwd}"


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
