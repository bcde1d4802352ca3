"""Which options of a request change what it costs."""

from collections.abc import Mapping

from sagent.lib.json import JsonValue

_STANDARD: Mapping[str, tuple[JsonValue, ...]] = {
    # OpenAI, Anthropic, Groq, xAI, Fireworks; Google in both spellings
    "service_tier": ("auto", "default", "standard", "standard_only", "on_demand"),
    "serviceTier": ("standard", "SERVICE_TIER_STANDARD", "unspecified"),
    # Anthropic: fast mode, and a surcharge for inference in one country
    "speed": ("standard",),
    "inference_geo": ("global",),
}
"""What these options say at the standard rate; anything else is faster, slower or elsewhere."""

_OTHERWISE = frozenset(
    {
        "model",  # another one than we know of
        "models",  # OpenRouter: whoever answers
        "preset",
        "provider",
        "route",
        "plugins",  # paid for by the use
        "search_parameters",
        "tools",  # the vendor's own, which are paid for by the use
        "web_search_options",
    }
)


def has_standard_rate(options: Mapping[str, JsonValue]) -> bool:
    """Tell whether a request with *options* costs what its tokens cost at the standard rate.

    A tier that the vendor's project has as its default is not seen here.
    """
    for name, value in options.items():
        if value is None:
            continue
        if name in _OTHERWISE or value not in _STANDARD.get(name, (value,)):
            return False
    return True
