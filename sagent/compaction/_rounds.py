"""A history taken apart where it may be cut.

A round is a model's message with all that follows it up to the next one. A cut never parts a call
from its result: rounds between which a result is still due stay together.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import attrs

from sagent.compaction._exchange import answered_id
from sagent.message import (
    Descriptor,
    Message,
    get_queue_id,
    response_tool_calls,
)

type Round = tuple[Message, ...]


@attrs.frozen
class Parts:
    """What a history is made of, in order.

    Attributes:
        opening: what was said before the model said anything.
        rounds: what model, tools and user said since.
        pending: what the user said last, which the model has not answered.
    """

    opening: tuple[Message, ...]
    rounds: tuple[Round, ...]
    pending: tuple[Message, ...]

    @classmethod
    def of(cls, history: Sequence[Message]) -> "Parts":
        """Take *history* apart; put together in order, the parts are it."""
        end = len(history)
        while end > 0 and _by_user(history[end - 1]):
            end -= 1
        cuts = _cuts(history[:end])
        starts = [*cuts, end]
        rounds = [tuple(history[a:b]) for a, b in pairwise(starts)]
        return cls(tuple(history[: starts[0]]), tuple(rounds), tuple(history[end:]))


def _cuts(history: Sequence[Message]) -> list[int]:
    results = Counter(filter(None, map(answered_id, history)))
    due: Counter[str] = Counter()
    cuts: list[int] = []
    for number, message in enumerate(history):
        if message.descriptor == Descriptor.MODEL and not due.total():
            cuts.append(number)
        for call in response_tool_calls(message):
            if results[get_queue_id(call)] > 0:
                due[get_queue_id(call)] = 1
        if call_id := answered_id(message):
            results[call_id] -= 1
            del due[call_id]
    return cuts


def _by_user(message: Message) -> bool:
    return message.descriptor not in (Descriptor.MODEL, Descriptor.TOOL_RESULT)
