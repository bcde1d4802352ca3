"""The rules that every history keeps, and an agent's actor that goes on with a session."""

from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext

import attrs

from sagent.agent import Agent
from sagent.agent._actor import AgentActor
from sagent.agent._event import discard
from sagent.agent._household import Standing
from sagent.agent._resume import begin
from sagent.message import (
    Descriptor,
    Message,
    MultipartMessage,
    get_queue_id,
    response_text,
    response_tool_calls,
)
from sagent.model import Model
from sagent.session import Session
from sagent.testing import ScriptedModel


def faults_of(messages: Sequence[Message]) -> list[str]:
    """List where a call of *messages* has not one result, right behind its message."""
    faults: list[str] = []
    left = list(messages)
    while left:
        message = left.pop(0)
        expected = Counter(get_queue_id(call) for call in response_tool_calls(message))
        found = Counter[str]()
        while left and left[0].descriptor == Descriptor.TOOL_RESULT:
            found[_queue_id(left.pop(0))] += 1
        if found != expected:
            faults.append(f"the calls {dict(expected)} have the results {dict(found)}")
    return faults


def broken_links_of(messages: Sequence[Message]) -> list[str]:
    """List the messages whose parent is not the message before them, or whose id is not theirs."""
    ids = [message.id for message in messages]
    twice = [id_ for id_, count in Counter(ids).items() if count > 1]
    parents = [message.parent_id for message in messages[1:]]
    return twice + [own for own, parent in zip(ids, parents, strict=False) if own != parent]


def results_in(messages: Sequence[Message]) -> list[str]:
    """Give the texts of the results in *messages*."""
    return [response_text(m) for m in messages if m.descriptor == Descriptor.TOOL_RESULT]


def results_of(agent: Agent) -> list[MultipartMessage]:
    """Give the results of tools in the history of *agent*."""
    return [
        message
        for message in agent.messages
        if isinstance(message, MultipartMessage) and message.descriptor == Descriptor.TOOL_RESULT
    ]


def texts_in(messages: Sequence[Message]) -> list[str]:
    """Give the texts of *messages*."""
    return [response_text(message) for message in messages]


def texts(model: ScriptedModel, request: int = -1) -> list[str]:
    """Give the texts of one of the requests that *model* was sent."""
    return texts_in(model.requests[request].messages)


@attrs.frozen
class Kept:
    """Makes actors of *agent* that go on with its session, as its runs do: for `spawn`."""

    agent: Agent
    session: Session
    model: Model

    def actor(self) -> AgentActor:
        blueprint = self.agent._blueprint()
        return AgentActor(
            blueprint,
            lambda: begin(blueprint, self.model, self.session),
            emit=discard,
            claim=nullcontext(),
            standing=Standing.first(self.agent.limits),
        )


def _queue_id(message: Message) -> str:
    assert isinstance(message, MultipartMessage)
    return get_queue_id(message)
