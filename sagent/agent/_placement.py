"""Where a tool call runs: in the conversation's way, or beside it."""

from collections.abc import Mapping

import attrs

from sagent.lib.json import JSON
from sagent.message import JsonMessage, Message, MultipartMessage
from sagent.tool import Tool, ToolSpec, background_parameter_of, offers_background, spec_of

_PARAMETERS: Mapping[str, JSON] = {
    "background": {"type": "boolean"},
    "delay": {"type": "integer", "minimum": 0},
}
"""They stand with every tool, so the tool that offers them says once what they mean."""
_FOREVER_S = 10**9
"""Thirty years: a whole number in JSON may be more than a float can be."""


@attrs.frozen
class Placement:
    """How a call is to run.

    Attributes:
        background: whether the conversation goes on without it.
        delay_s: how long it sleeps before.
    """

    background: bool = False
    delay_s: float = 0


HERE = Placement()


@attrs.frozen
class Placing:
    """Reads the choice out of a call, where it was offered.

    Attributes:
        names: the parameters that are not the tool's own.
        own: the one of the tool's own that asks for the background, too.
    """

    names: frozenset[str] = frozenset()
    own: str | None = None

    @classmethod
    def beside(cls, tool: Tool) -> "Placing":
        """Take those parameters that *tool* does not have itself."""
        if offers_background(tool):
            return cls()
        taken = _object(tool.directive_schema, "properties")
        return cls(frozenset(_PARAMETERS) - frozenset(taken), background_parameter_of(tool))

    def of(self, call: MultipartMessage) -> Placement:
        """Read the choice; what makes no sense is none."""
        if not self.names and self.own is None:
            return HERE
        directive = call.content[-1]
        arguments = _object(directive.content if isinstance(directive, JsonMessage) else None)
        delay = arguments.get("delay") if "delay" in self.names else None
        delay_s = float(min(delay, _FOREVER_S)) if isinstance(delay, int) and delay > 0 else 0.0
        asking = (self.names & {"background"}) | {self.own}
        asked = any(arguments.get(name) is True for name in asking if name is not None)
        return Placement(asked or delay_s > 0, delay_s)

    def without(self, directive: Message) -> Message:
        """Give *directive* as the tool knows it."""
        if not isinstance(directive, JsonMessage) or not self.names:
            return directive
        arguments = _object(directive.content)
        if not self.names & arguments.keys():
            return directive
        own = {name: value for name, value in arguments.items() if name not in self.names}
        return attrs.evolve(directive, content=own)


def spec_with(tool: Tool, placing: Placing) -> ToolSpec:
    """Tell a model of *tool* and of the choice that *placing* reads, if it reads any."""
    offered = placing.names
    if not offered:
        return spec_of(tool)
    schema = _object(tool.directive_schema)
    own = _object(schema, "properties")
    properties = {**own, **{name: _PARAMETERS[name] for name in sorted(offered)}}
    return attrs.evolve(spec_of(tool), directive_schema={**schema, "properties": properties})


def _object(value: JSON, *path: str) -> Mapping[str, JSON]:
    """Give the JSON object at *path* in *value*, or an empty one."""
    for step in path:
        value = _object(value).get(step)
    return value if isinstance(value, Mapping) else {}
