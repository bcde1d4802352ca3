"""What servers that speak Chat Completions say of the tokens of a call."""

from sagent.model import Usage
from sagent.providers._wires.fields import Fields, fields_of, number_in


def usage_in(usage: Fields) -> Usage | None:
    """Read *usage*; None if it counts nothing, as some servers do in all chunks but one.

    The names are OpenAI's, DashScope's, Moonshot's and DeepSeek's. A total that holds thinking
    beside the answer (xAI) says that the answer's count is without it.
    """
    asked = fields_of(usage.get("prompt_tokens_details"))
    answered = fields_of(usage.get("completion_tokens_details"))
    given, written = number_in(usage, "prompt_tokens"), number_in(usage, "completion_tokens")
    thinking = number_in(answered, "reasoning_tokens")
    if number_in(usage, "total_tokens") == given + written + thinking:
        written += thinking
    if not (given or written):
        return None
    return Usage(
        input_tokens=given,
        output_tokens=written,
        cached_tokens=number_in(asked, "cached_tokens")
        or number_in(usage, "cached_tokens")
        or number_in(usage, "prompt_cache_hit_tokens"),
        cache_write_tokens=number_in(asked, "cache_write_tokens")
        or number_in(asked, "cache_creation_input_tokens"),
        thinking_tokens=thinking,
    )
