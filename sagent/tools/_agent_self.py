from typing import ClassVar

from sagent.errors import MissingKeyError
from sagent.message import Message, TextMessage
from sagent.tool import Workspace
from sagent.tools._agent_tool import AgentTool
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import Card
from sagent.tools._refusal import Refusal

_LATER = {
    "compact": "The conversation will be compacted after the calls of this response.",
    "recompact": "The recap will be made anew after the calls of this response.",
    "clear": "The conversation will be cleared after the calls of this response.",
}


class AgentSelf(AgentTool):
    """Lets an agent see and change its own state."""

    card: ClassVar[Card] = Card(
        name="AgentSelf",
        description=(
            "See or change your own state. status: say in a few words what you are at, for the "
            "user. diagnostics: your model, context, tokens, cost. compact: replace the "
            "conversation by a recap. recompact: make the last recap anew. clear: forget the "
            "conversation. model: go on with another model. limits: cap tokens. What changes the "
            "conversation happens after this response's calls."
        ),
        directive_schema={
            "type": "object",
            "properties": {
                "operation": {
                    "type": "string",
                    "enum": [
                        "status",
                        "clear",
                        "compact",
                        "recompact",
                        "diagnostics",
                        "model",
                        "limits",
                    ],
                },
                "status": {"type": "string"},
                "reason": {"type": "string", "description": "why to clear"},
                "custom_instructions": {
                    "type": "string",
                    "description": "what the recap is to heed",
                },
                "model_id": {"type": "string"},
                "provider": {"type": "string"},
                "auth": {"type": "string", "description": "environment variable with its key"},
                "max_request_tokens": {"type": "integer", "minimum": 1},
                "max_response_tokens": {"type": "integer", "minimum": 1},
            },
            "required": ["operation"],
            "additionalProperties": False,
        },
        effects=frozenset(),
        concurrency="exclusive",
        subjects=("operation",),
    )

    async def _work(self, arguments: Arguments, workspace: Workspace) -> Message:  # noqa: ARG002  # the contract's
        return TextMessage(await self._done(arguments.text("operation"), arguments))

    async def _done(self, operation: str, arguments: Arguments) -> str:
        instructions = arguments.text("custom_instructions", "")
        said = _LATER.get(operation, "")
        match operation:
            case "status":
                said = self._entitle(arguments)
            case "diagnostics":
                said = self.control.diagnostics()
            case "compact":
                self.control.compact(instructions)
            case "recompact":
                self.control.recompact(instructions)
            case "clear":
                self.control.clear(arguments.text("reason", ""))
            case "model":
                said = await self._swap(arguments)
            case "limits":
                said = self._limit(arguments)
            case _:
                raise Refusal(f"no such operation: {operation}")
        return said

    def _entitle(self, arguments: Arguments) -> str:
        title = " ".join(arguments.text("status", "").split())
        if not title:
            raise Refusal("Status cannot be empty.")
        self.control.set_title(title)
        return f"Status: {title}"

    async def _swap(self, arguments: Arguments) -> str:
        model_id, provider = arguments.text("model_id", ""), arguments.text("provider", "")
        if not model_id and not provider:
            raise Refusal("model needs a model_id, a provider, or both")
        try:
            return await self.control.swap_model(
                model_id=model_id, provider=provider, auth=arguments.text("auth", "")
            )
        except MissingKeyError as error:
            raise Refusal(str(error)) from error

    def _limit(self, arguments: Arguments) -> str:
        request = arguments.optional_count("max_request_tokens")
        response = arguments.optional_count("max_response_tokens")
        if request is None and response is None:
            raise Refusal("limits needs max_request_tokens, max_response_tokens, or both")
        self.control.set_limits(max_request_tokens=request, max_response_tokens=response)
        told = {"max_request_tokens": request, "max_response_tokens": response}
        return "Limits: " + ", ".join(f"{name} {value}" for name, value in told.items() if value)
