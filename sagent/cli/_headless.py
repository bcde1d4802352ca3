"""One prompt, one answer, no questions."""

import os
import signal
import sys
import traceback
from collections.abc import AsyncIterator
from typing import assert_never

import trio

from sagent.agent import Agent
from sagent.cli._parser import Options
from sagent.cli._printer import JsonPrinter, Printer, StreamJsonPrinter, TextPrinter
from sagent.cli._setup import build_agent
from sagent.cli._watcher import Watcher, open_watcher
from sagent.cli._writer import complain
from sagent.errors import SagentError, UsageError

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130


def run_headless(options: Options) -> int:
    """Do what *options* ask for and give the exit code."""
    printer = _printer(options)
    try:
        prompt = _prompt(options)
        with open_watcher() as watcher:
            agent = build_agent(options, on_progress=watcher.on_progress)
            return trio.run(_run_until_signal, agent, prompt, printer, watcher)
    except BrokenPipeError:
        # The reader of the answer has gone; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except UsageError as error:
        complain(str(error))
        return USAGE
    except Exception as error:  # noqa: BLE001  # the last stop: a person reads one line
        if options.debug:
            traceback.print_exc()
        bug = "" if isinstance(error, SagentError) else f"{type(error).__name__}: "
        complain(f"{bug}{error}")
        trio.run(printer.fail, error)
        return FAILED


async def _run_until_signal(agent: Agent, prompt: str, printer: Printer, watcher: Watcher) -> int:
    code = INTERRUPTED
    failure: Exception | None = None
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_cancel_at_signal, signals, nursery.cancel_scope)
            try:
                await _show(agent, prompt, printer, watcher)
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


async def _show(agent: Agent, prompt: str, printer: Printer, watcher: Watcher) -> None:
    async with agent.run(prompt) as run:
        async for event in run:
            watcher.show(event)
            await printer.show(event)


def _prompt(options: Options) -> str:
    if options.prompt:
        return " ".join(options.prompt)
    if sys.stdin is None or sys.stdin.isatty():
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
            return TextPrinter()
        case "json":
            return JsonPrinter()
        case "stream-json":
            return StreamJsonPrinter()
        case _:
            assert_never(options.output_format)
