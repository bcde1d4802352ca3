"""From an order to an agent: each thing is the order's own, or else its parent's."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import attrs

from sagent.agent._guardian import Ward
from sagent.agent._household import Standing
from sagent.agent._limits import AgentLimits
from sagent.agent._share import Share
from sagent.agent._spawn_order import SpawnOrder, as_spawning
from sagent.errors import UnknownNameError, UsageError
from sagent.model import Effort, Model
from sagent.session import Session
from sagent.tool import Tool, Workspace


@attrs.frozen(kw_only=True, eq=False)
class Offspring:
    """What differs between a child and its parent.

    Attributes:
        name: how others call it.
        description: what it is for.
        model: what answers.
        effort: how hard it is to think; None for its own.
        system: what it is told about itself; None for what its parent is.
        tools: what it may use.
        cwd: where its tools start.
        extra_dirs: the other directories of its workspace, which are its parent's.
        max_rounds: how often its model may be asked for one prompt; None as its parent's.
        share: what it may take.
        session: where its conversation is kept; None to keep it in memory.
        standing: where it stands among others.
    """

    name: str
    description: str
    model: Model
    effort: Effort | None
    system: str | None
    tools: tuple[Tool, ...]
    cwd: Path
    extra_dirs: tuple[Path, ...]
    max_rounds: int | None
    share: Share
    session: Session | None
    standing: Standing


type Bear = Callable[[Offspring], Ward]
"""Makes the agent."""


def tools_of(order: SpawnOrder, parents: Iterable[Tool], limits: AgentLimits) -> tuple[Tool, ...]:
    """Choose the tools that *order* asks for, from those offered there or its parent's.

    Where it names none, a child whose *limits* allow none below it has none that starts agents.

    Raises:
        UnknownNameError: one of them is not among these.
    """
    choice = parents if order.offered is None else order.offered
    offered = {tool.name: tool for tool in choice}
    if order.tools is None:
        kept = offered.values()
        return tuple(tool for tool in kept if limits.max_depth > 0 or as_spawning(tool) is None)
    unknown = [name for name in order.tools if name not in offered]
    if unknown:
        raise UnknownNameError(
            f"Unknown tools: {', '.join(unknown)}. Available: {', '.join(offered) or 'none'}"
        )
    return tuple(offered[name] for name in dict.fromkeys(order.tools))


def directory_of(order: SpawnOrder, parents: Workspace) -> Path:
    """Give the directory that *order* asks for, which starts from its parent's.

    Raises:
        UsageError: there is none, or it leads out of the parent's workspace by a symbolic link.
    """
    if order.cwd is None:
        return parents.cwd
    cwd = parents.resolve(str(order.cwd))
    if not cwd.is_dir():
        raise UsageError(f"there is no directory {cwd}: name one, or leave out cwd")
    real = Path(os.path.realpath(cwd))
    if parents.names(cwd) and not parents.holds(real):
        raise UsageError(
            f"{cwd} leads out of the workspace, to {real}: name {real} itself, if that is meant"
        )
    return cwd
