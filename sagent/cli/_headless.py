"""One prompt and its answer, or a conversation with a program."""

import sys
from contextlib import AbstractContextManager, suppress
from functools import partial
from typing import assert_never

import attrs
import trio

from sagent.actors import open_system
from sagent.agent import Agent, Output, Prompt
from sagent.cli._credential import keyed
from sagent.cli._dialogue import Dialogue
from sagent.cli._exit_code import DONE, FAILED, INTERRUPTED
from sagent.cli._image_file import load_images
from sagent.cli._last_stop import settled, tell_error
from sagent.cli._line_answerer import LineAnswerer
from sagent.cli._log import is_logged_to_stderr, logged
from sagent.cli._openness import open_to_others, traced
from sagent.cli._options import Options
from sagent.cli._output_schema import load_output
from sagent.cli._printer import (
    JsonPrinter,
    Printer,
    StreamJsonPrinter,
    TerminalPrinter,
    TextPrinter,
)
from sagent.cli._said import said
from sagent.cli._session_choice import open_chosen
from sagent.cli._setup import build_agent
from sagent.cli._streams import read_in
from sagent.cli._until_signal import End, until_signal
from sagent.cli._voice import Voice
from sagent.cli._watcher import LogWatcher, Watcher, open_watcher
from sagent.errors import (
    BudgetExceededError,
    RoundLimitError,
    RunCancelledError,
    UsageError,
)
from sagent.session import Session, StateRecord

LAST_WORDS_S = 0.2
"""How long a reader of standard output may take to read that the run has failed."""


def run_headless(options: Options) -> int:
    """Do what *options* ask for and give the exit code."""
    printer = _printer(options)
    code = settled(partial(_do, options, printer), partial(_tell, options, printer))
    if code == INTERRUPTED:
        _tell_reader(RunCancelledError("interrupted"), printer)
    return code


def _do(options: Options, printer: Printer) -> int:
    _check_prompt(options)
    output = None if options.output_schema is None else load_output(options.output_schema)
    options = keyed(options)
    with logged(options, "headless"), open_chosen(options) as session:
        run = _HeadlessRun(options, session, printer, output)
        work = run.answer if options.input_format == "text" else run.converse
        return trio.run(until_signal, work)


def _tell(options: Options, printer: Printer, error: Exception) -> None:
    _tell_reader(error, printer)
    tell_error(options, error, way_on=_way_on(error, printer, options))


def _way_on(error: Exception, printer: Printer, options: Options) -> str:
    id_, place = printer.session_id, options.session
    if id_ is None or not isinstance(error, BudgetExceededError | RoundLimitError):
        return ""
    flag = "--continue" if place is None or options.fork else f"--session {place}"
    return f"; all until here is in session {id_}: {flag} goes on"


def _tell_reader(error: Exception, printer: Printer) -> None:
    with suppress(OSError):  # nothing can be written there
        trio.run(_fail_soon, error, printer)


async def _fail_soon(error: Exception, printer: Printer) -> None:
    with trio.move_on_after(LAST_WORDS_S):
        await printer.fail(error)


@attrs.frozen(eq=False)
class _HeadlessRun:
    """One run of the command, for a prompt or for a program that talks to it."""

    _options: Options
    _session: Session | None
    _printer: Printer
    _output: Output | None

    async def answer(self, end: End) -> int:
        """Answer one prompt."""
        options = self._options
        with _watching(options) as watcher:
            agent, state = await build_agent(
                options, self._session, on_progress=watcher.on_progress
            )
            images = await trio.to_thread.run_sync(
                load_images, options.image, agent.model, abandon_on_cancel=True
            )
            prompt = await _prompt(options, agent)
            prompt = attrs.evolve(prompt, attachments=(*images, *prompt.attachments))
            schema = None if self._output is None else self._output.schema
            self._begin(state)
            async with (
                open_system() as system,
                open_to_others(system, agent.name, end),
                traced(system, options.trace),
                agent.run(prompt, output_schema=schema, system=system) as run,
            ):
                async for event in run:
                    watcher.show(event)
                    await self._printer.show(event)
        return DONE

    async def converse(self, end: End) -> int:
        """Talk to a program until it has nothing more to say."""
        options, answerer = self._options, LineAnswerer()
        with _watching(options) as watcher:
            agent, state = await build_agent(
                options, self._session, on_progress=watcher.on_progress, answerer=answerer
            )
            voice, begin = Voice.of(self._printer, watcher), partial(self._begin, state)
            async with (
                open_system() as system,
                open_to_others(system, agent.name, end),
                traced(system, options.trace),
                agent.living(system, emit=voice.tell) as ref,
            ):
                dialogue = Dialogue(ref, agent, self._output, voice, answerer, begin)
                await dialogue.hold()
        return FAILED if dialogue.failed else DONE

    def _begin(self, state: StateRecord) -> None:
        """Know that something was said: from here on there is a session."""
        if self._session is not None:
            self._session.note(state)
            self._printer.session_id = self._session.id


async def _prompt(options: Options, agent: Agent) -> Prompt:
    """Give what is to be done; in what a person writes as an argument, files can be named."""
    if options.prompt:
        return await said(" ".join(options.prompt), agent)
    prompt = await read_in()
    if not prompt.strip():
        raise UsageError("no input on standard input: pass a prompt there or as an argument")
    return Prompt(prompt)


def _check_prompt(options: Options) -> None:
    if options.input_format == "text" and not options.prompt and sys.stdin.isatty():
        raise UsageError(
            "no prompt: pass it as an argument or on standard input; see sagent --help"
        )


def _watching(options: Options) -> AbstractContextManager[Watcher]:
    return LogWatcher() if is_logged_to_stderr(options) else open_watcher()


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
