"""What a run tells of itself."""

from decimal import Decimal

import attrs


@attrs.frozen(kw_only=True)
class AgentView:
    """How an agent stands.

    Attributes:
        path: its place in the tree of actors, unique in its run.
        name: by which it is reached.
        title: what it says it is at, "" if it has said nothing.
        task: what it answers, in a line; "" between turns.
        phase: ``idle``, ``thinking`` or ``working``.
        model: the model that answers next.
        messages: how many messages its history has.
        context_tokens: about how many tokens its next request has.
        context_window: how many its model takes; None if nobody knows.
        input_tokens: of all its calls, as what follows.
        output_tokens: what its model wrote.
        cached_tokens: how many of the input tokens came out of a vendor's cache.
        cost_usd: what calls of a known price cost, in US dollars.
        unpriced_calls: how many calls have no known price.
        tasks: how many tool calls run in the background.
        ended_tokens: what agents that were started below it, and have ended, sent and received.
        ended_cost_usd: what their calls of a known price cost.
        ended_unpriced_calls: how many of their calls have no known price.
    """

    path: str
    name: str
    title: str
    task: str
    phase: str
    model: str
    messages: int
    context_tokens: int
    context_window: int | None
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost_usd: Decimal
    unpriced_calls: int
    tasks: int
    ended_tokens: int = 0
    ended_cost_usd: Decimal = Decimal(0)
    ended_unpriced_calls: int = 0

    @property
    def tokens(self) -> int:
        """What it, and those below it that have ended, sent and received."""
        return self.input_tokens + self.output_tokens + self.ended_tokens


@attrs.frozen(kw_only=True)
class RunView:
    """A run, and its agents as they are now.

    Attributes:
        pid: its process.
        cwd: where that works; "" if that is gone.
        own: the name of the agent that the run is for; its end is the run's.
        started_ns: when it began, in nanoseconds since the epoch.
        agents: all that live, the oldest first.
    """

    pid: int
    cwd: str
    own: str
    started_ns: int
    agents: tuple[AgentView, ...] = ()

    @property
    def own_agent(self) -> AgentView | None:
        """The agent that the run is for; None while it does not live, or does not answer."""
        return next((agent for agent in self.agents if agent.name == self.own), None)

    @property
    def tokens(self) -> int:
        """What all its agents have sent and received."""
        return sum(agent.tokens for agent in self.agents)

    @property
    def cost_usd(self) -> Decimal:
        """What calls of a known price have cost, in US dollars."""
        return sum((agent.cost_usd + agent.ended_cost_usd for agent in self.agents), Decimal(0))


@attrs.frozen(kw_only=True)
class NodeView:
    """An actor, with all below it; see `sagent.actors.Node`.

    Attributes:
        path: its place in the tree; empty for the system itself.
        name: the last part of its path.
        state: what it is at, as an actor.
        inbox: how many messages wait for it.
        restarts: how many of its lives have ended and were followed by another.
        last_exit: how the last of them ended; "" if none has.
        waits_for: the path of the actor whose answer it waits for; "" if it does not.
        agent: how it stands as an agent, if it is one.
        children: its children, oldest first.
    """

    path: str
    name: str
    state: str
    inbox: int = 0
    restarts: int = 0
    last_exit: str = ""
    waits_for: str = ""
    agent: AgentView | None = None
    children: "tuple[NodeView, ...]" = ()


attrs.resolve_types(NodeView)
