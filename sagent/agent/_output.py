from collections.abc import Mapping
from typing import cast

import attrs

from sagent.errors import JsonError, ModelStoppedError, UsageError
from sagent.lib.json import JSON, json_freeze, json_loads
from sagent.message import JsonMessage, TextMessage
from sagent.tool import Schema

_FENCE = "```"


@attrs.frozen
class Output:
    """The shape that the answer of a run is to have.

    Attributes:
        schema: a JSON Schema.
    """

    schema: Mapping[str, JSON]
    _compiled: Schema = attrs.field(repr=False, eq=False)

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

    def read(self, text: str) -> JSON:
        """Read an answer, which may stand in a code fence.

        Raises:
            JsonError: it is no JSON.
        """
        return json_loads(_unfenced(text.strip()))

    def of_answer(self, answer: TextMessage) -> JsonMessage:
        """Give the value that *answer*, which is to fit, has.

        Raises:
            ModelStoppedError: there is none.
        """
        if not answer.content:  # what does not fit is asked for again, so nothing was said
            raise ModelStoppedError("the conversation was cleared before it had an answer")
        return JsonMessage(self.read(answer.content), parent_id=answer.parent_id)

    def faults(self, text: str) -> str:
        """Say in words for a model what is wrong with its answer, or "" if it fits."""
        try:
            value = self.read(text)
        except (JsonError, UsageError) as error:
            return f"- {error}"
        return "\n".join(self._compiled.faults(value))


def _unfenced(text: str) -> str:
    """Take the code fence off *text*, if it stands in one (CommonMark 0.31, 4.5)."""
    head, newline, rest = text.partition("\n")
    if not newline or head.rstrip() not in {_FENCE, f"{_FENCE}json"} or not rest.endswith(_FENCE):
        return text
    return rest.removesuffix(_FENCE)
