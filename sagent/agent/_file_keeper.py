"""Keeps the files of the workspace before tools change them, so that they can be brought back."""

from contextlib import AsyncExitStack
from pathlib import Path

import attrs

from sagent.agent._audience import Audience
from sagent.agent._event import Notice
from sagent.agent._state import AgentState
from sagent.checkpoint import Checkpoints, Restored, open_checkpoints
from sagent.errors import CheckpointError, UnknownNameError, UsageError
from sagent.home import Home
from sagent.message import MultipartMessage, get_directive
from sagent.session import CheckpointRecord, Session

_STORE = "files.git"


@attrs.define(eq=False)
class FileKeeper:
    """Takes a snapshot before the tools of a response run, and finds the one to go back to."""

    _state: AgentState
    _session: Session
    _checkpoints: Checkpoints
    _audience: Audience
    _kept_before: str = attrs.field(default="", init=False)
    _broken: bool = attrs.field(default=False, init=False)

    async def keep(self, call: MultipartMessage) -> None:
        """Take a snapshot for the response of *call*, once, and keep the file that it names.

        What fails is told once, and the agent goes on without.
        """
        head = self._state.head
        if self._broken or head is None:
            return
        try:
            for path in self._named(call):
                await self._checkpoints.keep(path)
            if head != self._kept_before:
                snapshot = await self._checkpoints.take()
                self._kept_before = head
                self._state.note(CheckpointRecord(snapshot=snapshot, before=head))
        except CheckpointError as error:
            self._broken = True
            await self._audience.tell(Notice(f"files are not kept before they change: {error}"))

    async def restore(self, to: str) -> Restored | None:
        """Bring the files back as they were at the message *to*; None if no tool has changed any.

        Raises:
            CheckpointError: they cannot be brought back.
            UnknownNameError: there is no such message.
        """
        transcript = self._session.transcript
        places = {id_: place for place, id_ in enumerate(transcript.messages)}
        if to not in places:
            raise UnknownNameError(f"there is no message {to} to bring files back to")
        # The files as the next tools found them are the files as they were at the message.
        later = (kept for kept in transcript.checkpoints if places[kept.before] >= places[to])
        record = min(later, key=lambda kept: places[kept.before], default=None)
        if record is None:
            return None
        self._kept_before = ""
        return await self._checkpoints.restore(record.snapshot)

    def _named(self, call: MultipartMessage) -> tuple[Path, ...]:
        try:
            name = get_directive(call).get("file_path")
        except UsageError:
            return ()
        if not isinstance(name, str) or not name or "\0" in name:
            return ()
        return (self._state.workspace.resolve(name),)


async def open_file_keeper(
    stack: AsyncExitStack, state: AgentState, audience: Audience
) -> FileKeeper | None:
    """Open the keeper of an agent with a session, for the length of *stack*."""
    session = state.session
    if session is None:
        return None
    checkpoints = await stack.enter_async_context(
        open_checkpoints(
            session.directory / _STORE,
            state.workspace.cwd,
            leave_out=(session.directory, Home.default().root),
        )
    )
    return FileKeeper(state, session, checkpoints, audience)
