"""Running sagents in lines, for people."""

import time
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from sagent.control.client import AgentView, NodeView, Running, RunView
from sagent.terminal import cost, one_line

_UNITS = ((1_000_000, "M"), (1_000, "k"))
_HEADS = ("PID", "AGENT", "STATE", "AGENTS", "TOKENS", "COST", "ELAPSED", "MODEL", "DIRECTORY")


def run_rows(runs: Iterable[Running], now_ns: int | None = None) -> Iterator[str]:
    """Give a line for each of *runs*, below a line of heads."""
    now_ns = time.time_ns() if now_ns is None else now_ns
    return _table([_HEADS, *(_run_cells(running, now_ns) for running in runs)])


def tree_rows(node: NodeView) -> Iterator[str]:
    """Give a line for each actor of a tree."""
    return _branch(node, "", "")


def run_head(run: RunView) -> str:
    """Name a run, above its tree."""
    return f"{run.pid} in {one_line(run.cwd)}"


def find_node(node: NodeView, path: str) -> NodeView | None:
    """Find the actor at *path* in a tree."""
    if node.path == path:
        return node
    found = (find_node(child, path) for child in node.children)
    return next((each for each in found if each is not None), None)


def _run_cells(running: Running, now_ns: int) -> tuple[str, ...]:
    run = running.run
    if run is None:
        return (f"{running.pid}", "", "no answer", "", "", "", "", "", "")
    own = run.own_agent or next(iter(run.agents), None)  # many have none that they are for
    return (
        f"{run.pid}",
        one_line(run.own) or "-",
        own.phase if own else "starting",
        f"{len(run.agents)}",
        _count(run.tokens),
        _cost(run.agents) or "-",
        _elapsed(now_ns - run.started_ns),
        one_line(own.model) if own else "-",
        one_line(run.cwd),
    )


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _branch(node: NodeView, first: str, rest: str) -> Iterator[str]:
    yield f"{first}{'  '.join((one_line(node.name), *_facts(node)))}"
    for child in node.children[:-1]:
        yield from _branch(child, f"{rest}├─ ", f"{rest}│  ")
    for child in node.children[-1:]:
        yield from _branch(child, f"{rest}└─ ", f"{rest}   ")


def _facts(node: NodeView) -> Iterator[str]:
    if node.agent is None:
        yield node.state
    else:
        yield from _agent_facts(node.agent)
    for what, value in (
        ("inbox", node.inbox),
        ("restarts", node.restarts),
        ("last exit", node.last_exit),
        ("waits for", one_line(node.waits_for)),
    ):
        if value:
            yield f"{what} {value}"


def _agent_facts(agent: AgentView) -> Iterator[str]:
    yield agent.phase
    yield one_line(agent.model)
    yield f"{_count(agent.tokens)} tokens"
    if spent := _cost((agent,)):
        yield spent
    if agent.tasks:
        yield f"{agent.tasks} in the background"
    if said := one_line(agent.title or agent.task):
        yield f'"{said}"'


def _cost(agents: Iterable[AgentView]) -> str:
    """Write what *agents* have cost; with a plus if some of it is not known."""
    agents = tuple(agents)
    known = cost(sum((agent.cost_usd + agent.ended_cost_usd for agent in agents), Decimal(0)))
    unknown = any(agent.unpriced_calls or agent.ended_unpriced_calls for agent in agents)
    return f"{known}+" if known and unknown else known


def _count(tokens: int) -> str:
    for size, unit in _UNITS:
        if tokens >= size:
            return f"{tokens / size:.1f}{unit}"
    return f"{tokens}"


def _elapsed(ns: int) -> str:
    minutes, seconds = divmod(max(0, ns) // 10**9, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
