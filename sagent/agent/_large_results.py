"""Results that are too large for the conversation: whole on disk, their ends shown."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import attrs
import trio

from sagent.agent._allowance import Allowance
from sagent.agent._room import Room
from sagent.lib.json import json_dumps
from sagent.message import (
    BytesMessage,
    Descriptor,
    JsonMessage,
    Message,
    MultipartMessage,
    TextMessage,
    get_queue_id,
    get_tool_name,
    is_error,
    result_text,
)
from sagent.tool import ResultFolder

_PREVIEW_CHARS = 4_000
_WAYS: Mapping[str, str] = {
    "Read": "Read shows it in parts (offset, limit)",
    "Grep": "Grep searches it",
    "Bash": "Bash can look into it",
}
_KEPT = (
    "[{tool} gave {chars} characters in {lines} lines, too much for the conversation. All of it is "
    "in {path}{until}: {ways}. How it begins and ends:]\n{preview}"
)
_NOT_KEPT = (
    "[{tool} gave {chars} characters in {lines} lines, too much for the conversation, and they "
    "could not be kept on disk ({reason}). How it begins and ends:]\n{preview}"
)


@attrs.frozen(eq=False)
class LargeResults:
    """Keeps the large results of one agent.

    Attributes:
        folder: where.
    """

    folder: ResultFolder
    _window: Callable[[], int | None]
    """How many tokens the agent's model takes, as far as anybody knows."""

    def room(self) -> Room:
        """Tell what the results of a response may have."""
        return Room.in_window(self._window())

    async def fitted(
        self, result: Message, call: MultipartMessage, *, most_chars: int, tools: Collection[str]
    ) -> Message:
        """Give *result*, of which the conversation gets *most_chars*.

        Without a way to look into a file among the *tools*, the middle of it is left out.
        """
        ways = [way for name, way in _WAYS.items() if name in tools]
        if not ways:
            return Allowance(most_chars).bounded(result)
        text = result_text(result)
        preview = Allowance(min(_PREVIEW_CHARS, most_chars)).cut(text)
        words = {
            "tool": get_tool_name(call),
            "chars": len(text),
            "lines": text.count("\n") + (not text.endswith("\n")),
            "preview": preview,
        }
        try:
            path = await trio.to_thread.run_sync(self.folder.keep, get_queue_id(call), text)
        except OSError as error:
            told = _NOT_KEPT.format(**words, reason=error.strerror or error)
        else:
            until = "" if self.folder.lasts else " until the run ends"
            told = _KEPT.format(**words, path=_shown(path), until=until, ways="; ".join(ways))
        return _with_text(result, told)


def chars_of(message: Message) -> int:
    """Count the characters of *message* that the model reads, with one at least for each part."""
    match message:
        case TextMessage(descriptor=Descriptor.DIFF):
            return 1
        case TextMessage(content=text):
            return len(text) or 1
        case JsonMessage(content=content):
            return len(json_dumps(content))
        case BytesMessage():
            return 1
        case MultipartMessage(content=parts):
            return sum(map(chars_of, parts))


def _with_text(result: Message, text: str) -> Message:
    """Give *result* with *text* in place of all that is text in it, but for a diff."""
    descriptor = Descriptor.ERROR if is_error(result) else Descriptor.TEXT
    told = TextMessage(text, descriptor, parent_id=result.parent_id, source=result.source)
    others = [
        part
        for part in _leaves(result)
        if isinstance(part, BytesMessage) or part.descriptor == Descriptor.DIFF
    ]
    return MultipartMessage((told, *others), source=result.source) if others else told


def _leaves(message: Message) -> list[Message]:
    if isinstance(message, MultipartMessage):
        return [leaf for part in message.content for leaf in _leaves(part)]
    return [message]


def _shown(path: Path) -> str:
    return str(path).encode(errors="replace").decode()
