"""A system's agents and actors, looked at."""

import os
from collections.abc import Mapping
from pathlib import Path

import attrs

from sagent.actors import Node, Ref, System
from sagent.agent import AGENTS, AgentStatus, Mail, call_roll
from sagent.control._view import AgentView, NodeView, RunView

ANSWER_S = 1
"""How long an agent may take to tell how it stands; all are asked at once."""


@attrs.frozen
class Snapshot:
    """How all agents of a system stand, by path."""

    agents: Mapping[str, AgentView]

    @classmethod
    async def of(cls, system: System) -> "Snapshot":
        """Ask all agents; one that does not answer is left out."""
        members = system.members(AGENTS)
        told = await call_roll(members, patience_s=ANSWER_S)
        views = {ref.path: _agent_view(ref, told[ref.path]) for ref in members if ref.path in told}
        return cls(views)

    def run(self, *, own: str, started_ns: int) -> RunView:
        """Put it together as the run of this process."""
        agents = tuple(self.agents.values())
        return RunView(
            pid=os.getpid(),
            cwd=_directory(),
            own=own or (agents[0].name if agents else ""),
            started_ns=started_ns,
            agents=agents,
        )

    def tree(self, node: Node) -> NodeView:
        """Put it together as a tree."""
        return NodeView(
            path=node.path,
            name=node.name,
            state=node.state,
            inbox=node.inbox,
            restarts=node.restarts,
            last_exit="" if node.last_exit is None else node.last_exit.reason,
            waits_for=node.waits_for or "",
            agent=self.agents.get(node.path),
            children=tuple(map(self.tree, node.children)),
        )


def _directory() -> str:
    try:
        return str(Path.cwd())
    except OSError:  # it was removed
        return ""


def _agent_view(ref: Ref[Mail], status: AgentStatus) -> AgentView:
    ended = status.ended_below
    return AgentView(
        path=ref.path,
        name=ref.name,
        title=status.title,
        task=status.task,
        phase=status.phase,
        model=status.model_id,
        messages=status.messages,
        context_tokens=status.context_tokens,
        context_window=status.context_window,
        input_tokens=status.usage.input_tokens,
        output_tokens=status.usage.output_tokens,
        cached_tokens=status.usage.cached_tokens,
        cost_usd=status.cost_usd,
        unpriced_calls=status.unpriced_calls,
        tasks=len(status.tasks),
        ended_tokens=ended.usage.input_tokens + ended.usage.output_tokens,
        ended_cost_usd=ended.cost_usd,
        ended_unpriced_calls=ended.unpriced_calls,
    )
