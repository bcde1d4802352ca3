"""One command, run by bash."""

import os
import select
import shutil
from collections.abc import Mapping
from pathlib import Path

import attrs
import trio

from sagent.errors import ProcessError
from sagent.process import DuplexProcess, Output, Sink, TerminalSize, open_duplex_process
from sagent.tools._live_output import LiveOutput
from sagent.tools._shell_report import ShellReport

_BASH = "/bin/bash"
_REPORT_WAIT_S = 0.05


@attrs.frozen(kw_only=True)
class ShellCommand:
    """What bash is to run.

    Attributes:
        text: the command.
        cwd: where it starts.
        environ: its whole environment; see `shell_environment`.
        patience_s: for how long it may run.
        terminal: the size of the terminal that it writes to; None for a pipe.
    """

    text: str
    cwd: Path
    environ: Mapping[str, str] = attrs.field(repr=False)
    patience_s: float
    terminal: TerminalSize | None = None


@attrs.frozen(kw_only=True)
class ShellEnd:
    """How it ended.

    Attributes:
        exit_code: as a shell tells it; None for a command that was killed when its time was over.
        output: what it wrote, standard error included.
        report: what the shell said of itself.
    """

    exit_code: int | None
    output: Output
    report: ShellReport


async def run_shell(
    command: ShellCommand,
    *,
    live: LiveOutput | None = None,
    sink: Sink | None = None,
) -> ShellEnd:
    """Run *command* to its end, or to that of its time, and leave nothing of it behind.

    Args:
        command: what to run.
        live: tells of the output as it comes.
        sink: takes the whole output.

    Raises:
        ProcessError: it cannot be started.
    """
    report = ShellReport()
    outcome: ShellEnd | ProcessError
    async with trio.open_nursery() as nursery:
        if live is not None:
            nursery.start_soon(live.tell)
        try:
            async with open_duplex_process(
                [bash_path(), "-c", command.text],
                cwd=command.cwd,
                env=command.environ,
                terminal=command.terminal,
                on_output=None if live is None else live.feed,
                sink=sink,
            ) as process:
                nursery.start_soon(report.read, process.stream)
                with trio.move_on_after(command.patience_s) as patience:
                    await process.wait()
                if not patience.cancelled_caught:
                    await _take_in(report, process)
            exit_code = None if patience.cancelled_caught else process.exit_code
            outcome = ShellEnd(exit_code=exit_code, output=process.output, report=report)
        except ProcessError as error:  # outside, it would come in a group
            outcome = error
        nursery.cancel_scope.cancel()
    if isinstance(outcome, ProcessError):
        raise outcome
    if live is not None:
        live.finish()
    return outcome


async def _take_in(report: ShellReport, process: DuplexProcess) -> None:
    """Let all be read that bash said until its end.

    That is there by now. Its end need not come: what the command left in the background may hold
    it off.
    """
    poll = select.poll()
    poll.register(process.stream.socket.fileno(), select.POLLIN)
    with trio.move_on_after(_REPORT_WAIT_S):  # what is left may go on to write, too
        while not report.complete.is_set() and poll.poll(0):
            await trio.lowlevel.checkpoint()


def bash_path() -> str:
    """Tell where bash is.

    Raises:
        ProcessError: nowhere.
    """
    if os.access(_BASH, os.X_OK):
        return _BASH
    found = shutil.which("bash")
    if found is None:
        raise ProcessError("there is no bash, neither as /bin/bash nor on PATH: install it")
    return found
