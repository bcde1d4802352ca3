from collections.abc import Mapping
from functools import partial
from typing import ClassVar

import attrs

from sagent.lib.json import JsonValue
from sagent.providers._chat_provider import RegionalProvider
from sagent.providers._listing import Listing, listed_models
from sagent.providers._wires.chat.dialect import ChatDialect, EffortFields
from sagent.providers._wires.chat.schema import with_types

_THINKS: dict[str, JsonValue] = {"thinking": {"type": "enabled"}}
_KEEPS_THINKING: dict[str, JsonValue] = {"thinking": {"type": "enabled", "keep": "all"}}
_THINKS_NOT: dict[str, JsonValue] = {"thinking": {"type": "disabled"}}


def _switched(on: Mapping[str, JsonValue]) -> EffortFields:
    """Write any effort as *on*, and none as off: Moonshot has no budgets."""
    return {
        "none": _THINKS_NOT,
        "minimal": on,
        "low": on,
        "medium": on,
        "high": on,
        "xhigh": on,
        "max": on,
    }


_NEWEST = ChatDialect(
    wire="moonshot",
    max_tokens="max_completion_tokens",
    temperature="never",
    effort={
        "none": {"reasoning_effort": "low"},
        "minimal": {"reasoning_effort": "low"},
        "low": {"reasoning_effort": "low"},
        "medium": {"reasoning_effort": "high"},
        "high": {"reasoning_effort": "high"},
        "xhigh": {"reasoning_effort": "max"},
        "max": {"reasoning_effort": "max"},
    },
    cache_key="prompt_cache_key",
    always_strict=True,
    schema=with_types,
    empty_content=None,
    thinking_filler={"reasoning_content": " "},
)
_ALWAYS_THINKS = attrs.evolve(_NEWEST, effort={})
_PLAIN = attrs.evolve(_ALWAYS_THINKS, temperature="always", thinking_filler={})
_TEXT: frozenset[str] = frozenset()
_DIALECTS: Mapping[str, ChatDialect] = {
    "kimi-k2.7": _ALWAYS_THINKS,
    "kimi-k2.6": attrs.evolve(_NEWEST, effort=_switched(_KEEPS_THINKING)),
    "kimi-k2.5": attrs.evolve(_NEWEST, effort=_switched(_THINKS)),
    "kimi-for-coding": attrs.evolve(_NEWEST, effort=_switched(_THINKS)),
    "kimi-k2-thinking": attrs.evolve(_ALWAYS_THINKS, temperature="always", image_types=_TEXT),
    "kimi-k2": attrs.evolve(_PLAIN, image_types=_TEXT),
    "kimi-latest": _PLAIN,
    "moonshot-v1": _PLAIN,
}
"""By the beginning of a model's name, the first that fits; others are like kimi-k3."""


@attrs.frozen(kw_only=True)
class Moonshot(RegionalProvider):
    """Moonshot's Kimi models.

    An effort switches thinking on or off in kimi-k2.5 and 2.6; kimi-k3 has low, high and max,
    which the others are rounded to; kimi-k2.7 always thinks. Source: https://platform.kimi.ai/docs.
    """

    NAME: ClassVar[str] = "Moonshot"
    WIRE: ClassVar[str] = _NEWEST.wire
    DEFAULT_MODEL: ClassVar[str] = "kimi-k2.6"
    KEY_VARIABLES: ClassVar[tuple[str, ...]] = ("MOONSHOT_API_KEY", "KIMI_API_KEY")
    BASE_URL_VARIABLES: ClassVar[tuple[str, ...]] = ("MOONSHOT_BASE_URL", "KIMI_BASE_URL")
    REGIONS: ClassVar[Mapping[str, str]] = {
        "intl": "https://api.moonshot.ai/v1",
        "cn": "https://api.moonshot.cn/v1",
        "coding": "https://api.kimi.com/coding/v1",
    }
    BASE_URL: ClassVar[str] = REGIONS["intl"]

    def dialect(self, model_id: str) -> ChatDialect:
        """Give the dialect that the vendor speaks with a model."""
        fitting = (name for name in _DIALECTS if model_id.startswith(name))
        return _DIALECTS.get(next(fitting, ""), _NEWEST)

    def listing(self) -> Listing:
        """Say how the vendor lists its models."""
        return Listing(parse=partial(listed_models, window="context_length"))
