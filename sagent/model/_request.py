from collections.abc import Mapping, Sequence
from typing import Literal

import attrs

from sagent.lib.json import JSON
from sagent.message import Message
from sagent.tool import ToolSpec

type Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
"""How hard a model thinks, from not at all; a vendor takes the nearest that it has."""


@attrs.frozen(kw_only=True)
class ModelRequest:
    """One call of a model."""

    messages: Sequence[Message]
    """The history, oldest first; a model never changes it."""
    system: str = ""
    """What the model is told about itself, before all else."""
    tools: tuple[ToolSpec, ...] = ()
    """What it may call."""
    max_response_tokens: int | None = None
    """A cap on what the model writes; None for the model's own."""
    temperature: float | None = None
    """None for the vendor's default, which newer models insist on."""
    effort: Effort | None = None
    """None for the model's own."""
    output_schema: Mapping[str, JSON] | None = None
    """A JSON Schema that the answer's text is to satisfy, as JSON; None for free text."""
    cache_key: str | None = None
    """Names the conversation, where a vendor routes requests of one to one cache."""
