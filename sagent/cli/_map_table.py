"""Shows who works on what, while ``sagent map`` runs."""

import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import cast

import attrs
import trio

from sagent.actors import Ref, System
from sagent.agent import AGENTS, AgentStatus, GetStatus, Mail
from sagent.cli._streams import clean
from sagent.errors import ActorError
from sagent.team import Counts

_EVERY_S = 0.25
_MOST_ROWS = 12


@attrs.define(eq=False)
class MapTable:
    """What is shown; who has no terminal sees nothing.

    Attributes:
        counts: how far the work is.
    """

    counts: Counts = attrs.field(factory=Counts, init=False)


@asynccontextmanager
async def open_map_table(system: System, total: int) -> AsyncGenerator[MapTable]:
    """Show the agents of *system* on standard error for the length of the block."""
    table = MapTable()
    if not sys.stderr.isatty():
        yield table
        return
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_show, system, table, total)
        yield table
        nursery.cancel_scope.cancel()


async def _show(system: System, table: MapTable, total: int) -> None:
    from rich.console import Console, Group  # noqa: PLC0415  # who has no terminal needs none of it
    from rich.live import Live  # noqa: PLC0415  # the same
    from rich.table import Table  # noqa: PLC0415  # the same
    from rich.text import Text  # noqa: PLC0415  # the same

    began = time.monotonic()
    since: dict[str, float] = {}

    def picture(statuses: list[AgentStatus], width: int) -> Group:
        now = time.monotonic()
        grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for heading in ("agent", "state", "tokens", "cost", "elapsed", "task"):
            grid.add_column(heading, header_style="dim", no_wrap=True, overflow="ellipsis")
        for status in statuses[:_MOST_ROWS]:
            begun = since.setdefault(status.name, now)
            grid.add_row(
                clean(status.name),
                status.phase,
                f"{status.usage.input_tokens + status.usage.output_tokens:,}",
                _cost(status.cost_usd, status.unpriced_calls),
                f"{now - begun:.0f}s",
                Text(clean(status.task)),
            )
        more = len(statuses) - _MOST_ROWS
        rest = [Text(f"and {more} more", style="dim")] if more > 0 else []
        return Group(grid, *rest, Text(_summary(table.counts, total, now - began)[:width]))

    console = Console(stderr=True)
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while True:
            statuses = await _statuses(system)
            live.update(picture(statuses, console.width), refresh=True)
            await trio.sleep(_EVERY_S)


async def _statuses(system: System) -> list[AgentStatus]:
    statuses: list[AgentStatus] = []
    for ref in system.members(AGENTS)[:_MOST_ROWS]:
        status = await _status(ref)
        if status is not None:
            statuses.append(status)
    return statuses


async def _status(ref: Ref[Mail]) -> AgentStatus | None:
    with trio.move_on_after(_EVERY_S):
        try:
            return cast("AgentStatus", await ref.ask(GetStatus(), lane="front"))
        except ActorError:  # it has just ended
            return None
    return None


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
