"""Messages in lines, for people who look for one."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from sagent.errors import UnknownNameError
from sagent.message import (
    Descriptor,
    Message,
    get_tool_name,
    response_text,
    response_tool_calls,
    result_text,
)
from sagent.session import Transcript
from sagent.terminal._clean import one_line

_LEAST_ID_CHARS = 8
_WORDS_CHARS = 100


def message_rows(transcript: Transcript) -> Iterator[str]:
    """Give a line for each message, with as much of its id as tells it from all others."""
    messages = transcript.messages
    path = set(transcript.path_ids(transcript.head)) if transcript.head else set[str]()
    chars = telling_chars(messages)
    for id_, message in messages.items():
        mark = "*" if id_ == transcript.head else "+" if id_ in path else " "
        yield f"{mark} {id_[:chars]}  {_speaker(message):<5}  {words(message)}"


def words(message: Message) -> str:
    """Give the first words of *message*, or the tools that it calls, in one line."""
    if message.descriptor == Descriptor.TOOL_RESULT:
        said = result_text(message)
    else:
        calls = ", ".join(get_tool_name(call) for call in response_tool_calls(message))
        said = response_text(message)[: 4 * _WORDS_CHARS] or (f"calls {calls}" if calls else "")
    line = one_line(said[: 4 * _WORDS_CHARS])
    return line if len(line) <= _WORDS_CHARS else f"{line[: _WORDS_CHARS - 1]}…"


def find_message(transcript: Transcript, id_prefix: str) -> str:
    """Give the id of the one message that begins with *id_prefix*.

    Raises:
        UnknownNameError: there is none, or more than one.
    """
    found = [id_ for id_ in transcript.messages if id_prefix and id_.startswith(id_prefix)]
    if len(found) == 1:
        return found[0]
    session = transcript.header.id
    if not found:
        raise UnknownNameError(
            f"session {session} has no message {id_prefix!r}: see sagent sessions show {session} "
            "--ids"
        )
    raise UnknownNameError(
        f"{id_prefix!r} begins the ids of {len(found)} messages of session {session}: give more of "
        "it"
    )


def telling_chars(ids: Iterable[str]) -> int:
    """Tell how many characters of *ids* tell them apart, 8 at least."""
    ordered = sorted(ids)
    shared = (
        next((n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), len(one))
        for one, two in pairwise(ordered)
    )
    return max(_LEAST_ID_CHARS, max(shared, default=0) + 1)


def _speaker(message: Message) -> str:
    match message.descriptor:
        case Descriptor.USER | Descriptor.USER_PARTS:
            return "user"
        case Descriptor.TOOL_RESULT:
            return "tool"
        case _:
            return "model"
