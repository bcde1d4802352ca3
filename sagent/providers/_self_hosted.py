import os
from typing import ClassVar, Self

import attrs

from sagent.errors import UsageError
from sagent.model import Effort, Price
from sagent.providers._model import WireModel
from sagent.providers._openai_compat import OpenAICompat
from sagent.providers._wires.chat.dialect import ANY_SERVER, ChatDialect

_MODEL_VARIABLE = "SAGENT_SELFHOSTED_MODEL"
_SELF_HOSTED = attrs.evolve(
    ANY_SERVER,
    wire="selfhosted",
    effort={
        "none": {"chat_template_kwargs": {"enable_thinking": False}},
        **{
            effort: {**fields, "chat_template_kwargs": {"enable_thinking": True}}
            for effort, fields in ANY_SERVER.effort.items()
            if effort != "none"
        },
    },
)


@attrs.frozen(kw_only=True)
class SelfHosted(OpenAICompat):
    """A server of one's own that speaks Chat Completions: vLLM, llama.cpp, Ollama, SGLang.

    It needs no key on any host. Any effort but none is sent as ``reasoning_effort`` (low, medium or
    high) with ``enable_thinking`` for the chat template; none switches the template's thinking off.

    Args:
        base_url: where the API lives; by default where vLLM listens on this machine.
        default_model: what `model` takes if it is told no name; `SAGENT_SELFHOSTED_MODEL` says it
            too.
    """

    NAME: ClassVar[str] = "SelfHosted"
    WIRE: ClassVar[str] = _SELF_HOSTED.wire
    KEY_VARIABLES: ClassVar[tuple[str, ...]] = ("SAGENT_SELFHOSTED_API_KEY",)
    BASE_URL_VARIABLES: ClassVar[tuple[str, ...]] = ("SAGENT_SELFHOSTED_BASE_URL",)
    BASE_URL: ClassVar[str] = "http://127.0.0.1:8000/v1"

    dialect: ChatDialect = _SELF_HOSTED
    default_model: str = ""

    @classmethod
    def from_env(cls, *, base_url: str = "", key: str = "") -> Self:
        """Take the base URL unless it is given, the model and a key, if any, from the environment.

        Raises:
            UsageError: the base URL is none.
        """
        (variable,), (address,) = cls.KEY_VARIABLES, cls.BASE_URL_VARIABLES
        return cls(
            key=key or os.environ.get(variable, ""),
            base_url=base_url or os.environ.get(address) or cls.BASE_URL,
            default_model=os.environ.get(_MODEL_VARIABLE, ""),
        )

    def model(
        self,
        name: str = "",
        *,
        context_window: int | None = None,
        price: Price | None = None,
        effort: Effort | None = None,
    ) -> WireModel:
        """Make the model *name*, else the default one; all else is as in `HttpProvider.model`."""
        name = name or self.default_model
        if not name:
            raise UsageError(
                f"{self.NAME} needs a model: set {_MODEL_VARIABLE}, or pass --model (.model(name))"
            )
        return super().model(name, context_window=context_window, price=price, effort=effort)
