from collections.abc import Mapping
from typing import ClassVar

from sagent.lib.json import JSON
from sagent.message import Message, TextMessage
from sagent.tool import Answer, Choice, Question, Workspace
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import Card
from sagent.tools._people_tool import PeopleTool
from sagent.tools._refusal import Refusal

_ON_YOUR_OWN = "decide yourself, and say in your answer what you have assumed"


class AskUser(PeopleTool):
    """Asks a person."""

    card: ClassVar[Card] = Card(
        name="AskUser",
        description=(
            "Ask the user, where what they want cannot be found out and a wrong guess would cost "
            "them. One question a call, short, with choices where you know them."
        ),
        directive_schema={
            "type": "object",
            "properties": {
                "question": {"type": "string"},
                "choices": {
                    "type": "array",
                    "minItems": 2,
                    "maxItems": 10,
                    "items": {
                        "anyOf": [
                            {"type": "string"},
                            {
                                "type": "object",
                                "properties": {
                                    "label": {"type": "string"},
                                    "description": {"type": "string"},
                                },
                                "required": ["label"],
                                "additionalProperties": False,
                            },
                        ]
                    },
                },
                "allow_other": {"type": "boolean", "description": "default true"},
                "multiple": {"type": "boolean"},
            },
            "required": ["question"],
            "additionalProperties": False,
        },
        effects=frozenset(),
        concurrency="exclusive",
        subjects=("question",),
    )

    async def _work(self, arguments: Arguments, workspace: Workspace) -> Message:  # noqa: ARG002  # the contract's
        question = Question(
            text=arguments.text("question").strip(),
            choices=map(_choice, arguments.array("choices", ())),
            allow_other=arguments.flag("allow_other", default=True),
            multiple=arguments.flag("multiple"),
        )
        answer = await self.people.ask(question)
        if answer is None:
            raise Refusal(f"there is nobody here to ask: {_ON_YOUR_OWN}")
        return TextMessage(_told(answer))


def _choice(value: JSON) -> Choice:
    if isinstance(value, str):
        return Choice(value.strip())
    label = value.get("label") if isinstance(value, Mapping) else None
    description = (value.get("description") or "") if isinstance(value, Mapping) else None
    if not isinstance(label, str) or not isinstance(description, str):
        raise Refusal("a choice is a string, or has a label and a description, which are strings")
    return Choice(label.strip(), description.strip())


def _told(answer: Answer) -> str:
    said = [f"The user chose: {', '.join(answer.chosen)}"] if answer.chosen else []
    said += [f"The user says: {answer.other}"] if answer.other else []
    return "\n".join(said) or f"The user has passed the question over: {_ON_YOUR_OWN}"
