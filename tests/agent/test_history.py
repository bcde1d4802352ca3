"""A conversation as a request sees it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.agent import Agent
from sagent.agent._history import History
from sagent.message import Message, TextMessage
from sagent.testing import ScriptedModel

MESSAGES: list[Message] = [TextMessage(str(number)) for number in range(6)]


@given(st.integers(0, 6), st.slices(8))
def test_it_is_the_beginning_of_its_list_in_every_way(count: int, part: slice) -> None:
    history, same = History(MESSAGES, count), tuple(MESSAGES[:count])

    assert len(history) == len(same)
    assert history == same
    assert hash(history) == hash(same)
    assert tuple(history) == same
    assert tuple(history[part]) == same[part]
    assert [history[place] for place in range(-count, count)] == [*same, *same]
    for beyond in (count, -count - 1):
        with pytest.raises(IndexError):
            history[beyond]


async def test_a_request_keeps_what_was_said_until_then() -> None:
    model = ScriptedModel("one", "two")
    agent = Agent(model=model)

    await agent.run("a")
    await agent.run("b")

    assert [len(request.messages) for request in model.requests] == [1, 3]
