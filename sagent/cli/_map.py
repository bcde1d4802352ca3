"""``sagent map``: an agent over many items."""

import math
from functools import partial

import attrs
import trio

from sagent.actors import System, open_system
from sagent.agent import Agent
from sagent.budget import estimate
from sagent.cli._credential import keyed
from sagent.cli._exit_code import DONE, FAILED
from sagent.cli._last_stop import settled, tell_error
from sagent.cli._log import logged
from sagent.cli._map_items import Work, find_work
from sagent.cli._map_journal import MapJournal
from sagent.cli._map_lines import error_line, reduced_line
from sagent.cli._map_output import MapOutput
from sagent.cli._map_parser import MapOptions
from sagent.cli._map_table import MapTable, open_map_table
from sagent.cli._openness import open_to_others, traced
from sagent.cli._setup import build_agent
from sagent.cli._streams import complain, complain_of
from sagent.cli._until_signal import End, until_signal
from sagent.cli._watcher import open_watcher
from sagent.errors import ReduceError
from sagent.prompt import undated
from sagent.team import Counts, Finished, JournalOptions, Progress, Unsaved, map_agents, map_reduce


def run_map(options: MapOptions) -> int:
    """Do what *options* ask for and give the exit code."""
    return settled(partial(_do, options), partial(tell_error, options))


def _do(options: MapOptions) -> int:
    options = keyed(options)
    with logged(options, "headless"):
        return trio.run(until_signal, partial(_run, options))


async def _run(options: MapOptions, end: End) -> int:
    work = await find_work(options.over, options.items, options.each)
    with open_watcher() as watcher:
        agent, _ = await build_agent(options, None, on_progress=watcher.on_progress)
    if agent.budget is not None:  # what holds for every item is told once
        agent.budget.reserve(estimate(agent.model, 0, 1)).release()
    journal = MapJournal.of(options, agent, work)
    return await _Mapping(options, agent, work, journal).run(end)


@attrs.define(eq=False)
class _Mapping:
    """One run of the command."""

    _options: MapOptions
    _agent: Agent
    _work: Work
    _journal: MapJournal
    _output: MapOutput = attrs.field(factory=MapOutput, init=False)
    _counts: Counts = attrs.field(factory=Counts, init=False)
    _told_why: bool = attrs.field(default=False, init=False)

    async def run(self, end: End) -> int:
        """Work until all is done, and give the exit code."""
        try:
            code = await self._finished(end)
        finally:
            if trio.current_effective_deadline() == -math.inf:  # a signal has come
                await self._output.print_last()
                self._tell_the_rest("stopped")
        if code == DONE:
            self._journal.finish()
        elif self._counts.succeeded < len(self._work.items) and not self._told_why:
            self._tell_the_rest("not finished")
        return code

    async def _finished(self, end: End) -> int:
        """Work with all that belongs to a run; what fails in it is raised in no group."""
        options, code, failure = self._options, FAILED, None
        async with (
            open_system() as system,
            open_to_others(system, self._agent.name, end),
            traced(system, options.trace),
            open_map_table(system, len(self._work.items)) as table,
            trio.open_nursery() as nursery,
        ):
            nursery.start_soon(self._print, table, nursery.cancel_scope)
            try:
                code = await self._mapped(system, table)
            except Exception as error:  # noqa: BLE001  # raised below, where no nursery groups it
                failure = error
            self._output.finish()
        if failure := failure or self._output.failure:
            raise failure
        return code

    async def _print(self, table: MapTable, scope: trio.CancelScope) -> None:
        await self._output.print_all(table.write)
        if self._output.failure is not None:
            scope.cancel()

    async def _mapped(self, system: System, table: MapTable) -> int:
        if self._options.reduce is not None:
            return await self._reduced(self._options.reduce, system, table)
        agent, work = self._agent, self._work
        settings = self._settings(system, table)
        async with map_agents(agent, work.items, prompt=work.prompt, **settings) as outcomes:
            async for _ in outcomes:
                pass
        return FAILED if self._counts.failed else DONE

    async def _reduced(self, text: str, system: System, table: MapTable) -> int:
        agent, work = self._agent, self._work
        try:
            reduced = await map_reduce(
                agent,
                _reducer(agent),
                work.items,
                prompt=work.prompt,
                reduce_prompt=_reduce_prompt(text),
                **self._settings(system, table),
            )
        except ReduceError as error:
            self._output.tell(error_line(error))
            complain_of(error)
            self._told_why = True
            return FAILED
        self._output.tell(reduced_line(str(reduced.value), reduced.levels, reduced.spent))
        return FAILED if reduced.failed else DONE

    def _settings(self, system: System, table: MapTable) -> JournalOptions:
        return {
            "limit": self._options.limit,
            "attempts": self._options.attempts,
            "item_seconds": self._options.item_seconds,
            "system": system,
            "journal": self._journal.path,
            "system_key": undated(self._agent.system),
            "on_progress": partial(self._note, table),
        }

    def _note(self, table: MapTable, progress: Progress) -> None:
        self._counts = table.counts = progress.counts
        if isinstance(progress, Finished):
            self._output.tell(progress.outcome)
        elif isinstance(progress, Unsaved):
            complain(f"item {progress.index} is not in the journal: {progress.error}")

    def _tell_the_rest(self, how: str) -> None:
        done = f"{self._counts.succeeded} of {len(self._work.items)} are done"
        complain(f"{how}: {done} and {self._journal.told}")


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
