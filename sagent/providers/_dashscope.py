from collections.abc import Mapping
from typing import ClassVar

import attrs

from sagent.model import Effort
from sagent.providers._chat_provider import RegionalProvider
from sagent.providers._wires.chat.dialect import ChatDialect, EffortFields

_BUDGETS: Mapping[Effort, int] = {
    "minimal": 1024,
    "low": 4096,
    "medium": 12_288,
    "high": 24_576,
    "xhigh": 32_768,
}
_ALWAYS_THINKS: EffortFields = {
    effort: {"thinking_budget": budget} for effort, budget in _BUDGETS.items()
}
_MAY_THINK: EffortFields = {
    "none": {"enable_thinking": False},
    **{effort: {"enable_thinking": True, **fields} for effort, fields in _ALWAYS_THINKS.items()},
    "max": {"enable_thinking": True},
}
_WITH_SCHEMAS = ("qwen3.7-plus", "qwen3.7-flash", "qwen3.7-max", "qwen3.8-")
_KEEPING_THINKING = ("qwen3.6-plus", "qwen3.7", "qwen3.8")


@attrs.frozen(kw_only=True)
class DashScope(RegionalProvider):
    """Alibaba's Qwen models, and others that it hosts, in DashScope's compatible mode.

    An effort is a budget of thinking tokens: minimal 1,024, low 4,096, medium 12,288, high 24,576,
    xhigh 32,768; for max it is the model's own. Source:
    https://www.alibabacloud.com/help/en/model-studio.

    Args:
        explicit_cache: whether requests say up to where to cache. A hit costs a tenth, what is put
            into the cache a quarter more; else hits cost a fifth and come by luck.
    """

    NAME: ClassVar[str] = "DashScope"
    WIRE: ClassVar[str] = "dashscope"
    DEFAULT_MODEL: ClassVar[str] = "qwen3.6-plus"
    KEY_VARIABLES: ClassVar[tuple[str, ...]] = ("DASHSCOPE_API_KEY",)
    BASE_URL_VARIABLES: ClassVar[tuple[str, ...]] = ("DASHSCOPE_BASE_URL",)
    REGIONS: ClassVar[Mapping[str, str]] = {
        "intl": "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
        "cn": "https://dashscope.aliyuncs.com/compatible-mode/v1",
        "us": "https://dashscope-us.aliyuncs.com/compatible-mode/v1",
        "hk": "https://cn-hongkong.dashscope.aliyuncs.com/compatible-mode/v1",
    }
    BASE_URL: ClassVar[str] = REGIONS["intl"]

    explicit_cache: bool = True

    def dialect(self, model_id: str) -> ChatDialect:
        """Give the dialect that the vendor speaks with a model."""
        always_thinks = model_id.startswith("qwq") or "-thinking" in model_id
        keeps = model_id.startswith(_KEEPING_THINKING)
        return ChatDialect(
            wire=self.WIRE,
            fields={"preserve_thinking": True} if keeps else {},
            effort=_ALWAYS_THINKS if always_thinks else _MAY_THINK,
            cache_breakpoints=self.explicit_cache,
            answer_format="json_schema" if model_id.startswith(_WITH_SCHEMAS) else "json_object",
            always_strict=True,
            echoes_thinking=keeps,
        )
