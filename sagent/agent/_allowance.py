"""How much of a tool's result reaches the model."""

import attrs

from sagent.lib.json import json_dumps
from sagent.message import BytesMessage, JsonMessage, Message, MultipartMessage, TextMessage

MAX_RESULT_CHARS = 400_000
"""A longer text result is cut; the model is told."""
MAX_RESULT_BYTES = 15_000_000
"""A larger image or file is left out; the model is told.

In base64 that is 20 MB, the longest request that Gemini takes; others take as much or more. What no
vendor takes would be sent again with every request of the conversation.
"""


@attrs.define
class Allowance:
    """What one result may have, in all of its parts together.

    Attributes:
        chars: how many characters are left.
        octets: how many bytes of images and files are left.
    """

    chars: int = MAX_RESULT_CHARS
    octets: int = MAX_RESULT_BYTES

    def bounded(self, result: Message) -> Message:
        """Give what *result* may have of what is left, and take it off."""
        match result:
            case TextMessage(content=text):
                cut = self.cut(text)
                return result if cut is text else attrs.evolve(result, content=cut)
            case JsonMessage(content=content):
                text = json_dumps(content)
                cut = self.cut(text)
                return result if cut is text else TextMessage(cut)
            case BytesMessage(content=content):
                return self._fitting(result, len(content))
            case MultipartMessage(content=parts):
                return attrs.evolve(result, content=self._parts(parts))

    def cut(self, text: str) -> str:
        """Give *text*, or its head and tail if it is longer than what is left, and take it off."""
        left = max(self.chars, 0)
        self.chars -= max(len(text), 1)  # so that no result has parts without end
        if len(text) <= left:
            return text
        half = left // 2
        cut = f"{text[:half]}\n... [{len(text) - 2 * half} characters omitted] ...\n"
        return cut + text[len(text) - half :]

    def _fitting(self, result: BytesMessage, size: int) -> Message:
        self.chars -= 1
        if size > self.octets:
            return TextMessage(f"[{result.descriptor} of {size} bytes left out: it is too large]")
        self.octets -= size
        return result

    def _parts(self, parts: tuple[Message, ...]) -> tuple[Message, ...]:
        kept: list[Message] = []
        for count, part in enumerate(parts):
            if self.chars <= 0:
                rest = len(parts) - count
                return (*kept, TextMessage(f"[{rest} more parts left out: the result is too long]"))
            kept.append(self.bounded(part))
        return tuple(kept)
