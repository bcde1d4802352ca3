"""A long history becomes a recap."""

from collections.abc import Sequence

from conversations import TOOLS, calling, result, said, user

from sagent.compaction import (
    Attachments,
    Compactor,
    ContextLimits,
    Recap,
    SummaryCompactor,
    is_recap,
)
from sagent.message import (
    Descriptor,
    Message,
    response_text,
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
) -> Recap:
    return await (compactor or SummaryCompactor()).compact(
        messages,
        ask=model.buffer,
        limits=limits,
        template=TEMPLATE,
        attachments=attachments or Attachments(),
    )


async def test_the_history_becomes_one_message_of_the_user_and_the_last_round() -> None:
    before = history()

    recap = await compacted(before, ScriptedModel(ANSWER))

    first, last = recap.messages
    assert is_recap(first)
    assert first.descriptor == Descriptor.USER_PARTS
    assert "Repair the clock." in result_text(first)
    assert recap.text.startswith("## Goal\nRepair the clock.")
    assert response_text(last) == "Done."
    assert last.id not in {message.id for message in before}
    assert last.parent_id == first.id
    assert recap.dropped_rounds == 0
    assert recap.tokens_after < recap.tokens_before
