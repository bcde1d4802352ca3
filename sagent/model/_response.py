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
        return self._with(other, 1)

    def __sub__(self, other: "Usage") -> "Usage":
        return self._with(other, -1)

    def _with(self, other: "Usage", sign: int) -> "Usage":
        # Twice a turn: field by field takes a fourth of what `attrs.asdict` does.
        return Usage(
            input_tokens=self.input_tokens + sign * other.input_tokens,
            output_tokens=self.output_tokens + sign * other.output_tokens,
            cached_tokens=self.cached_tokens + sign * other.cached_tokens,
            cache_write_tokens=self.cache_write_tokens + sign * other.cache_write_tokens,
            hour_cache_write_tokens=self.hour_cache_write_tokens
            + sign * other.hour_cache_write_tokens,
            thinking_tokens=self.thinking_tokens + sign * other.thinking_tokens,
        )


@attrs.frozen(kw_only=True)
class ModelResponse:
    """All that one call gave."""

    content: MultipartMessage
    """The model's message: thinking, text and tool calls, in its order."""
    usage: Usage = Usage()
    """Its tokens."""
    stop_reason: StopReason = StopReason.FINISHED
    """Why it ended."""
    model_id: str = ""
    """Which model answered, as the vendor says; "" if it does not."""
