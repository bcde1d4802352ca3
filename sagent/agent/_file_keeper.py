"""Keeps the files of the workspace before tools change them, so that they can be brought back."""

import logging
import time
from contextlib import AsyncExitStack
from pathlib import Path

import attrs

from sagent.agent._audience import Audience
from sagent.agent._event import Notice
from sagent.agent._kept_files import KeptFiles, open_kept_files
from sagent.agent._state import AgentState
from sagent.checkpoint import Limits, Restored
from sagent.errors import CheckpointError, UsageError
from sagent.message import MultipartMessage, get_directive

_log = logging.getLogger(__name__)

_LONG_S = 3.0
"""What people notice, and a service pays for each conversation."""


@attrs.define(eq=False)
class FileKeeper:
    """Takes a snapshot before the tools of a response run, once for each response."""

    _state: AgentState
    _files: KeptFiles
    _audience: Audience
    _kept_before: str = attrs.field(default="", init=False)
    _broken: bool = attrs.field(default=False, init=False)
    _told_long: bool = attrs.field(default=False, init=False)

    async def keep(self, call: MultipartMessage) -> None:
        """Keep the files for the response of *call*, and the one that it names.

        What fails is told once, and the agent goes on without. What takes long is told once, too.
        """
        head = self._state.head
        if self._broken or head is None:
            return
        try:
            for path in self._named(call):
                await self._files.checkpoints.keep(path)
            if head != self._kept_before:
                begun = time.monotonic()  # of the real clock, which the work takes
                self._state.journal.note(await self._files.take(head))
                self._kept_before = head
                await self._mind(time.monotonic() - begun)
        except CheckpointError as error:
            self._broken = True
            await self._audience.tell(Notice(f"files are not kept before they change: {error}"))

    async def restore(self, to: str) -> Restored | None:
        """Bring the files back as they were at the message *to*; None if no tool has changed any.

        Raises:
            CheckpointError: they cannot be brought back.
            UnknownNameError: there is no such message.
        """
        self._kept_before = ""
        return await self._files.restore(to)

    async def _mind(self, taken_s: float) -> None:
        if taken_s < _LONG_S or self._told_long:
            return
        self._told_long = True
        notice = (
            f"it took {taken_s:.0f} s to keep the files of {self._files.root} before a tool ran: "
            "let a .gitignore name what need not be kept, or give the agent in Python a smaller "
            "cwd=, or checkpoints=None"
        )
        _log.warning("%s", notice)
        await self._audience.tell(Notice(notice))

    def _named(self, call: MultipartMessage) -> tuple[Path, ...]:
        try:
            name = get_directive(call).get("file_path")
        except UsageError:
            return ()
        if not isinstance(name, str) or not name or "\0" in name:
            return ()
        return (self._state.workspace.resolve(name),)


async def open_file_keeper(
    stack: AsyncExitStack,
    state: AgentState,
    audience: Audience,
    *,
    root: Path | None,
    limits: Limits | None,
) -> FileKeeper | None:
    """Open the keeper of an agent with a session, for the length of *stack*.

    Args:
        stack: what closes it.
        state: the agent's.
        audience: is told when it fails.
        root: the agent's own directory; None for where the session was begun, or if nobody knows,
            for where the agent works.
        limits: how much is kept; None for nothing.
    """
    if state.session is None or limits is None:
        return None
    if root is None and state.session.transcript.header.cwd is None:
        root = state.workspace.cwd  # the line that says so is lost, and the agent goes on
    files = await stack.enter_async_context(
        open_kept_files(state.session, root=root, limits=limits)
    )
    return FileKeeper(state, files, audience)
