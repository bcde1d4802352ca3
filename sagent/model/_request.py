from collections.abc import Sequence

import attrs

from sagent.message import Message
from sagent.tool import ToolSpec


@attrs.frozen(kw_only=True)
class ModelRequest:
    """One call of a model."""

    messages: Sequence[Message]
    """The history, oldest first; a model never changes it."""
    system: str = ""
    tools: tuple[ToolSpec, ...] = ()
    max_response_tokens: int | None = None
    """A cap on what the model writes; None for the model's own."""
    temperature: float | None = None
    """None for the vendor's default, which newer models insist on."""
