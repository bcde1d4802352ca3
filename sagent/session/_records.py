"""What a session's file says, one record a line."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import attrs

from sagent.budget import Amount
from sagent.errors import UsageError
from sagent.lib.json import whole_text
from sagent.message import Message
from sagent.model import Usage
from sagent.tool import FileStamp, Plan

FORMAT_VERSION = 1
"""The version of the file's format that this package writes."""


def _whole(text: str | None) -> str | None:
    return None if text is None else whole_text(text)


def _read_only(files: "Mapping[Path, FileStamp | None]") -> "Mapping[Path, FileStamp | None]":
    return MappingProxyType(dict(files))


def _finite(_: object, __: object, cost: Decimal | None) -> None:
    if cost is not None and not cost.is_finite():
        raise UsageError(f"a cost is a finite number of dollars or None, not {cost}")


@attrs.frozen(kw_only=True)
class Header:
    """What a session is: the first line of its file.

    Attributes:
        id: the name of its directory.
        cwd: where it was begun; None if that line is lost.
        created_ns: nanoseconds since the epoch.
        version: the format's.
        parent_session: the id of the session that it was forked from.
        parent_message: the message there at which it was.
    """

    id: str
    cwd: Path | None = None
    created_ns: int = 0
    version: int = FORMAT_VERSION
    parent_session: str | None = None
    parent_message: str | None = None


@attrs.frozen
class MessageRecord:
    """A message, the child of the one that its `parent_id` names; the head moves to it.

    Attributes:
        message: with its id, by which others follow it.
    """

    message: Message


@attrs.frozen
class HeadRecord:
    """The head moves to another message, or to none, and nothing is lost.

    Attributes:
        head: a message's id; None before the first.
        why: such as ``rewind``, ``clear``, ``branch`` or ``repair``.
    """

    head: str | None
    why: str = attrs.field(default="rewind", converter=whole_text)


@attrs.frozen(kw_only=True)
class CompactionRecord:
    """A recap follows as new roots and takes the place of the path to `replaced`.

    The head moves with the recap, not with this record, so that a compaction which ends half-way
    has changed nothing.

    Attributes:
        replaced: the head before it.
        why: what set it off.
    """

    replaced: str | None
    why: str = attrs.field(default="", converter=whole_text)


@attrs.frozen(kw_only=True)
class SpendRecord:
    """What one response of a model used and cost; `cost_usd` is None if nobody knows its price.

    Attributes:
        usage: its tokens.
        model_id: which model it was.
        provider: whose it was.
    """

    usage: Usage
    cost_usd: Decimal | None = attrs.field(validator=_finite)
    model_id: str = attrs.field(converter=whole_text)
    provider: str = attrs.field(converter=whole_text)


@attrs.frozen(kw_only=True)
class StateRecord:
    """What has changed beside the conversation; None stands for no change.

    Attributes:
        name: the session's title.
        status: what the agent says it is doing.
        agent: the agent's name.
        model_id: the model that goes on.
        provider: whose it is.
        effort: how hard the model is told to think; ``default`` for the model's own.
        cwd: the shell's directory.
        plan: what the agent has set out to do, all of it; empty for nothing any more.
        starts: how many agents it and those below have started since a person has said something.
        files: the files that the agent knows, as they were then; None for one it is to forget.
        told: files whose change the agent was told, as they were then; None for one that was gone.
    """

    name: str | None = attrs.field(default=None, converter=_whole)
    status: str | None = attrs.field(default=None, converter=_whole)
    agent: str | None = attrs.field(default=None, converter=_whole)
    model_id: str | None = attrs.field(default=None, converter=_whole)
    provider: str | None = attrs.field(default=None, converter=_whole)
    effort: str | None = attrs.field(default=None, converter=_whole)
    cwd: Path | None = None
    plan: Plan | None = None
    starts: int | None = None
    files: Mapping[Path, FileStamp | None] = attrs.field(
        factory=dict[Path, FileStamp | None], converter=_read_only, hash=False
    )
    told: Mapping[Path, FileStamp | None] = attrs.field(
        factory=dict[Path, FileStamp | None], converter=_read_only, hash=False
    )


@attrs.frozen(kw_only=True)
class CheckpointRecord:
    """The files were kept as `snapshot` before the tools of the message `before` ran."""

    snapshot: str = attrs.field(converter=whole_text)
    before: str


@attrs.frozen(kw_only=True)
class TaskRecord:
    """A tool's call in the background was started, or has ended.

    Attributes:
        call_id: tells the call from others.
        name: the tool's.
        state: which of the two it is.
    """

    call_id: str = attrs.field(converter=whole_text)
    name: str = attrs.field(converter=whole_text)
    state: Literal["started", "ended"]


@attrs.frozen(kw_only=True)
class ChildRecord:
    """An agent that lives below this one was started, or has ended.

    Attributes:
        name: its name, under which it has a session of its own.
        state: which of the two it is.
        order: what it was to be, as JSON.
        session: the directory of its own session, below that of this one; it tells one from
            another that has had its name before.
    """

    name: str = attrs.field(converter=whole_text)
    state: Literal["started", "ended"]
    order: str = attrs.field(default="", converter=whole_text)
    session: str = attrs.field(default="", converter=whole_text)


@attrs.frozen(kw_only=True)
class ShareRecord:
    """What an agent has taken of what it may take, over all its lives; the last one counts.

    Attributes:
        spent: by it and all below it.
        lived_s: how long it has lived, in seconds; the time between two programs is not in it.
    """

    spent: Amount = Amount()  # noqa: RUF009  # it is frozen
    lived_s: float = 0


@attrs.frozen(kw_only=True)
class MailRecord:
    """A message waits in the inbox of the agent, until the session has the message itself.

    Attributes:
        message_id: the id that it will have there.
        text: what it says.
        source: the path of the agent that wrote it; None for a user.
        hops: how often agents have passed it on since a person has said something.
    """

    message_id: str
    text: str = attrs.field(converter=whole_text)
    source: str | None = None
    hops: int = 0


@attrs.frozen
class RawRecord:
    """A line of a kind that this version does not know, byte for byte, without its line end.

    Attributes:
        line: the bytes.
    """

    line: bytes


type Record = (
    MessageRecord
    | HeadRecord
    | CompactionRecord
    | SpendRecord
    | StateRecord
    | CheckpointRecord
    | TaskRecord
    | ChildRecord
    | ShareRecord
    | MailRecord
)
"""What may be appended to a session."""
