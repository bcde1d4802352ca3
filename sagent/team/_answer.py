"""How the answer of an agent becomes a value."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, cast

import attrs

from sagent.agent import Output
from sagent.errors import ModelStoppedError
from sagent.lib.json import JSON, json_freeze
from sagent.message import JsonMessage, TextMessage
from sagent.team._codec import JSON_VALUE, TEXT, Codec

type Schema = Mapping[str, object]
"""A JSON Schema, as plain or frozen JSON."""


@attrs.frozen(eq=False)
class Answer[R]:
    """What is made of an agent's last message.

    Attributes:
        output: the shape that it is to have; None for any text.
        read: gives its value.
        codec: how that is kept.
    """

    output: Output | None
    read: Callable[[TextMessage], R]
    codec: Codec[R]


def json_answer(schema: Schema) -> Answer[JSON]:
    """Take answers as JSON values that satisfy *schema*.

    Raises:
        UsageError: it is no JSON Schema.
    """
    output = Output.of(schema)
    return Answer(output, partial(_json_in, output), JSON_VALUE)


def typed_answer(kind: object) -> Answer[Any]:  # Any: who calls says what *kind* comes to
    """Take answers as values of *kind*, which `Agent.run` describes.

    Raises:
        UsageError: *kind* is not made of JSON.
    """
    if kind is str:
        return TEXT_ANSWER
    from sagent.tool._conversion import as_json  # noqa: PLC0415  # it loads cattrs

    output = Output.of_type(kind)

    def read(answer: TextMessage) -> object:
        return output.made(output.of_answer(answer))

    def dump(value: object) -> JSON:
        return json_freeze(cast("JSON", as_json(value)))  # it has come as JSON

    def load(value: JSON) -> object:
        return output.made(JsonMessage(value))

    return Answer(output, read, Codec(dump, load))


def _text_in(answer: TextMessage) -> str:
    return answer.content


def _json_in(output: Output, answer: TextMessage) -> JSON:
    if not answer.content:  # what does not fit is asked for again, so nothing was said
        raise ModelStoppedError("the conversation was cleared before it had an answer")
    return output.read(answer.content)


TEXT_ANSWER = Answer[str](None, _text_in, TEXT)
"""Takes answers as they are."""
