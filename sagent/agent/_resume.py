"""How an agent begins: with nothing, or with what its session knows."""

from collections.abc import Sequence

from sagent.agent._blueprint import Blueprint
from sagent.agent._journal import Journal
from sagent.agent._state import AgentState
from sagent.compaction import Meter
from sagent.message import (
    Descriptor,
    Message,
    note_message,
    response_text,
    response_tool_calls,
    result_text,
)
from sagent.model import Model
from sagent.session import MessageRecord, Session, TaskRecord
from sagent.tool import Workspace

_LOST = (
    "[{tool}, which ran in the background as {id}, was stopped with the program before it gave a "
    "result; it may have had effects]"
)


def begin(blueprint: Blueprint, model: Model, session: Session | None) -> AgentState:
    """Make the state of an agent of *blueprint*, in its directory or else in the process's.

    A session's conversation is repaired where it broke off, so that each of its tool calls has a
    result.

    Raises:
        SessionError: it cannot be read or written.
    """
    cwd = blueprint.cwd
    workspace = Workspace(cwd) if cwd else Workspace()
    meter = Meter.beginning(blueprint.head_tokens)
    if session is None:
        return AgentState(model, meter, workspace)
    session.repair()
    workspace.guard(session.directory)
    transcript = session.transcript
    for task in transcript.open_tasks:
        text = _LOST.format(tool=task.name, id=task.call_id)
        lost = note_message(text, parent_id=transcript.head)
        session.append(
            MessageRecord(lost),
            TaskRecord(call_id=task.call_id, name=task.name, state="ended"),
        )
    if cwd is None and transcript.header.cwd is not None:
        workspace.add_root(transcript.header.cwd)
    known = transcript.state
    messages = list(transcript.conversation)
    if known.cwd is not None and known.cwd.is_dir():
        workspace.cwd = known.cwd
    for path, stamp in known.files.items():
        workspace.saw(path, stamp)
    state = AgentState(
        model,
        meter.with_history(messages),
        workspace,
        Journal(session),
        title=known.status or "",
        plan=known.plan or (),
        conversation_id=session.id,
        spent=transcript.spending,
        last_response_ns=messages[-1].timestamp if messages else 0,
        messages=messages,
    )
    state.told_changes.update(known.told)
    return state


def unheard(name: str, conversation: Sequence[Message], parents: Sequence[Message]) -> str:
    """Tell what the parent of the agent *name* does not know of its *conversation*, "" for nothing.

    That is an answer which was given after the parent's own last response and is not in *parents*,
    its conversation, or that there is none to what the agent was told last.
    """
    last = conversation[-1]
    if last.descriptor != Descriptor.MODEL or response_tool_calls(last):
        return (
            f"[{name} is back, and was not done with what it was told last: ask again if you still "
            "need it]"
        )
    said = f"[from {name}]: {response_text(last)}"
    for message in reversed(parents):
        if message.descriptor == Descriptor.MODEL:
            return said if message.timestamp < last.timestamp else ""
        if said in result_text(message):
            break
    return ""
