"""Shows who works on what, while ``sagent map`` runs."""

import sys
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from itertools import islice

import attrs
import trio
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from sagent.actors import System
from sagent.agent import AGENTS, AgentStatus, call_roll
from sagent.budget import Amount
from sagent.cli._streams import write_out
from sagent.team import Counts
from sagent.terminal import clean

_EVERY_S = 0.25
_MOST_ROWS = 12


@attrs.define(eq=False)
class MapTable:
    """What is shown; who has no terminal sees nothing.

    Attributes:
        counts: how far the work is.
    """

    counts: Counts = attrs.field(factory=Counts, init=False)
    _live: Live | None = attrs.field(default=None, init=False)

    async def write(self, line: str) -> None:
        """Write *line* to standard output, above what is shown if that is on the same terminal.

        Raises:
            BrokenPipeError: the reader has gone.
        """
        if self._live is None or not sys.stdout.isatty():
            await write_out(line)
            return
        self._live.console.print(Text(clean(line).rstrip("\n")), soft_wrap=True)


@asynccontextmanager
async def open_map_table(system: System, total: int) -> AsyncGenerator[MapTable]:
    """Show the agents of *system* on standard error for the length of the block."""
    table = MapTable()
    if not sys.stderr.isatty():
        yield table
        return
    console = Console(stderr=True)
    live = Live(console=console, auto_refresh=False, transient=True, redirect_stdout=False)
    async with trio.open_nursery() as nursery:
        with live:
            table._live = live  # noqa: SLF001  # of its own module
            nursery.start_soon(_show, system, table, total, live)
            yield table
            nursery.cancel_scope.cancel()
            table._live = None  # noqa: SLF001  # the same


async def _show(system: System, table: MapTable, total: int, live: Live) -> None:
    began, since = trio.current_time(), dict[str, float]()
    while True:
        statuses = await _statuses(system)
        grid = _grid(dict(islice(statuses.items(), _MOST_ROWS)), since)
        more = len(statuses) - _MOST_ROWS
        rest = [Text(f"and {more} more", style="dim")] if more > 0 else []
        counts = _including(table.counts, statuses.values())
        summary = _summary(counts, total, trio.current_time() - began)
        live.update(Group(grid, *rest, Text(summary, no_wrap=True)), refresh=True)
        await trio.sleep(_EVERY_S)


def _grid(statuses: Mapping[str, AgentStatus], since: dict[str, float]) -> Table:
    now = trio.current_time()
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), expand=True)
    for heading in ("agent", "state", "tokens", "cost", "elapsed", "task"):
        ratio = 1 if heading == "task" else None  # it has what the others leave
        grid.add_column(heading, header_style="dim", no_wrap=True, overflow="ellipsis", ratio=ratio)
    for name, status in statuses.items():
        grid.add_row(
            clean(name),
            status.phase,
            f"{status.usage.input_tokens + status.usage.output_tokens:,}",
            _cost(status.cost_usd, status.unpriced_calls),
            f"{now - since.setdefault(name, now):.0f}s",
            Text(clean(status.task)),
        )
    return grid


async def _statuses(system: System) -> dict[str, AgentStatus]:
    members = system.members(AGENTS)
    told = await call_roll(members, patience_s=_EVERY_S)
    return {ref.name: told[ref.path] for ref in members if ref.path in told}


def _including(counts: Counts, at_work: Iterable[AgentStatus]) -> Counts:
    """Give *counts* with what those who are *at_work* have spent until now."""
    spent = counts.spent
    for status in at_work:
        below = status.ended_below
        usage = status.usage + below.usage
        spent += Amount(
            usd=status.cost_usd + below.cost_usd,
            tokens=usage.input_tokens + usage.output_tokens,
            unpriced_calls=status.unpriced_calls + below.unpriced_calls,
        )
    return attrs.evolve(counts, spent=spent)


def _summary(counts: Counts, total: int, elapsed_s: float) -> str:
    left = total - counts.finished - counts.running
    known = f", {counts.reused} known" if counts.reused else ""
    failed = f", {counts.failed} failed" if counts.failed else ""
    cost = _cost(counts.spent.usd, counts.spent.unpriced_calls)
    return (
        f"{counts.succeeded} of {total} done{known}{failed}, {counts.running} at work, "
        f"{left} waiting · {counts.spent.tokens:,} tokens · {cost} · {elapsed_s:.0f}s"
    )


def _cost(usd: Decimal, unpriced_calls: int) -> str:
    return "unpriced" if unpriced_calls and not usd else f"${usd:.4f}"
