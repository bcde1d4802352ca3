from collections.abc import Iterable
from decimal import Decimal
from functools import partial
from typing import ClassVar, Self

import attrs
import trio

from sagent.actors import Restart
from sagent.agent import AgentLimits, Lifetime, SpawnOrder
from sagent.home import Home
from sagent.message import Message
from sagent.model import Model
from sagent.prompt import AgentFile, AgentFiles, load_agent_files
from sagent.tool import Tool, Workspace
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import Card
from sagent.tools._colleague_tool import ColleagueTool, refusals
from sagent.tools._place import place_of
from sagent.tools._refusal import Refusal

_PROMPT = """\
# Agents

Kinds of agents that AgentSpawn starts by the name that it is given as `agent`:

"""
_RESTARTS: tuple[Restart, ...] = ("permanent", "transient", "temporary")


def _tuple(tools: Iterable[Tool] | None) -> tuple[Tool, ...] | None:
    return None if tools is None else tuple(tools)


@attrs.define(eq=False)
class AgentSpawn(ColleagueTool):
    """Starts another agent: for one answer, or to stay and be messaged.

    What the model's call leaves out is as given here, and what is left out here is the parent's.

    Args:
        model: what answers for children.
        system: what children are told about themselves.
        tools: what children may use.
        max_tool_call_rounds: how often a child's model may be asked for one prompt.
        max_depth: how many levels of agents there may be below a child.
        agents: kinds of agents that are written down, which the system prompt then lists; None to
            look for them at each call, from the agent's directory.
    """

    card: ClassVar[Card] = Card(
        name="AgentSpawn",
        description=(
            "Start another agent with a conversation of its own. By default it does what prompt "
            "says and its final text is the result; several calls in one response run side by "
            "side. persistent: it stays until you stop it, its answers come to you as messages, "
            "and anyone can write to it by its label with AgentSend. detached: it stays when you "
            "end. It knows nothing of your conversation: put all it needs into prompt."
        ),
        directive_schema={
            "type": "object",
            "properties": {
                "prompt": {"type": "string"},
                "label": {"type": "string", "description": "its name"},
                "agent": {"type": "string", "description": "a kind of agent, of those listed"},
                "persistent": {"type": "boolean"},
                "detached": {"type": "boolean"},
                "system": {"type": "string", "description": "its system prompt; default yours"},
                "tools": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "names out of yours; default all, [] none",
                },
                "model_id": {"type": "string"},
                "provider": {"type": "string"},
                "auth": {"type": "string", "description": "environment variable with its key"},
                "cwd": {"type": "string"},
                "max_tool_call_rounds": {"type": "integer", "minimum": 1},
                "max_depth": {
                    "type": "integer",
                    "minimum": 0,
                    "description": "levels of agents below it",
                },
                "max_budget_usd": {"type": "number", "minimum": 0},
                "deadline": {
                    "type": "number",
                    "exclusiveMinimum": 0,
                    "description": "seconds it may live",
                },
                "restart": {
                    "type": "string",
                    "enum": list(_RESTARTS),
                    "description": "when it lives again; default after a crash",
                },
            },
            "required": ["prompt"],
            "additionalProperties": False,
        },
        effects=frozenset(),
        concurrency="shared",
        subjects=("label", "prompt"),
    )

    model: Model | None = attrs.field(default=None, kw_only=True, repr=False)
    system: str | None = attrs.field(default=None, kw_only=True)
    tools: tuple[Tool, ...] | None = attrs.field(default=None, kw_only=True, converter=_tuple)
    max_tool_call_rounds: int | None = attrs.field(default=None, kw_only=True)
    max_depth: int | None = attrs.field(default=None, kw_only=True)
    agents: AgentFiles | None = attrs.field(default=None, kw_only=True, repr=False)
    _limits: AgentLimits | None = attrs.field(default=None, init=False)

    @property
    def description(self) -> str:
        """What the model is told of it, and of the limits that hold."""
        limits = f" At most {self._limits}." if self._limits is not None else ""
        return f"{self.card.description}{limits}"

    def prompt(self) -> str | None:
        """List the kinds of agents that it was given, if there are any."""
        listing = self.agents.listing if self.agents is not None else ""
        return f"{_PROMPT}{listing}" if listing else None

    def within(self, limits: AgentLimits) -> Self:
        """Make a copy that tells its model of *limits*."""
        copy = attrs.evolve(self)
        copy._limits = limits  # noqa: SLF001  # of its own class
        return copy

    def completed(self, order: SpawnOrder) -> SpawnOrder:
        """Add the model and the tools that are given here."""
        return attrs.evolve(order, model=order.model or self.model, offered=self.tools)

    async def _work(self, arguments: Arguments, workspace: Workspace) -> Message:
        with refusals():
            kind = await self._kind(arguments, workspace)
            return await self.colleagues.spawn(self._order(arguments, workspace, kind))

    async def _kind(self, arguments: Arguments, workspace: Workspace) -> AgentFile | None:
        name = arguments.text("agent", "").strip()
        if not name:
            return None
        files = self.agents
        if files is None:
            load = partial(load_agent_files, workspace.cwd, Home.default())
            files = await trio.to_thread.run_sync(load)
        return files.find(name)

    def _order(
        self, arguments: Arguments, workspace: Workspace, kind: AgentFile | None
    ) -> SpawnOrder:
        prompt = arguments.text("prompt")
        if not prompt.strip():
            raise Refusal("prompt is empty: say what the agent has to do")
        cwd = arguments.optional_text("cwd")
        usd = arguments.optional_number("max_budget_usd")
        order = SpawnOrder(
            prompt=prompt,
            lifetime=_lifetime(arguments),
            name=arguments.text("label", ""),
            system=arguments.optional_text("system"),
            provider=arguments.text("provider", ""),
            model_id=arguments.text("model_id", ""),
            auth=arguments.text("auth", ""),
            offered=self.tools,
            tools=arguments.optional_texts("tools"),
            cwd=place_of(workspace, cwd) if cwd else None,
            max_tool_call_rounds=arguments.optional_count("max_tool_call_rounds", least=1),
            max_depth=arguments.optional_count("max_depth"),
            budget_usd=None if usd is None else str(usd),
            deadline_s=arguments.optional_number("deadline"),
            restart=_restart(arguments),
        )
        order = order if kind is None else _of_kind(order, kind)
        return attrs.evolve(
            order,
            model=self.model,
            system=order.system or self.system,
            max_tool_call_rounds=order.max_tool_call_rounds or self.max_tool_call_rounds,
            max_depth=_lower(order.max_depth, self.max_depth),
        )


def _of_kind(order: SpawnOrder, kind: AgentFile) -> SpawnOrder:
    """Fill in what *kind* says where *order* does not; of two limits, the lower one holds."""
    limits, own_model = kind.limits, order.model_id or order.provider
    return attrs.evolve(
        order,
        description=kind.description or order.description,
        system=order.system or kind.system or None,
        provider=order.provider if own_model else kind.provider,
        model_id=order.model_id if own_model else kind.model,
        effort=kind.effort,
        tools=kind.tools if order.tools is None else order.tools,
        max_tool_call_rounds=_lower(order.max_tool_call_rounds, limits.max_tool_call_rounds),
        max_depth=_lower(order.max_depth, limits.max_depth),
        budget_usd=_lower(order.budget_usd, limits.max_budget_usd),
        budget_tokens=limits.max_budget_tokens,
        deadline_s=_lower(order.deadline_s, limits.max_budget_seconds),
    )


def _lifetime(arguments: Arguments) -> Lifetime:
    if arguments.flag("detached"):
        return "detached"
    return "persistent" if arguments.flag("persistent") else "one_shot"


def _restart(arguments: Arguments) -> Restart:
    rule = arguments.text("restart", "transient")
    if rule not in _RESTARTS:
        raise Refusal(f"restart must be one of {', '.join(_RESTARTS)}")
    return rule


def _lower[N: (int, float, Decimal)](one: N | None, other: N | None) -> N | None:
    return min((limit for limit in (one, other) if limit is not None), default=None)
