from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import assert_never

import attrs

from sagent.session._line import parse_sealed
from sagent.session._records import (
    CheckpointRecord,
    ChildRecord,
    HeadRecord,
    MailRecord,
    ShareRecord,
    StateRecord,
    TaskRecord,
)
from sagent.session._state import SessionState
from sagent.tool import FileStamp

type Note = (
    StateRecord
    | CheckpointRecord
    | TaskRecord
    | ChildRecord
    | ShareRecord
    | MailRecord
    | HeadRecord
)

_KINDS: Mapping[bytes, type[Note]] = {
    b"state": StateRecord,
    b"checkpoint": CheckpointRecord,
    b"task": TaskRecord,
    b"child": ChildRecord,
    b"share": ShareRecord,
    b"mail": MailRecord,
}


@attrs.define(eq=False)
class Notes:
    """What a session knows beside its conversation; put together when it is asked for."""

    _waiting: list[Note | tuple[bytes, bytes]] = attrs.field(
        factory=list[Note | tuple[bytes, bytes]], init=False
    )
    _state: SessionState = attrs.field(default=SessionState(), init=False)
    _files: dict[Path, FileStamp] = attrs.field(factory=dict[Path, FileStamp], init=False)
    _told: dict[Path, FileStamp | None] = attrs.field(
        factory=dict[Path, FileStamp | None], init=False
    )
    _checkpoints: list[CheckpointRecord] = attrs.field(factory=list[CheckpointRecord], init=False)
    _tasks: dict[str, TaskRecord] = attrs.field(factory=dict[str, TaskRecord], init=False)
    _children: dict[str, ChildRecord] = attrs.field(factory=dict[str, ChildRecord], init=False)
    _share: ShareRecord = attrs.field(default=ShareRecord(), init=False)
    _mail: list[MailRecord] = attrs.field(factory=list[MailRecord], init=False)

    def add(self, note: Note) -> None:
        """Take in a record."""
        self._waiting.append(note)

    def add_sealed(self, kind: bytes, line: bytes) -> None:
        """Take in a record by its sealed line."""
        self._waiting.append((kind, line))

    @property
    def state(self) -> SessionState:
        """What was said last of each."""
        self._read()
        return attrs.evolve(
            self._state,
            files=MappingProxyType(dict(self._files)),
            told=MappingProxyType(dict(self._told)),
        )

    @property
    def checkpoints(self) -> tuple[CheckpointRecord, ...]:
        """All of them, oldest first."""
        self._read()
        return tuple(self._checkpoints)

    @property
    def open_tasks(self) -> tuple[TaskRecord, ...]:
        """Those that were started and have not ended."""
        self._read()
        return tuple(self._tasks.values())

    @property
    def open_children(self) -> tuple[ChildRecord, ...]:
        """Those that were started and have not ended."""
        self._read()
        return tuple(self._children.values())

    @property
    def share(self) -> ShareRecord:
        """What the agent has taken of what it may take."""
        self._read()
        return self._share

    @property
    def mail(self) -> tuple[MailRecord, ...]:
        """What has come for the agent since its conversation was cleared, oldest first."""
        self._read()
        return tuple(self._mail)

    def _read(self) -> None:
        for note in self._waiting:
            self._take_in(
                parse_sealed(note[1], _KINDS[note[0]]) if isinstance(note, tuple) else note
            )
        self._waiting.clear()

    def _take_in(self, note: Note) -> None:
        match note:
            case StateRecord():
                self._change(note)
            case CheckpointRecord():
                self._checkpoints.append(note)
            case TaskRecord(state="started"):
                self._tasks[note.call_id] = note
            case TaskRecord():
                self._tasks.pop(note.call_id, None)
            case ChildRecord():
                self._take_child(note)
            case ShareRecord():
                self._share = note
            case MailRecord():
                self._mail.append(note)
            case HeadRecord():
                if note.why == "clear":  # what waited then was given up
                    self._mail.clear()
            case _:
                assert_never(note)

    def _take_child(self, child: ChildRecord) -> None:
        if child.state == "started":
            self._children[child.name] = child
            return
        known = self._children.get(child.name)
        if known is not None and child.session in {known.session, ""}:
            del self._children[child.name]

    def _change(self, change: StateRecord) -> None:
        self._state = self._state.changed(change)
        self._told |= change.told
        for path, stamp in change.files.items():
            if stamp is None:
                self._files.pop(path, None)
            else:
                self._files[path] = stamp
