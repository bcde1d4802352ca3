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

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
        )

    def __sub__(self, other: "Usage") -> "Usage":
        return Usage(
            input_tokens=self.input_tokens - other.input_tokens,
            output_tokens=self.output_tokens - other.output_tokens,
            cached_tokens=self.cached_tokens - other.cached_tokens,
        )


@attrs.frozen(kw_only=True)
class ModelResponse:
    """All that one call gave."""

    content: MultipartMessage
    """The model's message: thinking, text and tool calls, in its order."""
    usage: Usage = Usage()
    stop_reason: StopReason = StopReason.FINISHED
    model_id: str = ""
