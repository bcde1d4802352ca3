from enum import StrEnum

import attrs

from sagent.message import MultipartMessage


class StopReason(StrEnum):
    """Why a model stopped writing; vendors' words are mapped to these."""

    FINISHED = "model_finished"
    TOOL_USE = "model_tool_use"
    MAX_TOKENS = "max_tokens"
    REFUSAL = "model_refusal"
    FILTERED = "content_filter"


@attrs.frozen(kw_only=True)
class Usage:
    """Tokens of one call, as the vendor counts them."""

    input_tokens: int = 0
    """All that was sent, cached or not."""
    output_tokens: int = 0
    """All that was written, thinking included."""
    cached_tokens: int = 0
    """How many of the input tokens came from the vendor's cache."""
    cache_write_tokens: int = 0
    """How many of the input tokens were put into it, where that has a price of its own."""
    hour_cache_write_tokens: int = 0
    """How many of those stay there for an hour, which costs more."""
    thinking_tokens: int = 0
    """How many of the output tokens were thinking."""

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(**{name: mine + getattr(other, name) for name, mine in _counts(self)})

    def __sub__(self, other: "Usage") -> "Usage":
        return Usage(**{name: mine - getattr(other, name) for name, mine in _counts(self)})


def _counts(usage: Usage) -> list[tuple[str, int]]:
    return list(attrs.asdict(usage).items())


@attrs.frozen(kw_only=True)
class ModelResponse:
    """All that one call gave."""

    content: MultipartMessage
    """The model's message: thinking, text and tool calls, in its order."""
    usage: Usage = Usage()
    stop_reason: StopReason = StopReason.FINISHED
    model_id: str = ""
