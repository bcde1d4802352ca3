"""Histories that are compacted, and the recap that a model writes of them."""

from collections.abc import Sequence

from conversations import TOOLS, calling, result, said, user

from sagent.compaction import (
    Attachments,
    Compactor,
    ContextLimits,
    Meter,
    Recap,
    SummaryCompactor,
)
from sagent.message import (
    Descriptor,
    Message,
    MultipartMessage,
    TextMessage,
    result_text,
)
from sagent.model import ModelRequest
from sagent.testing import ScriptedModel

LIMITS = ContextLimits.of(20_000, 4_000)
TEMPLATE = ModelRequest(messages=(), system="Be terse.", tools=TOOLS, cache_key="c1")
ANSWER = """\
Here is the recap.

## Goal
Repair the clock.

## Decisions and constraints
"Never touch the bell."

## Next step
Wind it up.
"""


def history(rounds: int = 4, chars: int = 4_000) -> tuple[Message, ...]:
    """Make a history whose every round reads a file of so many characters."""
    messages: list[Message] = [user("Repair the clock. Never touch the bell.")]
    for number in range(rounds):
        call = calling(f"call_{number}", "Read", {"file_path": f"{number}.txt"})
        messages += [said(f"I look at {number}.", call), result(call, f"{number}" * chars)]
    return (*messages, said("Done."))


async def compacted(
    messages: Sequence[Message],
    model: ScriptedModel,
    compactor: Compactor | None = None,
    *,
    limits: ContextLimits = LIMITS,
    attachments: Attachments | None = None,
    instructions: str = "",
    meter: Meter | None = None,
) -> Recap:
    return await (compactor or SummaryCompactor()).compact(
        messages,
        ask=model.buffer,
        limits=limits,
        template=TEMPLATE,
        attachments=attachments or Attachments(),
        instructions=instructions,
        meter=meter,
    )


def text_of(recap: Recap) -> str:
    return result_text(recap.messages[0])


def tokens_sent(request: ModelRequest) -> int:
    return Meter.of(request.system, request.tools).with_history(request.messages).tokens


def words_of(recap: Recap) -> list[str]:
    first = recap.messages[0]
    assert isinstance(first, MultipartMessage)
    return [
        part.content
        for part in first.content
        if isinstance(part, TextMessage) and part.descriptor == Descriptor.USER
    ]
