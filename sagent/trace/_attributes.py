"""What a span says beside its times, by the names of OpenTelemetry where it has some."""

import json
from collections.abc import Mapping
from decimal import Decimal

import attrs

from sagent.agent import Done, ToolCalled, ToolReturned
from sagent.errors import UnknownNameError
from sagent.lib.json import json_dumps
from sagent.model import Usage
from sagent.providers import infer_provider
from sagent.trace._span import Contents, Span, Value

FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"
"""In seconds."""
_USER = "user"
_PROVIDERS: Mapping[str, str] = {
    "Anthropic": "anthropic",
    "OpenAI": "openai",
    "Google": "gcp.gemini",
}
"""Whom the conventions have a name for."""


def of_turn(path: str, sources: tuple[str | None, ...]) -> Mapping[str, Value]:
    """Tell whose turn it is, and who has asked: paths of agents, or a user."""
    told: dict[str, Value] = {
        "gen_ai.agent.name": path.rpartition("/")[2],
        "gen_ai.agent.id": path,
    }
    if asked_by := tuple(dict.fromkeys(source or _USER for source in sources)):
        told["sagent.asked_by"] = asked_by
    return told


def of_model(model_id: str) -> Mapping[str, Value]:
    """Tell which model is asked, and whose it is, as far as its name tells."""
    told: dict[str, Value] = {"gen_ai.request.model": model_id}
    try:
        provider = infer_provider(model_id)
    except UnknownNameError:
        return told
    return {**told, "gen_ai.provider.name": _PROVIDERS.get(provider, provider.lower())}


def of_spending(usage: Usage, cost_usd: Decimal | None) -> Mapping[str, Value]:
    """Tell the tokens, and what they cost in US dollars where that is known."""
    told: dict[str, Value] = {
        "gen_ai.usage.input_tokens": usage.input_tokens,
        "gen_ai.usage.output_tokens": usage.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cached_tokens,
        "gen_ai.usage.cache_creation.input_tokens": usage.cache_write_tokens,
        "gen_ai.usage.reasoning.output_tokens": usage.thinking_tokens,
    }
    return told if cost_usd is None else {**told, "sagent.cost_usd": f"{cost_usd:f}"}


def of_answer(event: Done, contents: Contents) -> Mapping[str, Value]:
    """Tell what a turn took, and what came of it."""
    told = of_spending(event.usage, event.cost_usd)
    if contents == "leave_out":
        return told
    part = {"type": "text", "content": event.text}
    said = [{"role": "assistant", "parts": [part], "finish_reason": "stop"}]
    return {**told, "gen_ai.output.messages": json.dumps(said)}


def of_tool(event: ToolCalled, contents: Contents) -> Mapping[str, Value]:
    """Tell which tool is called."""
    told: dict[str, Value] = {
        "gen_ai.tool.name": event.name,
        "gen_ai.tool.call.id": event.call_id,
        "gen_ai.tool.type": "function",
    }
    if contents == "leave_out":
        return told
    return {**told, "gen_ai.tool.call.arguments": json_dumps(event.content)}


def of_result(event: ToolReturned, contents: Contents) -> Mapping[str, Value]:
    """Tell what a call of a tool has come to."""
    told: dict[str, Value] = {"error.type": "tool_error"} if event.is_error else {}
    if contents == "leave_out":
        return told
    return {**told, "gen_ai.tool.call.result": event.content}


def with_more(span: Span, more: Mapping[str, Value]) -> Span:
    """Let *span* say *more*."""
    return attrs.evolve(span, attributes={**span.attributes, **more})
