from collections.abc import Callable, Mapping
from functools import partial
from typing import cast, get_type_hints

import attrs

from sagent.errors import JsonError, ModelStoppedError, UsageError
from sagent.lib.json import JSON, JsonValue, json_freeze, json_loads, json_unfreeze
from sagent.message import JsonMessage, TextMessage
from sagent.tool import Schema
from sagent.tool._annotation import JsonSchema, schema_of

_FENCE = "```"
_RESULT = "result"


@attrs.frozen
class Output:
    """The shape that the answer of a run is to have.

    Attributes:
        schema: a JSON Schema.
        make: makes what was asked for of a value; None where that is the value itself.
        is_wrapped: whether the value is alone in an object, since vendors take schemas of objects.
    """

    schema: Mapping[str, JSON]
    _compiled: Schema = attrs.field(repr=False, eq=False)
    make: Callable[[JsonValue], object] | None = attrs.field(default=None, repr=False, eq=False)
    is_wrapped: bool = False

    @classmethod
    def of(cls, schema: Mapping[str, object]) -> "Output":
        """Take *schema* as the shape.

        Raises:
            UsageError: it is no JSON Schema.
        """
        try:
            frozen = json_freeze(cast("JSON", schema))  # what is no JSON is told
        except JsonError as error:
            raise UsageError(f"the output schema is not valid: {error}") from error
        assert isinstance(frozen, Mapping)
        return cls(frozen, Schema.of(frozen, "the output schema"))

    @classmethod
    def of_type(cls, kind: object) -> "Output":
        """Take what a *kind* is made of as the shape: a class, or another annotation.

        Raises:
            UsageError: no JSON value fits it, or some fits two members of a union.
        """
        from sagent.tool import _conversion  # noqa: PLC0415  # it loads cattrs

        schema = schema_of(kind, "output_type")
        kind = _without_notes(kind)
        _conversion.check_convertible(kind, "output_type")
        _conversion.check_apart(kind, "output_type")
        is_wrapped = schema.get("type") != "object"
        return attrs.evolve(
            cls.of(_wrapped(schema) if is_wrapped else schema),
            make=partial(_conversion.converted, annotation=kind),
            is_wrapped=is_wrapped,
        )

    def read(self, text: str) -> JSON:
        """Read the value of an answer that fits, which may stand in a code fence.

        Raises:
            JsonError: it is no JSON.
        """
        return self._value_in(_loaded(text))

    def _value_in(self, whole: JSON) -> JSON:
        if not self.is_wrapped:
            return whole
        assert isinstance(whole, Mapping)  # as the schema has it
        return whole[_RESULT]

    def of_answer(self, answer: TextMessage) -> JsonMessage:
        """Give the value that *answer*, which is to fit, has.

        Raises:
            ModelStoppedError: there is none.
        """
        if not answer.content:  # what does not fit is asked for again, so nothing was said
            raise ModelStoppedError("the conversation was cleared before it had an answer")
        return JsonMessage(self.read(answer.content), parent_id=answer.parent_id)

    def made(self, message: JsonMessage) -> object:
        """Make what was asked for of *message*, the answer, which fits."""
        assert self.make is not None
        return self.make(json_unfreeze(message.content))

    def faults(self, text: str) -> str:
        """Say in words for a model what is wrong with its answer, or "" if it fits."""
        try:
            whole = _loaded(text)
        except (JsonError, UsageError) as error:
            return f"- {error}"
        if faults := self._compiled.faults(whole):
            return "\n".join(faults)
        try:
            if self.make is not None:
                self.make(json_unfreeze(self._value_in(whole)))
        except ValueError as error:
            return f"- {error}"
        return ""


def as_it_is(answer: TextMessage) -> TextMessage:
    """Give *answer*, which may have any shape."""
    return answer


def _without_notes(kind: object) -> object:
    """Give *kind* without what `Annotated` adds to it, which the schema has."""
    holder = type("", (), {"__annotations__": {_RESULT: kind}})
    return cast("object", get_type_hints(holder)[_RESULT])


def _wrapped(schema: JsonSchema) -> JsonSchema:
    return {
        "type": "object",
        "properties": {_RESULT: schema},
        "required": [_RESULT],
        "additionalProperties": False,
    }


def _loaded(text: str) -> JSON:
    return json_loads(_unfenced(text.strip()))


def _unfenced(text: str) -> str:
    """Take the code fence off *text*, if it stands in one (CommonMark 0.31, 4.5)."""
    head, newline, rest = text.partition("\n")
    if not newline or head.rstrip() not in {_FENCE, f"{_FENCE}json"} or not rest.endswith(_FENCE):
        return text
    return rest.removesuffix(_FENCE)
