"""What the servers that speak Chat Completions differ in, as data."""

from collections.abc import Callable, Mapping
from typing import Literal

import attrs

from sagent.lib.json import JsonValue
from sagent.model import EFFORTS, Effort
from sagent.providers._wires.chat.schema import as_it_is

type AnswerFormat = Literal["json_schema", "json_object", "prompt"]
"""How an answer is held to a schema: by the server; by the server to being an object, and to the
schema by asking for it; by asking alone."""

type EffortFields = Mapping[Effort, Mapping[str, JsonValue]]
"""What a request says for each effort; for one that is missing, nothing."""

_REASONING_EFFORT: EffortFields = {
    "none": {"reasoning_effort": "none"},
    "minimal": {"reasoning_effort": "low"},
    "low": {"reasoning_effort": "low"},
    "medium": {"reasoning_effort": "medium"},
    "high": {"reasoning_effort": "high"},
    "xhigh": {"reasoning_effort": "high"},
    "max": {"reasoning_effort": "high"},
}
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
PDF = "application/pdf"


@attrs.frozen(kw_only=True)
class ChatDialect:
    """How a server's Chat Completions differ from what most servers take.

    Adding a vendor of this kind is stating its dialect; the defaults are what vLLM, llama.cpp,
    Ollama, SGLang and the gateways have in common.

    Attributes:
        wire: whose echoes it understands; see `sagent.providers._wires.echo`.
        system_role: the role of the system prompt.
        fields: further fields of every request.
        max_tokens: the field that caps an answer's length.
        temperature: whether a request may set it; some models refuse it, some while they think.
        effort: how an effort is written. By default as ``reasoning_effort``, in the words that
            all servers know: none, low, medium, high.
        cache_key: the field that names the conversation; "" if there is none.
        cache_breakpoints: whether the vendor caches up to where it is told to. Contents are
            then lists, of which the last part may bear the mark.
        answer_format: how an answer is held to a schema.
        always_strict: whether every schema is told to be strict, not only what OpenAI can hold to.
        schema: adapts the schemas of tools and answers.
        image_types: the images that it takes.
        takes_pdf: whether it takes PDFs, as ``file`` parts.
        empty_content: the content of a model's message that is calls alone; None to leave it out.
        echoes_thinking: whether it wants a model's thinking back.
        thinking_filler: what a message with calls must bear whose thinking is not known.
        cumulative: whether a chunk may hold all of the text so far.
    """

    wire: str = "chat"
    system_role: str = "system"
    fields: Mapping[str, JsonValue] = attrs.field(factory=dict[str, JsonValue], hash=False)
    max_tokens: str = "max_tokens"
    temperature: Literal["always", "without_effort", "never"] = "always"
    effort: EffortFields = attrs.field(default=_REASONING_EFFORT, hash=False)
    cache_key: str = ""
    cache_breakpoints: bool = False
    answer_format: AnswerFormat = "json_schema"
    always_strict: bool = False
    schema: Callable[[JsonValue], JsonValue] = as_it_is
    image_types: frozenset[str] = IMAGES
    takes_pdf: bool = False
    empty_content: str | None = ""
    echoes_thinking: bool = True
    thinking_filler: Mapping[str, JsonValue] = attrs.field(factory=dict[str, JsonValue], hash=False)
    cumulative: bool = False

    @property
    def efforts(self) -> tuple[Effort, ...]:
        """The efforts that are written as they are asked for, and not as the nearest."""
        written = self.effort
        return tuple(
            each
            for each in EFFORTS
            if each in written and written[each].get("reasoning_effort", each) == each
        )

    @property
    def media_types(self) -> frozenset[str]:
        """The images and documents that it takes."""
        return self.image_types | {PDF} if self.takes_pdf else self.image_types


ANY_SERVER = ChatDialect()

OPENAI_CHAT = ChatDialect(
    wire="openai-chat",
    system_role="developer",
    max_tokens="max_completion_tokens",
    temperature="without_effort",
    effort={
        "none": {"reasoning_effort": "none"},
        "minimal": {"reasoning_effort": "minimal"},
        "low": {"reasoning_effort": "low"},
        "medium": {"reasoning_effort": "medium"},
        "high": {"reasoning_effort": "high"},
        "xhigh": {"reasoning_effort": "xhigh"},
        "max": {"reasoning_effort": "xhigh"},
    },
    cache_key="prompt_cache_key",
    takes_pdf=True,
)
"""OpenAI's own; source: https://platform.openai.com/docs/api-reference/chat."""
