"""Whom a person means."""

from collections.abc import Iterable, Iterator, Sequence

from sagent.control._running import Running
from sagent.control._view import AgentView
from sagent.errors import UnknownNameError

_MOST_NAMED = 20


def find_agent(runs: Sequence[Running], target: str) -> tuple[Running, AgentView]:
    """Find whom of *runs* *target* means: a name or path, PID for its own agent, or PID:NAME.

    Returns:
        the run, and its agent.

    Raises:
        UnknownNameError: it means nobody, or more than one; the message names them.
    """
    found = list(_meant(runs, target))
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownNameError(f"{target!r} is more than one agent: say which, {_named(found)}")
    raise UnknownNameError(
        f"no agent {target[:80]!r} is running; there are: {_named(_all(runs)) or 'none'}"
    )


def find_run(runs: Sequence[Running], target: str) -> Running | None:
    """Find the one of *runs* whose process *target* names; None if it names none."""
    return next((each for each in runs if str(each.pid) == target), None)


def _meant(runs: Sequence[Running], target: str) -> Iterator[tuple[Running, AgentView]]:
    for running, agent in _all(runs):
        names = {agent.name, agent.path, *(f"{running.pid}:{n}" for n in (agent.name, agent.path))}
        if running.run is not None and agent == running.run.own_agent:
            names.add(f"{running.pid}")
        if target in names:
            yield running, agent


def _all(runs: Sequence[Running]) -> Iterator[tuple[Running, AgentView]]:
    for running in runs:
        for agent in () if running.run is None else running.run.agents:
            yield running, agent


def _named(found: Iterable[tuple[Running, AgentView]]) -> str:
    names = [f"{running.pid}:{agent.name}" for running, agent in found]
    more = f" (and {len(names) - _MOST_NAMED} more)" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
