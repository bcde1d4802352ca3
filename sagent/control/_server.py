"""The socket of a run: the only place where its service waits for connections."""

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial

import attrs
import trio

from sagent.actors import System
from sagent.control._socket_file import bound_socket
from sagent.home import Home

MOST_CONNECTIONS = 32
"""How many are served at a time; more are closed at once."""


@attrs.define(eq=False)
class _Door:
    """Lets connections in, as many as there is room for."""

    _system: System
    _home: Home
    _own: str
    _end: Callable[[], object] | None
    _started_ns: int
    _inside: int = attrs.field(default=0, init=False)

    async def admit(self, stream: trio.SocketStream) -> None:
        if self._inside >= MOST_CONNECTIONS:
            await trio.aclose_forcefully(stream)
            return
        from sagent.control._service import Service  # noqa: PLC0415  # most runs are never asked

        self._inside += 1
        try:
            service = Service(self._system, self._home, self._own, self._end, self._started_ns)
            await service.serve(stream)
        finally:
            self._inside -= 1


@asynccontextmanager
async def open_control(
    system: System,
    *,
    home: Home | None = None,
    own: str = "",
    end: Callable[[], object] | None = None,
) -> AsyncGenerator[None]:
    """Let this user see and steer the agents of *system* from other processes, during the block.

    They are reached through a socket in the home's folder ``run``, which only this user can
    enter; it is gone after the block. Leaving the block closes all connections at once, and what
    the block raises is raised in no group.

    Args:
        system: whose agents.
        home: where the socket is; None for the user's own.
        own: the name of the agent that this process is for; "" for the first of *system*.
        end: called when that agent is to be stopped, to end the process in its own way; None to
            stop the agent alone.

    Raises:
        ControlError: no socket can be made there.
        UsageError: there is no home directory.
    """
    home = home or Home.default()
    door = _Door(system, home, own, end, time.time_ns())
    failure: Exception | None = None
    with bound_socket(home) as listener:
        listening = trio.SocketListener(trio.socket.from_stdlib_socket(listener))
        async with listening, trio.open_nursery() as nursery:
            nursery.start_soon(partial(trio.serve_listeners, door.admit, [listening]))
            try:
                yield
            except Exception as error:  # noqa: BLE001  # raised below, outside of the nursery
                failure = error
            nursery.cancel_scope.cancel()
    if failure is not None:
        raise failure
