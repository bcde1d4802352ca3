"""What was said in a session before, as a person needs it to go on."""

from collections.abc import Mapping, Sequence

import attrs

from sagent.message import (
    Descriptor,
    Message,
    MultipartMessage,
    get_queue_id,
    get_tool_name,
    response_text,
    response_tool_calls,
    result_text,
)
from sagent.repl._calls import Result, told_of
from sagent.repl._printed import Printed, Prose, Remark, Said
from sagent.session import Transcript
from sagent.terminal import cost, words
from sagent.tool import Tool, summary_of

MOST_MESSAGES = 20
"""How many of the last messages are shown."""
_MOST_CHARS = 4000


@attrs.frozen(kw_only=True)
class Replay:
    """The end of a conversation.

    Attributes:
        printed: it, and how much there is before; nothing of one that begins.
        results: what its tools gave, the last one at the end.
        answer: what the model said last; "" for nothing.
    """

    printed: Sequence[Printed] = ()
    results: Sequence[Result] = ()
    answer: str = ""


def replay(transcript: Transcript, tools: Sequence[Tool] = ()) -> Replay:
    """Give the end of a conversation.

    Args:
        transcript: the conversation.
        tools: what tells its calls in a few words; a call of any other is told by its name.
    """
    messages = transcript.conversation
    if not messages:
        return Replay()
    last = messages[-MOST_MESSAGES:]
    calls = _Calls.of(last, tools)
    told = [one for message in last for one in _told(message, calls)]
    answers = (response_text(one) for one in reversed(last) if one.descriptor == Descriptor.MODEL)
    price = cost(transcript.spending.cost_usd)
    words = ["session " + transcript.header.id, f"{len(messages)} messages", price]
    return Replay(
        printed=[*told, Remark(f"── {' · '.join(filter(None, words))} ──")],
        results=[one for message in last for one in calls.given(message)],
        answer=next(filter(str.strip, answers), ""),
    )


@attrs.frozen
class _Calls:
    tools: Mapping[str, Tool]
    results: Mapping[str, Message]
    """By the ids of their calls."""

    @classmethod
    def of(cls, messages: Sequence[Message], tools: Sequence[Tool]) -> "_Calls":
        results = {
            get_queue_id(message): message
            for message in messages
            if isinstance(message, MultipartMessage)
            and message.descriptor == Descriptor.TOOL_RESULT
        }
        return cls({tool.name: tool for tool in tools}, results)

    def told(self, call: MultipartMessage) -> list[Printed]:
        summary, result = self._summary(call), self.results.get(get_queue_id(call))
        return [Remark(f"  ● {summary}")] if result is None else told_of(summary, result)

    def given(self, message: Message) -> list[Result]:
        """Give what the calls of *message* have given, as far as it is known."""
        pairs = [
            (call, self.results.get(get_queue_id(call))) for call in response_tool_calls(message)
        ]
        return [
            Result(self._summary(call), result_text(result))
            for call, result in pairs
            if result is not None
        ]

    def _summary(self, call: MultipartMessage) -> str:
        name = get_tool_name(call)
        tool = self.tools.get(name)
        return name if tool is None else summary_of(tool, call.content[-1])


def _told(message: Message, calls: _Calls) -> list[Printed]:
    match message.descriptor:
        case Descriptor.USER | Descriptor.USER_PARTS if message.source is not None:
            return [Remark(f"  {words(message)}")]
        case Descriptor.USER | Descriptor.USER_PARTS:
            return [Said(response_text(message)[:_MOST_CHARS]), *_attached(message)]
        case Descriptor.TOOL_RESULT:
            return []
        case _:
            text = response_text(message)[:_MOST_CHARS]
            prose = [Prose(text=text, gap=True)] if text.strip() else []
            return [
                *prose,
                *(one for call in response_tool_calls(message) for one in calls.told(call)),
            ]


def _attached(message: Message) -> list[Printed]:
    """Tell what came with what was said, by the first line of each text."""
    parts = message.content if isinstance(message, MultipartMessage) else ()
    texts = [str(part.content) for part in parts if part.descriptor == Descriptor.ATTACHED]
    return [Remark(f"  {text.partition('\n')[0].strip('[]')}") for text in texts]
