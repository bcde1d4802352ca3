"""What a session's file comes to, read record by record.

Messages form a forest by their parents. The head names one of them, and the conversation is the
path from a root to it. Rewind, branch and clear move the head; a compaction begins a new root.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import assert_never

import attrs

from sagent.errors import UnknownNameError
from sagent.message import Message
from sagent.session._collector import collector_paused
from sagent.session._ledger import Ledger, Spending
from sagent.session._line import Line, Seal
from sagent.session._messages import Messages
from sagent.session._notes import Notes
from sagent.session._records import (
    CheckpointRecord,
    ChildRecord,
    CompactionRecord,
    Header,
    HeadRecord,
    MailRecord,
    MessageRecord,
    RawRecord,
    ShareRecord,
    SpendRecord,
    StateRecord,
    TaskRecord,
)
from sagent.session._state import SessionState


@attrs.define(eq=False)
class Transcript:
    """A session as it stands: its messages, where its head is, and what it knows beside them."""

    _id: str
    _header: Header | None = attrs.field(default=None, init=False)
    _messages: Messages = attrs.field(factory=Messages, init=False)
    _parents: dict[str, str | None] = attrs.field(factory=dict[str, str | None], init=False)
    _children: dict[str | None, list[str]] = attrs.field(
        factory=dict[str | None, list[str]], init=False
    )
    _ledger: Ledger = attrs.field(factory=Ledger, init=False)
    _notes: Notes = attrs.field(factory=Notes, init=False)
    _compaction: CompactionRecord | None = attrs.field(default=None, init=False)
    _compacted: dict[str, CompactionRecord] = attrs.field(
        factory=dict[str, CompactionRecord], init=False
    )
    _unknown: list[RawRecord] = attrs.field(factory=list[RawRecord], init=False)
    _damage: list[int] = attrs.field(factory=list[int], init=False)
    _head: str | None = attrs.field(default=None, init=False)
    _last_seal: Seal | None = attrs.field(default=None, init=False)
    _epoch: int = attrs.field(default=0, init=False)
    _updated_ns: int = attrs.field(default=0, init=False)

    @property
    def header(self) -> Header:
        """What the session is; only its id is told if that line is lost."""
        return self._header or Header(id=self._id)

    @property
    def has_header(self) -> bool:
        """Whether the line of the header is there."""
        return self._header is not None

    @property
    def head(self) -> str | None:
        """The id of the message that the next one follows; None before the first."""
        return self._head

    @property
    def messages(self) -> Mapping[str, Message]:
        """All messages by id, in the order in which they were written."""
        return self._messages

    @property
    def conversation(self) -> tuple[Message, ...]:
        """The messages from a root to the head; collected each time, so take it once."""
        return () if self._head is None else self.path_to(self._head)

    @property
    def branches(self) -> tuple[str, ...]:
        """The ids of the messages that nothing follows."""
        return tuple(id_ for id_ in self._messages if id_ not in self._children)

    @property
    def spending(self) -> Spending:
        """What all its model calls used and cost, on every branch."""
        return self._ledger.total

    @property
    def state(self) -> SessionState:
        """What it knows beside the conversation."""
        return self._notes.state

    @property
    def checkpoints(self) -> tuple[CheckpointRecord, ...]:
        """The kept files, oldest first."""
        return self._notes.checkpoints

    @property
    def open_tasks(self) -> tuple[TaskRecord, ...]:
        """The background calls that were started and have not ended."""
        return self._notes.open_tasks

    @property
    def open_children(self) -> tuple[ChildRecord, ...]:
        """The agents that were started below this one and have not ended."""
        return self._notes.open_children

    @property
    def share(self) -> ShareRecord:
        """What its agent has taken of what it may take, if that was given a share."""
        return self._notes.share

    @property
    def waiting_mail(self) -> tuple[MailRecord, ...]:
        """What came for its agent and is not among its messages yet, oldest first."""
        return tuple(mail for mail in self._notes.mail if mail.message_id not in self._parents)

    @property
    def compacted(self) -> Mapping[str, CompactionRecord]:
        """What each recap took the place of, by the id of the recap's root."""
        return MappingProxyType(self._compacted)

    @property
    def unknown(self) -> tuple[RawRecord, ...]:
        """The lines of kinds that this version does not know."""
        return tuple(self._unknown)

    @property
    def damaged_lines(self) -> tuple[int, ...]:
        """The numbers of the lines that could not be read, from 1."""
        return tuple(self._damage)

    @property
    def epoch(self) -> int:
        """How often it was opened and written to."""
        return max(self._epoch, int(self._last_seal[3]) if self._last_seal else 0)

    @property
    def updated_ns(self) -> int:
        """When it was last written to, in nanoseconds since the epoch."""
        return max(self._updated_ns, int(self._last_seal[4]) if self._last_seal else 0)

    def children(self, id_: str | None) -> tuple[str, ...]:
        """List the ids of the messages that follow *id_*, or of the roots for None."""
        return tuple(self._children.get(id_, ()))

    def path_ids(self, id_: str) -> tuple[str, ...]:
        """List the ids from a root to *id_*.

        Raises:
            UnknownNameError: there is no such message.
        """
        ids: list[str] = []
        step: str | None = self._known(id_)
        while step is not None:
            ids.append(step)
            step = self._parents[step]
        return tuple(reversed(ids))

    def path_to(self, id_: str) -> tuple[Message, ...]:
        """Give the messages from a root to *id_*.

        Raises:
            UnknownNameError: there is no such message.
        """
        with collector_paused():
            return tuple([self._messages[step] for step in self.path_ids(id_)])

    def add(self, line: Line) -> None:
        """Take in the next line of the file."""
        envelope, content = line.envelope, line.content
        self._epoch = max(self._epoch, envelope.epoch)
        self._updated_ns = max(self._updated_ns, envelope.ts_ns)
        match content:
            case MessageRecord(message=message):
                self._add_message(message.id, message.parent_id, message)
            case SpendRecord():
                self._ledger.add(content)
            case StateRecord() | CheckpointRecord() | TaskRecord() | ChildRecord():
                self._notes.add(content)
            case ShareRecord() | MailRecord():
                self._notes.add(content)
            case HeadRecord(head=head):
                # A head whose line is lost cannot be moved to.
                self._head = head if head is None or head in self._parents else self._head
                self._compaction = None
                self._notes.add(content)
            case CompactionRecord():
                self._compaction = content
            case Header():
                self._header = self._header or content
            case RawRecord():
                self._unknown.append(content)
            case _:
                assert_never(content)

    def add_sealed(self, seal: Seal, line: bytes) -> None:
        """Take in the next line of the file, which is trusted and not parsed yet."""
        self._last_seal = seal
        kind, id_, parent, _, _ = seal
        if kind == b"message":
            self._add_message(id_.decode(), None if parent is None else parent.decode(), line)
        elif kind == b"spend":
            self._ledger.add(line)
        else:
            self._notes.add_sealed(kind, line)

    def add_damage(self, number: int) -> None:
        """Take note that line *number* could not be read."""
        self._damage.append(number)

    def _add_message(self, id_: str, parent: str | None, message: Message | bytes) -> None:
        if id_ not in self._parents:
            # One string for an id and for its child's parent; and one whose parent's line is lost
            # follows what was written before it, so that a lost line is one lost message.
            if parent == self._head or (parent is not None and parent not in self._parents):
                parent = self._head
            self._messages.add(id_, message)
            self._parents[id_] = parent
            self._children.setdefault(parent, []).append(id_)
            if parent is None and self._compaction is not None:
                self._compacted[id_] = self._compaction
            self._compaction = None
        self._head = id_

    def _known(self, id_: str) -> str:
        if id_ not in self._parents:
            raise UnknownNameError(f"session {self.header.id} has no message {id_!r}")
        return id_
