"""What was said in a session before, as a person needs it to go on."""

from sagent.message import (
    Descriptor,
    Message,
    MultipartMessage,
    get_tool_name,
    response_text,
    response_tool_calls,
)
from sagent.repl._printed import Printed, Prose, Remark, Said
from sagent.session import Transcript
from sagent.terminal import cost, words

MOST_MESSAGES = 20
"""How many of the last messages are shown."""
_MOST_CHARS = 4000


def replay(transcript: Transcript) -> list[Printed]:
    """Show the end of a conversation, and how much there is of it; nothing of one that begins."""
    messages = transcript.conversation
    if not messages:
        return []
    told = [one for message in messages[-MOST_MESSAGES:] for one in _told(message)]
    price = cost(transcript.spending.cost_usd)
    words = ["session " + transcript.header.id, f"{len(messages)} messages", price]
    return [*told, Remark(f"── {' · '.join(filter(None, words))} ──")]


def _told(message: Message) -> list[Printed]:
    match message.descriptor:
        case Descriptor.USER | Descriptor.USER_PARTS if message.source is not None:
            return [Remark(f"  {words(message)}")]
        case Descriptor.USER | Descriptor.USER_PARTS:
            return [Said(response_text(message)[:_MOST_CHARS]), *_attached(message)]
        case Descriptor.TOOL_RESULT:
            return []
        case _:
            text = response_text(message)[:_MOST_CHARS]
            calls = [Remark(f"  ● {get_tool_name(c)}") for c in response_tool_calls(message)]
            return [*([Prose(text=text)] if text.strip() else []), *calls]


def _attached(message: Message) -> list[Printed]:
    """Tell what came with what was said, by the first line of each text."""
    parts = message.content if isinstance(message, MultipartMessage) else ()
    texts = [str(part.content) for part in parts if part.descriptor == Descriptor.ATTACHED]
    return [Remark(f"  {text.partition('\n')[0].strip('[]')}") for text in texts]
