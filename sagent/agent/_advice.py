"""The question to an adviser: a conversation in words, and what is asked about it."""

from collections.abc import Sequence

from sagent.compaction import both_ends, text_tokens
from sagent.message import Descriptor, Message, TextMessage
from sagent.model import ModelRequest
from sagent.session import to_texts

UNKNOWN_WINDOW_TOKENS = 64_000
"""What is taken for the window of an adviser that tells none."""
_ANSWER_SHARE = 4
"""The part of a window that is left for the answer, as one of so many."""
_LONGEST_SHARE = 8
"""The part of the room that one message may take, likewise."""
_SYSTEM = """\
You advise another model, an agent that works for a user. You are given its conversation so far, \
and its question. You see no more than that, and have no tools. Answer the question: say what you \
would do and why, name what the agent has overlooked, and keep to what matters. If the \
conversation does not tell what you would need to know, say what to find out first."""
_QUESTION = """\
<conversation>
{conversation}
</conversation>

The agent asks you:

{question}"""
_LEFT_OUT = "[The beginning of the conversation is left out here: {} messages.]"


def advice_request(
    history: Sequence[Message], question: str, *, window_tokens: int | None
) -> ModelRequest:
    """Ask *question* about *history*, of which the newest part is told that fits the window.

    The conversation is told in words, so that any model can read it: calls and results of tools are
    no calls of the adviser's, and thinking is left out, as it is another vendor's.
    """
    window = window_tokens or UNKNOWN_WINDOW_TOKENS
    room = window - window // _ANSWER_SHARE - text_tokens(_SYSTEM + _QUESTION + question)
    conversation = "\n\n".join(_newest(history, room=max(0, room)))
    text = _QUESTION.format(conversation=conversation, question=question)
    return ModelRequest(messages=(TextMessage(text, Descriptor.USER),), system=_SYSTEM)


def _newest(history: Sequence[Message], *, room: int) -> list[str]:
    longest = room // _LONGEST_SHARE
    kept: list[str] = []
    texts = list(to_texts(history))
    for text in reversed(texts):
        block = both_ends(text, longest)
        room -= text_tokens(block) + 1
        if room < 0:
            break
        kept.append(block)
    if left_out := len(texts) - len(kept):
        kept.append(_LEFT_OUT.format(left_out))
    return kept[::-1]
