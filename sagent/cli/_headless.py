"""One prompt, one answer, no questions."""

import os
import signal
import sys
import traceback
from collections.abc import AsyncIterator
from typing import assert_never

import trio

from sagent.cli._exit_code import DONE, FAILED, INTERRUPTED, USAGE
from sagent.cli._parser import Options
from sagent.cli._printer import (
    JsonPrinter,
    Printer,
    StreamJsonPrinter,
    TerminalPrinter,
    TextPrinter,
)
from sagent.cli._setup import build_agent
from sagent.cli._watcher import open_watcher
from sagent.cli._writer import complain
from sagent.errors import RunCancelledError, SagentError, UsageError


def run_headless(options: Options) -> int:
    """Do what *options* ask for and give the exit code."""
    printer = _printer(options)
    try:
        code = trio.run(_run_until_signal, options, printer)
    except UsageError as error:
        _tell(error, printer, options)
        return USAGE
    except Exception as error:  # noqa: BLE001  # the last stop: a person reads one line
        _tell(error, printer, options)
        return FAILED
    if code == INTERRUPTED:
        _tell_reader(RunCancelledError("interrupted"), printer)
    return code


def _tell(error: Exception, printer: Printer, options: Options) -> None:
    if options.debug:
        traceback.print_exception(error)
    _tell_reader(error, printer)
    if not isinstance(error, BrokenPipeError):  # the reader of the answer went, and knows it
        bug = "" if isinstance(error, SagentError) else f"{type(error).__name__}: "
        complain(f"{bug}{error}")


def _tell_reader(error: Exception, printer: Printer) -> None:
    try:
        trio.run(printer.fail, error)
    except OSError:
        # Nothing can be written there; Python would try once more at exit, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


async def _run_until_signal(options: Options, printer: Printer) -> int:
    code = INTERRUPTED
    failure: Exception | None = None
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_cancel_at_signal, signals, nursery.cancel_scope)
            try:
                await _show(options, printer)
                code = DONE
            except Exception as error:  # noqa: BLE001  # raised out there, where no nursery groups it
                failure = error
            nursery.cancel_scope.cancel()
    if failure is not None:
        raise failure
    return code


async def _cancel_at_signal(signals: AsyncIterator[int], scope: trio.CancelScope) -> None:
    await anext(signals)
    scope.cancel()


async def _show(options: Options, printer: Printer) -> None:
    with open_watcher() as watcher:
        agent = build_agent(options, on_progress=watcher.on_progress)
        prompt = await trio.to_thread.run_sync(_prompt, options, abandon_on_cancel=True)
        async with agent.run(prompt) as run:
            async for event in run:
                watcher.show(event)
                await printer.show(event)


def _prompt(options: Options) -> str:
    if options.prompt:
        return " ".join(options.prompt)
    if sys.stdin.isatty():
        raise UsageError(
            "no prompt: pass it as an argument or on standard input; see sagent --help"
        )
    prompt = sys.stdin.buffer.read().decode(errors="replace")
    if not prompt.strip():
        raise UsageError("no input on standard input: pass a prompt there or as an argument")
    return prompt


def _printer(options: Options) -> Printer:
    match options.output_format:
        case "text":
            return TerminalPrinter() if sys.stdout.isatty() else TextPrinter()
        case "json":
            return JsonPrinter()
        case "stream-json":
            return StreamJsonPrinter()
        case _:
            assert_never(options.output_format)
