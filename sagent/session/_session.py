"""A session that is open for writing."""

import time
from pathlib import Path
from typing import Literal

import anyio.lowlevel
import anyio.to_thread
import attrs
import sniffio
import trio

from sagent.errors import UsageError
from sagent.message import new_id
from sagent.session._line import Envelope, Line, write_line
from sagent.session._log import Log
from sagent.session._records import Header, HeadRecord, MessageRecord, Record, StateRecord
from sagent.session._redaction import Redactor
from sagent.session._repair import Repair, repair
from sagent.session._transcript import Transcript
from sagent.tool import ResultFolder

KEPT_FILES = "files.git"
KEPT_ROOT = "files.root"
_RESULTS = "results"

type Durability = Literal["none", "turn", "record"]
"""When the disk is waited for: never, at each `Session.barrier`, or at each record, too."""


@attrs.define(eq=False)
class Session:
    """A session that this process writes.

    It belongs to one thread. What it cannot write it raises as `SessionError`, and goes on.

    Attributes:
        directory: where it lives.
        transcript: what its file says, kept up to date.
        durability: when the disk is waited for.
    """

    directory: Path
    transcript: Transcript
    durability: Durability
    _log: Log
    _redactor: Redactor
    _epoch: int
    _written: int = attrs.field(default=0, init=False)

    @property
    def id(self) -> str:
        """The name of its directory."""
        return self.directory.name

    @property
    def secrets(self) -> tuple[str, ...]:
        """What is never written."""
        return self._redactor.secrets

    @property
    def is_empty(self) -> bool:
        """Whether it is only begun: nothing but its header was ever written."""
        return self.transcript.epoch <= 1 and self._written == 0

    @property
    def closed(self) -> bool:
        """Whether the block that opened it is over: nothing more can be written."""
        return self._log.closed

    @property
    def results(self) -> ResultFolder:
        """Where tools' results are kept that are too large for the conversation."""
        return ResultFolder.lasting(self.directory / _RESULTS, self._redactor.secrets)

    @property
    def kept_files(self) -> Path:
        """Where files are kept that tools are about to change; a store of `sagent.checkpoint`."""
        return self.directory / KEPT_FILES

    @property
    def kept_root(self) -> Path:
        """The file that names the directory which those are of."""
        return self.directory / KEPT_ROOT

    def close(self) -> None:
        """Take no more records: the file is about to be another's."""
        self._log.closed = True

    def begin(self, header: Header) -> None:
        """Write *header*, unless the file has one.

        Raises:
            SessionError: it could not be written.
        """
        if not self.transcript.has_header:
            self._put(header)

    def append(self, *records: Record) -> None:
        """Write *records*, each whole or not at all, and bring the transcript up to date.

        What is written, and what the transcript has, is without the session's secrets. This
        returns when the operating system has it: it outlives this process, but not the machine's
        loss of power; see `barrier`.

        Raises:
            SessionError: the disk is full or broken; what was there before is there still.
            UsageError: a message follows one that the session has not, or is there already.
            JsonError: a message nests too deep.
        """
        for record in records:
            self._check(record)
            self._put(self._redactor.clean(record))
            self._written += 1

    def note(self, change: StateRecord) -> None:
        """Write *change*, if it says what the session does not know yet.

        Raises:
            SessionError: as `append` does.
        """
        known = self.transcript.state
        if known.changed(change) != known:
            self.append(change)

    def repair(self) -> Repair:
        """Append what the conversation needs for a model to go on with it; see `repair`.

        Raises:
            SessionError: it could not be written.
        """
        needed = repair(self.transcript.conversation)
        if needed.head != self.transcript.head:
            self.append(HeadRecord(needed.head, "repair"))
        self.append(*(MessageRecord(message) for message in needed.messages))
        return needed

    async def barrier(self) -> None:
        """Wait until the disk has all that was appended; returns at once with durability "none".

        An agent calls it before a tool has effects and at the end of a turn. Runs under trio and
        asyncio, in a thread; a cancelled one still waits for the disk.

        Raises:
            SessionError: the disk failed.
        """
        if self.durability == "none" or not self._log.unsynced:
            await anyio.lowlevel.checkpoint()
        elif sniffio.current_async_library() == "trio":
            await trio.to_thread.run_sync(self._log.sync)  # anyio's way there takes longer
        else:
            await anyio.to_thread.run_sync(self._log.sync)

    def _check(self, record: Record) -> None:
        if not isinstance(record, MessageRecord):
            return
        message, known = record.message, self.transcript.messages
        if message.id in known:
            raise UsageError(f"message {message.id} is in session {self.id} already")
        if message.parent_id is not None and message.parent_id not in known:
            raise UsageError(
                f"message {message.id} follows {message.parent_id}, which is not in session "
                f"{self.id}: append that first"
            )

    def _put(self, content: Record | Header) -> None:
        envelope = self._envelope(content)
        surely = self.durability == "record"
        put = self._log.append_surely if surely else self._log.append
        put(write_line(content, envelope))
        self.transcript.add(Line(envelope, content))

    def _envelope(self, content: Record | Header) -> Envelope:
        now = time.time_ns()
        match content:
            case MessageRecord(message=message):
                return Envelope(message.id, message.parent_id, self._epoch, now)
            case Header():
                return Envelope(content.id, None, self._epoch, content.created_ns or now)
            case _:
                return Envelope(new_id(), self.transcript.head, self._epoch, now)
