"""An agent's tools with what they declare, which is read once for all of its actors."""

from collections.abc import Iterable, Mapping, Sequence
from operator import is_

import attrs

from sagent.agent._limits import AgentLimits
from sagent.agent._placement import Placing, spec_with
from sagent.agent._spawn_order import as_spawning
from sagent.compaction import tool_tokens
from sagent.errors import UsageError
from sagent.tool import (
    Concurrency,
    Effect,
    StreamingTool,
    Tool,
    ToolSpec,
    Validator,
    check_tool,
    concurrency_of,
    deadline_of,
    effects_of,
    max_result_chars_of,
    offers_background,
)

_CHANGES = frozenset({Effect.WRITES, Effect.PROCESSES})


@attrs.frozen(kw_only=True, eq=False)
class Traits:
    """What one tool declares.

    Attributes:
        spec: what models are told of it.
        tokens: how many that takes, roughly.
        validator: of its directives.
        placing: reads out of a call whether it is to run in the background.
        concurrency: whether it may run beside others.
        changes: whether it may change files.
        clearable: whether its results can be had again.
        streams: whether it shows how it gets on.
        max_result_chars: see `max_result_chars_of`.
        deadline_s: see `deadline_of`.
    """

    spec: ToolSpec
    tokens: int
    validator: Validator
    placing: Placing
    concurrency: Concurrency
    changes: bool
    clearable: bool
    streams: bool
    max_result_chars: int | None
    deadline_s: float | None

    @classmethod
    def of(cls, tool: Tool, placing: Placing) -> "Traits":
        """Read what *tool* declares.

        Raises:
            UsageError: it cannot be meant.
        """
        validator, spec = check_tool(tool), spec_with(tool, placing)
        return cls(
            spec=spec,
            tokens=tool_tokens(spec),
            validator=validator,
            placing=placing,
            concurrency=concurrency_of(tool),
            changes=bool(effects_of(tool) & _CHANGES),
            clearable=tool.supports_microcompaction,
            # To look for a protocol takes longer than many a tool.
            streams=isinstance(tool, StreamingTool),
            max_result_chars=max_result_chars_of(tool),
            deadline_s=deadline_of(tool),
        )


@attrs.frozen(kw_only=True, eq=False)
class Toolbox:
    """Tools that no agent has taken in yet; each actor works with its own copies of them.

    Attributes:
        given: what it was made of.
        limits: what those that start agents tell of.
        tools: all of them.
        traits: what they declare, by name.
        offers_background: whether there is a tool among them that sees to calls there.
        specs: what models are told of them.
        tokens: how many all of that takes, roughly.
        clearable: the names of those whose results can be had again.
    """

    given: tuple[Tool, ...]
    limits: AgentLimits
    tools: tuple[Tool, ...]
    traits: Mapping[str, Traits]
    offers_background: bool
    specs: tuple[ToolSpec, ...]
    tokens: int
    clearable: frozenset[str]

    @classmethod
    def of(
        cls, tools: Iterable[Tool], limits: AgentLimits, known: "Toolbox | None" = None
    ) -> "Toolbox":
        """Read what *tools* declare, but for those that are in *known*, too.

        Raises:
            UsageError: one of them is no tool, two have one name, or what one declares cannot be
                meant.
        """
        given = tuple(tools)
        tools = tuple(_within(limits, tool) for tool in given)
        offered = any(map(offers_background, tools))
        alike = known is not None and known.offers_background == offered
        old: Mapping[int, Traits] = known.by_identity() if known and alike else {}
        traits: dict[str, Traits] = {}
        for tool in tools:
            if tool.name in traits:
                raise UsageError(f"two tools are named {tool.name}: give one of them another name")
            read = old.get(id(tool))
            if read is None:
                read = Traits.of(tool, Placing.beside(tool) if offered else Placing())
            traits[tool.name] = read
        return cls(
            given=given,
            limits=limits,
            tools=tools,
            traits=traits,
            offers_background=offered,
            specs=tuple(each.spec for each in traits.values()),
            tokens=sum(each.tokens for each in traits.values()),
            clearable=frozenset(name for name, each in traits.items() if each.clearable),
        )

    def is_of(self, tools: Sequence[Tool], limits: AgentLimits) -> bool:
        """Tell whether it was made of these very *tools*, under *limits*."""
        same = len(tools) == len(self.given) and all(map(is_, tools, self.given))
        return same and limits == self.limits

    def by_identity(self) -> Mapping[int, Traits]:
        """Give what the tools declare by their ids, which are good for as long as this lives."""
        return {
            id(tool): traits for tool, traits in zip(self.tools, self.traits.values(), strict=True)
        }

    def traits_of(self, copies: Mapping[str, Tool]) -> Mapping[str, Traits]:
        """Tell what an actor's *copies* of the tools declare, by name.

        That is what the tools do, but where a copy is something else.
        """
        others = {
            tool.name: Traits.of(copy, self.traits[tool.name].placing)
            for tool in self.tools
            if type(copy := copies[tool.name]) is not type(tool)
        }
        return {**self.traits, **others} if others else self.traits


def _within(limits: AgentLimits, tool: Tool) -> Tool:
    if isinstance(tool, type) or not hasattr(tool, "directive_schema"):
        raise UsageError(
            f"{tool!r} is no tool: pass an instance, or decorate the function with @tool"
        )
    spawning = as_spawning(tool)
    return tool if spawning is None else spawning.within(limits)
