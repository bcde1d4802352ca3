"""A connection to a running sagent, from the side of who looks."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

import attrs
import trio

from sagent.control._line import LineDecoder
from sagent.control._peer import is_own_user
from sagent.control._protocol import Refused, Reply, Request, decode_reply, encode_request
from sagent.control._socket_file import SocketFile
from sagent.errors import ControlError

MOST_REPLY_BYTES = 64_000_000
ANSWER_S = 3
"""How long a run may take to answer; one that was suspended never does."""
_CHUNK_BYTES = 65_536


class NobodyListens(ControlError):
    """The socket is there, and its process is not."""


@attrs.define(eq=False)
class Talk:
    """Sends requests, and reads replies as they come."""

    _stream: trio.SocketStream
    _pid: int
    _lines: LineDecoder = attrs.field(factory=lambda: LineDecoder(MOST_REPLY_BYTES), init=False)

    async def send(self, request: Request) -> None:
        """Send *request*.

        Raises:
            ControlError: the process has gone.
        """
        try:
            await self._stream.send_all(encode_request(request))
        except trio.BrokenResourceError as error:
            raise self._gone() from error

    async def reply(self) -> Reply:
        """Wait for what it says next.

        Raises:
            ControlError: the process has gone, or says what is no reply.
        """
        while (line := self._lines.line()) is None:
            try:
                received = await self._stream.receive_some(_CHUNK_BYTES)
            except trio.BrokenResourceError as error:
                raise self._gone() from error
            if not received:
                raise self._gone()
            self._lines.feed(received)
        return decode_reply(line)

    def _gone(self) -> ControlError:
        return ControlError(
            f"process {self._pid} has gone, or has too many who look: see sagent ps"
        )


@asynccontextmanager
async def connected(file: SocketFile) -> AsyncGenerator[Talk]:
    """Hold a connection to the process of *file*.

    Raises:
        NobodyListens: there is none any more.
        ControlError: it cannot be reached.
    """
    with trio.socket.socket(trio.socket.AF_UNIX, trio.socket.SOCK_STREAM) as end:
        try:
            await end.connect(file.address)
        except (ConnectionRefusedError, FileNotFoundError) as error:
            raise NobodyListens(f"process {file.pid} has gone: see sagent ps") from error
        except OSError as error:
            raise ControlError(
                f"process {file.pid} cannot be reached: {error.strerror or error}"
            ) from error
        if not is_own_user(end):
            raise ControlError(f"{file.path} is another user's: leave it alone")
        yield Talk(trio.SocketStream(end), file.pid)


@contextmanager
def in_time(pid: int) -> Generator[None]:
    """Let the block take `ANSWER_S` at most.

    Raises:
        ControlError: it took longer.
    """
    try:
        with trio.fail_after(ANSWER_S):
            yield
    except trio.TooSlowError as error:
        raise ControlError(
            f"process {pid} does not answer within {ANSWER_S} s: it may be suspended"
        ) from error


def expected[R: Reply](kind: type[R], reply: Reply) -> R:
    """Give *reply*, which is to be of that *kind*.

    Raises:
        ControlError: it is another, or a refusal, which is told.
    """
    if isinstance(reply, kind):
        return reply
    if isinstance(reply, Refused):
        raise ControlError(reply.message)
    raise ControlError("it answered something else than was asked: use one sagent for both")
