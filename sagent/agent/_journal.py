"""What an agent writes into its session, if it has one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import attrs

from sagent.errors import SessionError
from sagent.message import MultipartMessage, get_queue_id, get_tool_name
from sagent.session import Record, Session, StateRecord, TaskRecord
from sagent.tool import FileStamp, Workspace


@attrs.define(eq=False)
class Journal:
    """Writes records in order; what cannot be written waits for the next that can.

    Attributes:
        session: where they go; None to keep the agent in memory alone.
    """

    session: Session | None
    _unsaved: list[Record] = attrs.field(factory=list[Record], init=False)
    _trouble: str = attrs.field(default="", init=False)
    """Why nothing could be written of late; "" if it could."""
    _told_trouble: str = attrs.field(default="", init=False)
    _noted_cwd: Path | None = attrs.field(default=None, init=False)
    _noted_files: dict[Path, FileStamp] = attrs.field(factory=dict[Path, FileStamp], init=False)

    _noted_told: dict[Path, FileStamp | None] = attrs.field(
        factory=dict[Path, FileStamp | None], init=False
    )

    def __attrs_post_init__(self) -> None:
        if self.session is not None:
            known = self.session.transcript.state
            self._noted_cwd, self._noted_files = known.cwd, dict(known.files)
            self._noted_told = dict(known.told)

    def note(self, record: Record) -> None:
        """Write *record*, and before it what could not be written until now."""
        if self.session is None:
            return
        self._unsaved.append(record)
        try:
            while self._unsaved:
                self.session.append(self._unsaved[0])
                self._unsaved.pop(0)
        except SessionError as error:
            self._trouble = str(error)
            if self.session.closed:  # none can be written again
                self._unsaved.clear()
        else:
            self._trouble = ""

    def note_task(self, call: MultipartMessage, state: Literal["started", "ended"]) -> None:
        """Write that *call* runs in the background, or that the history has what it gave."""
        self.note(TaskRecord(call_id=get_queue_id(call), name=get_tool_name(call), state=state))

    def note_place(self, workspace: Workspace, told: Mapping[Path, FileStamp | None]) -> None:
        """Write where the agent is, which files it knows, and of which changes, if that is new."""
        if self.session is None:
            return
        cwd, seen = workspace.cwd, dict(workspace.seen)
        moved, files = cwd != self._noted_cwd, seen.items() - self._noted_files.items()
        news = told.items() - self._noted_told.items()
        if moved or files or news:
            self._noted_cwd, self._noted_files, self._noted_told = cwd, seen, dict(told)
            place = cwd if moved else None
            self.note(StateRecord(cwd=place, files=dict(files), told=dict(news)))

    async def barrier(self) -> None:
        """Wait until the disk has what was written."""
        if self.session is None:
            return
        try:
            await self.session.barrier()
        except SessionError as error:
            self._trouble = str(error)

    def take_trouble(self) -> str:
        """Tell why not all is written; "" if all is, or that was told before."""
        told, self._told_trouble = self._told_trouble, self._trouble
        return "" if self._trouble == told else self._trouble
