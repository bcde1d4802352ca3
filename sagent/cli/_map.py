"""``sagent map``: an agent over many items."""

import hashlib
import json
import math
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import cast

import attrs
import trio

from sagent.actors import System, open_system
from sagent.agent import Agent
from sagent.cli._credential import keyed
from sagent.cli._exit_code import DONE, FAILED
from sagent.cli._last_stop import settled, tell_error
from sagent.cli._log import logged
from sagent.cli._map_items import Work, find_work
from sagent.cli._map_lines import error_line, outcome_line, reduced_line
from sagent.cli._map_parser import MapOptions
from sagent.cli._map_table import MapTable, open_map_table
from sagent.cli._openness import open_to_others, traced
from sagent.cli._setup import build_agent
from sagent.cli._streams import complain, complain_of, write_out
from sagent.cli._until_signal import End, until_signal
from sagent.cli._watcher import open_watcher
from sagent.errors import ReduceError, UsageError
from sagent.home import Home
from sagent.prompt import undated
from sagent.team import Counts, Finished, Outcome, Progress, Unsaved, map_agents, map_reduce

LAST_WORDS_S = 0.2
"""How long a reader of standard output may take to read what was done before a signal."""
_MAPS = "maps"
"""The directory of a project's unfinished maps."""


def run_map(options: MapOptions) -> int:
    """Do what *options* ask for and give the exit code."""
    return settled(partial(_do, options), partial(tell_error, options))


def _do(options: MapOptions) -> int:
    options = keyed(options)
    with logged(options, "headless"):
        return trio.run(until_signal, partial(_run, options))


async def _run(options: MapOptions, end: End) -> int:
    return await _Mapping(options, end).run()


@attrs.define(eq=False)
class _Mapping:
    """One run of the command."""

    _options: MapOptions
    _end: End
    _unprinted: OSError | None = attrs.field(default=None, init=False)
    """Why nothing more can be printed: the reader has gone, or the disk is full."""
    _told_why: bool = attrs.field(default=False, init=False)
    _counts: Counts = attrs.field(factory=Counts, init=False)
    _done: trio.MemorySendChannel[Outcome[str, object]] = attrs.field(init=False)
    _to_print: trio.MemoryReceiveChannel[Outcome[str, object]] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._done, self._to_print = trio.open_memory_channel[Outcome[str, object]](float("inf"))

    async def run(self) -> int:
        """Work until all is done, and give the exit code."""
        options = self._options
        work = await find_work(options.over, options.items, options.each)
        with open_watcher() as watcher:
            agent, _ = await build_agent(options, None, on_progress=watcher.on_progress)
        journal, is_ours = self._journal(agent, work)
        total = len(work.items)
        code, failure = FAILED, None
        try:
            async with (
                open_system() as system,
                open_to_others(system, agent.name, self._end),
                traced(system, options.trace),
                open_map_table(system, total) as table,
                trio.open_nursery() as nursery,
            ):
                nursery.start_soon(self._print, table, nursery.cancel_scope)
                try:
                    with self._done:
                        code = await self._work(agent, work, system, journal, table)
                except Exception as error:  # noqa: BLE001  # raised below, where no nursery groups it
                    failure = error
        finally:
            if trio.current_effective_deadline() == -math.inf:  # a signal has come
                await self._print_last()
                self._tell_the_rest(total, "stopped", journal)
        if failure := failure or self._unprinted:
            raise failure
        if code == DONE and is_ours and journal is not None:
            journal.unlink(missing_ok=True)
        elif self._counts.succeeded < total and not self._told_why:
            self._tell_the_rest(total, "not finished", journal)
        return code

    async def _work(
        self, agent: Agent, work: Work, system: System, journal: Path | None, table: MapTable
    ) -> int:
        tell = partial(self._tell, table)
        options = self._options
        if options.reduce is None:
            async with map_agents(
                agent,
                work.items,
                prompt=work.prompt,
                limit=options.limit,
                attempts=options.attempts,
                item_seconds=options.item_seconds,
                system=system,
                journal=journal,
                system_key=undated(agent.system),
                on_progress=tell,
            ) as outcomes:
                async for _ in outcomes:
                    pass
            return FAILED if self._counts.failed else DONE
        try:
            reduced = await map_reduce(
                agent,
                _reducer(agent),
                work.items,
                prompt=work.prompt,
                reduce_prompt=_reduce_prompt(options.reduce),
                limit=options.limit,
                attempts=options.attempts,
                item_seconds=options.item_seconds,
                system=system,
                journal=journal,
                system_key=undated(agent.system),
                on_progress=tell,
            )
        except ReduceError as error:
            await table.write(error_line(error))
            complain_of(error)
            self._told_why = True
            return FAILED
        await table.write(reduced_line(str(reduced.value), reduced.levels, reduced.spent))
        return FAILED if reduced.failed else DONE

    def _tell(self, table: MapTable, progress: Progress) -> None:
        self._counts = progress.counts
        table.counts = progress.counts
        if isinstance(progress, Finished):
            self._done.send_nowait(cast("Outcome[str, object]", progress.outcome))
        elif isinstance(progress, Unsaved):
            complain(f"item {progress.index} is not in the journal: {progress.error}")

    async def _print(self, table: MapTable, scope: trio.CancelScope) -> None:
        try:
            async for outcome in self._to_print:
                await table.write(outcome_line(outcome))
        except OSError as error:
            self._unprinted = error
            scope.cancel()

    async def _print_last(self) -> None:
        """Print what was done before all was cancelled, to a reader who reads."""
        with (
            trio.move_on_after(LAST_WORDS_S, shield=True),
            suppress(trio.WouldBlock, trio.EndOfChannel, OSError),
        ):
            while True:
                outcome = self._to_print.receive_nowait()
                if outcome.ok:
                    await write_out(outcome_line(outcome))

    def _tell_the_rest(self, total: int, how: str, journal: Path | None) -> None:
        done = f"{how}: {self._counts.succeeded} of {total} are done"
        kept = " and kept; the same command goes on from there"
        complain(f"{done}{kept if journal is not None else ', and not kept'}")

    def _journal(self, agent: Agent, work: Work) -> tuple[Path | None, bool]:
        if self._options.journal is not None:
            return Path(self._options.journal), False
        options = self._options
        told = undated(agent.system)  # so that midnight is not the end of it
        asked = [options.each, options.reduce, agent.model.model_id, told, *work.items]
        name = hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]
        try:
            folder = Home.default().project(Path.cwd()) / _MAPS
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except (UsageError, OSError) as error:
            complain(f"what is done is not kept: {error}")
            return None, False
        return folder / f"{name}.jsonl", True


def _reducer(agent: Agent) -> Agent:
    """Make an agent of the same model that has nothing to do but to write."""
    return Agent(
        model=agent.model,
        system=agent.system,
        name=f"{agent.name}-reducer",
        policy=agent.policy,
        budget=agent.budget,
        effort=agent.effort,
        max_response_tokens=agent.max_response_tokens,
    )


def _reduce_prompt(text: str) -> str:
    return text if "{items}" in text else f"{text}\n\n{{items}}"
