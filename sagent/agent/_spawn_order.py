"""What an agent that is to be started shall be."""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal, Protocol, cast, runtime_checkable

import attrs

from sagent.actors import Restart
from sagent.agent._limits import AgentLimits
from sagent.errors import UsageError
from sagent.lib.json import JSON, JsonValue
from sagent.model import EFFORTS, Effort, Model
from sagent.tool import Schema, Tool

type Lifetime = Literal["one_shot", "persistent", "detached"]
"""Until it has answered; as long as the one who started it; as long as the system."""


def _money(value: Decimal | str | float | None) -> Decimal | None:
    if value is None:
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise UsageError(f"{value!r} is no sum of money: write it as 0.5") from error


def _positive(
    _: object, attribute: "attrs.Attribute[Any]", value: float | None
) -> None:  # Any: of int or float
    if value is not None and not value > 0:
        raise UsageError(f"{attribute.name} is {value}: it must be more than 0")


@attrs.frozen(kw_only=True)
class SpawnOrder:
    """What a child shall be; what is left out is its parent's.

    Attributes:
        prompt: what it has to do first.
        lifetime: until when it lives.
        name: how others call it; "" for a name made of its parent's.
        description: what it is for, in a line.
        system: what it is told about itself.
        provider: its model's provider, "" for the one that the model's name tells.
        model_id: its model, "" for the provider's own choice, or without a provider for *model*.
        auth: the name of an environment variable with the key; "" for the provider's own.
        effort: how hard its model is to think.
        model: what answers, where no name is given.
        offered: the tools to choose from.
        tools: the names of those that it may use; None for all.
        cwd: where its tools start.
        max_tool_call_rounds: how often its model may be asked for one prompt.
        max_depth: how many levels of agents there may be below it.
        budget_usd: what it and all below it may spend, in US dollars.
        budget_tokens: how many tokens they may use.
        deadline_s: how long it may live, in seconds.
        restart: when it lives again, if it does not end with its answer.
    """

    prompt: str
    lifetime: Lifetime = "one_shot"
    name: str = ""
    description: str = "An AI agent."
    system: str | None = None
    provider: str = ""
    model_id: str = ""
    auth: str = ""
    effort: Effort | None = None
    model: Model | None = attrs.field(default=None, repr=False, eq=False)
    offered: tuple[Tool, ...] | None = attrs.field(default=None, repr=False, eq=False)
    tools: tuple[str, ...] | None = None
    cwd: Path | None = None
    max_tool_call_rounds: int | None = attrs.field(default=None, validator=_positive)
    max_depth: int | None = None
    budget_usd: Decimal | None = attrs.field(default=None, converter=_money)
    budget_tokens: int | None = None
    deadline_s: float | None = attrs.field(default=None, validator=_positive)
    restart: Restart = "transient"

    def to_json(self) -> str:
        """Write it down, but for what is no text: the model and the tools that a program gave."""
        fields = attrs.asdict(self, filter=lambda field, _: field.name not in _LIVE, recurse=False)
        said = {name: value for name, value in fields.items() if value is not None}
        return json.dumps(said, default=str)

    @classmethod
    def from_json(cls, text: str) -> "SpawnOrder":
        """Read what `to_json` wrote; fields that this version does not know are left out.

        Raises:
            UsageError: it is none.
        """
        try:
            read = cast("JsonValue", json.loads(text))
            faults = Schema.of(_SCHEMA, "the schema of an order").faults(read)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"the record of an agent cannot be read: {error}") from error
        if faults:
            raise UsageError(f"the record of an agent cannot be read: {faults[0][2:]}")
        fields = cast("Mapping[str, Any]", read)  # Any: of what each field is, by the schema
        kept: dict[str, Any] = {"prompt": ""}  # Any: the same
        kept |= {name: fields[name] for name in _PROPERTIES if name in fields}
        for name, convert in (("tools", tuple), ("cwd", Path)):
            if name in kept:
                kept[name] = convert(kept[name])
        return cls(**kept)


_LIVE = frozenset({"model", "offered"})
_TEXT: Mapping[str, JSON] = {"type": "string"}
_WHOLE: Mapping[str, JSON] = {"type": "integer", "minimum": 0}
_PROPERTIES: Mapping[str, JSON] = {
    **dict.fromkeys(("prompt", "name", "description", "system"), _TEXT),
    **dict.fromkeys(("provider", "model_id", "auth", "cwd"), _TEXT),
    **dict.fromkeys(("max_tool_call_rounds", "max_depth", "budget_tokens"), _WHOLE),
    "effort": {"enum": list(EFFORTS)},
    "lifetime": {"enum": ["one_shot", "persistent", "detached"]},
    "tools": {"type": "array", "items": _TEXT},
    "budget_usd": {"type": "string"},
    "deadline_s": {"type": "number"},
    "restart": {"enum": ["permanent", "transient", "temporary"]},
}
_SCHEMA: Mapping[str, JSON] = {"type": "object", "properties": _PROPERTIES}


@runtime_checkable
class SpawningTool(Tool, Protocol):
    """A tool that starts agents."""

    def within(self, limits: AgentLimits) -> Tool:
        """Make a copy of this tool that tells its model of *limits*."""
        ...

    def completed(self, order: SpawnOrder) -> SpawnOrder:
        """Add what only a program can give to *order*, which was read from a file."""
        ...


def as_spawning(tool: Tool) -> SpawningTool | None:
    """Give *tool* as one that starts agents; None if it is no such tool."""
    # First by its name alone: to look for all that a protocol has takes long.
    return tool if hasattr(tool, "within") and isinstance(tool, SpawningTool) else None
