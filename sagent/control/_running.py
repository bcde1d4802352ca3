from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import attrs
import trio

from sagent.control._attachment import Attachment
from sagent.control._protocol import (
    Attach,
    Attached,
    Delivered,
    GetRun,
    GetTree,
    Reply,
    Request,
    Send,
    Stop,
    Stopping,
)
from sagent.control._socket_file import SocketFile, socket_files
from sagent.control._talk import NobodyListens, connected, expected, in_time
from sagent.control._view import NodeView, RunView
from sagent.errors import ControlError
from sagent.home import Home


@attrs.frozen
class Running:
    """A process of this user that can be asked.

    Attributes:
        run: how it stood when it was found; None if it did not answer.
    """

    _file: SocketFile
    run: RunView | None

    @property
    def pid(self) -> int:
        """The process."""
        return self._file.pid

    async def tree(self) -> NodeView:
        """Ask for its tree of actors.

        Raises:
            ControlError: it does not answer.
        """
        return expected(NodeView, await _asked(self._file, GetTree()))

    async def send(self, to: str, text: str) -> Delivered:
        """Send *text* to its agent *to*, a name or a path, as a user's message.

        Raises:
            ControlError: it does not answer, or the message cannot be delivered.
        """
        return expected(Delivered, await _asked(self._file, Send(to, text)))

    async def stop(self, name: str) -> Stopping:
        """End one of its agents, or all of the run if that is the one that it is for.

        Raises:
            ControlError: it does not answer, or has no such agent.
        """
        return expected(Stopping, await _asked(self._file, Stop(name)))

    @asynccontextmanager
    async def attach(self, name: str) -> AsyncGenerator[Attachment]:
        """Watch one of its agents during the block, and talk to it.

        Raises:
            ControlError: it does not answer, or has no such agent.
        """
        async with connected(self._file) as talk:
            with in_time(self.pid):
                await talk.send(Attach(name))
                attached = expected(Attached, await talk.reply())
            yield Attachment(talk, attached.path)


async def find_runs(home: Home | None = None) -> tuple[Running, ...]:
    """Find all runs of this user on this machine, the oldest first, and ask how they stand.

    What is left of runs that were killed is removed.

    Args:
        home: where their sockets are; None for the user's own.

    Raises:
        UsageError: there is no home directory.
    """
    found: list[Running] = []

    async def look(file: SocketFile) -> None:
        try:
            run = expected(RunView, await _asked(file, GetRun()))
        except NobodyListens:
            if file.is_left_over:
                file.remove()
        except ControlError:
            found.append(Running(file, None))
        else:
            found.append(Running(file, run))

    files = socket_files(home or Home.default())
    async with trio.open_nursery() as nursery:
        for file in files:
            nursery.start_soon(look, file)
    return tuple(sorted(found, key=_age))


def _age(running: Running) -> tuple[int, int]:
    return (0 if running.run is None else running.run.started_ns, running.pid)


async def _asked(file: SocketFile, request: Request) -> Reply:
    with in_time(file.pid):
        async with connected(file) as talk:
            await talk.send(request)
            return await talk.reply()
