from collections.abc import Mapping
from typing import ClassVar

import attrs

from sagent.lib.json import JsonValue
from sagent.providers._chat_provider import RegionalProvider
from sagent.providers._wires.chat.dialect import ChatDialect

_ADAPTIVE: Mapping[str, JsonValue] = {"thinking": {"type": "adaptive"}}
_NEWEST = ChatDialect(
    wire="minimax",
    fields={"reasoning_split": True},
    max_tokens="max_completion_tokens",
    effort={
        "none": {"thinking": {"type": "disabled"}},
        "minimal": _ADAPTIVE,
        "low": _ADAPTIVE,
        "medium": _ADAPTIVE,
        "high": _ADAPTIVE,
        "xhigh": _ADAPTIVE,
        "max": _ADAPTIVE,
    },
    answer_format="prompt",
    cumulative=True,
)
_OLDER = attrs.evolve(_NEWEST, effort={}, image_types=frozenset[str]())
"""M2 and before: text alone, and thinking that nothing switches off."""


@attrs.frozen(kw_only=True)
class MiniMax(RegionalProvider):
    """MiniMax's models, by its Chat Completions.

    An effort switches thinking on or off from M3 on; M2 always thinks. Answers are held to a schema
    by asking for it. Source: https://platform.minimax.io/docs.
    """

    NAME: ClassVar[str] = "MiniMax"
    WIRE: ClassVar[str] = _NEWEST.wire
    DEFAULT_MODEL: ClassVar[str] = "MiniMax-M2.7"
    KEY_VARIABLES: ClassVar[tuple[str, ...]] = ("MINIMAX_API_KEY",)
    BASE_URL_VARIABLES: ClassVar[tuple[str, ...]] = ("MINIMAX_BASE_URL",)
    REGIONS: ClassVar[Mapping[str, str]] = {
        "intl": "https://api.minimax.io/v1",
        "cn": "https://api.minimaxi.com/v1",
    }
    BASE_URL: ClassVar[str] = REGIONS["intl"]

    def dialect(self, model_id: str) -> ChatDialect:
        """Give the dialect that the vendor speaks with a model."""
        return _OLDER if model_id.lower().startswith(("minimax-m1", "minimax-m2")) else _NEWEST
