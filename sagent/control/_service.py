"""What a control socket does for those who connect."""

import logging
from collections.abc import Callable, Iterable
from typing import assert_never

import attrs
import trio

from sagent.actors import Feed, Missed, Node, Ref, System
from sagent.agent import AGENTS, Mail, Prompt, RunEvent, Watch
from sagent.control._event_json import event_json
from sagent.control._line import LineDecoder
from sagent.control._origin import Origin, origin_of
from sagent.control._peer import HasOptions, is_own_user, peer_pid
from sagent.control._protocol import (
    Attach,
    Attached,
    Delivered,
    Ended,
    GetRun,
    GetTree,
    Lost,
    Refused,
    Reply,
    Request,
    Say,
    Send,
    Stop,
    Stopping,
    Told,
    decode_request,
    encode_reply,
)
from sagent.control._snapshot import ANSWER_S, Snapshot
from sagent.control._socket_file import socket_files
from sagent.errors import ControlError, SagentError, UnknownNameError
from sagent.home import Home

MOST_REQUEST_BYTES = 1_000_000
MOST_EVENTS_HELD = 1_000
MOST_WAITING = 1_000
"""How many messages may wait for an agent before no more are taken here."""
FIRST_LINE_S = 10
"""Who connects says what they want within that."""
_CHUNK_BYTES = 65_536
_MOST_NAMED = 20

_log = logging.getLogger(__name__)


@attrs.define(eq=False)
class Service:
    """Answers requests about one system.

    Args:
        system: whose agents are told of.
        home: where the sockets of other runs are.
        own: the name of the agent that the run is for; "" for the first.
        end: ends the run, when that agent is to stop; None to stop it as any other.
        started_ns: when the run began.
    """

    _system: System
    _home: Home
    _own: str
    _end: Callable[[], object] | None
    _started_ns: int

    async def serve(self, stream: trio.SocketStream) -> None:
        """Serve one connection to its end; what goes wrong with it is its own alone."""
        try:
            await _Talk(self, stream).hold()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass  # the client has gone
        except Exception:  # noqa: BLE001  # whatever it is, it must not end the run
            _log.exception("a connection to the control socket failed")

    async def origin(self, peer: HasOptions) -> Origin:
        """Tell who speaks through *peer*."""
        # Not in the common limiter: busy tools could fill it.
        return await trio.to_thread.run_sync(
            self._origin, peer_pid(peer), limiter=trio.CapacityLimiter(1)
        )

    def _origin(self, pid: int | None) -> Origin:
        return origin_of(pid, runs=[file.pid for file in socket_files(self._home)])

    async def reply(self, request: Request) -> Reply:
        """Do what is asked in one go, and say what came of it."""
        match request:
            case GetRun():
                snapshot = await Snapshot.of(self._system)
                return snapshot.run(own=self._own, started_ns=self._started_ns)
            case GetTree():
                return (await Snapshot.of(self._system)).tree(self._system.tree())
            case Send(to=name, text=text):
                return self.say(self.find(name), text)
            case Stop(name=name):
                return Stopping(self._path_of(name))  # which it does once it has said so
            case Attach() | Say():
                raise ControlError("say it on a connection that is attached: Attach comes first")
            case _:
                assert_never(request)

    def find(self, name: str) -> Ref[Mail]:
        """Find an agent by its name or its path.

        Raises:
            UnknownNameError: there is none; the message names those that there are.
        """
        if (ref := self._system.member(AGENTS, name)) is not None:
            return ref
        members = self._system.members(AGENTS)
        names = [ref.name for ref in members[:_MOST_NAMED]]
        more = f" (and {len(members) - _MOST_NAMED} more)" if len(members) > _MOST_NAMED else ""
        raise UnknownNameError(
            f"unknown agent: {name[:80]!r}; there are: {', '.join(names) or 'none'}{more}"
        )

    async def watch(self, ref: Ref[Mail]) -> Feed[RunEvent]:
        """Ask an agent for what happens to it.

        Raises:
            ControlError: it does not answer; meanwhile nobody would see its client go.
        """
        with trio.move_on_after(ANSWER_S):
            return await ref.ask(Watch(capacity=MOST_EVENTS_HELD), lane="front")
        raise ControlError(f"{ref.name} does not answer within {ANSWER_S} s: try again")

    def say(self, ref: Ref[Mail], text: str) -> Delivered:
        """Put *text* before the agent, as a user's message.

        Raises:
            ControlError: there is nothing in it, or too much waits there already.
        """
        if not text.strip():
            raise ControlError("there is nothing in the message: write something")
        if _waiting(self._system.tree(), ref.path) >= MOST_WAITING:
            raise ControlError(
                f"{MOST_WAITING} messages wait for {ref.name}: let it read them before you say more"
            )
        ref.tell(Prompt(text), lane="front")
        return Delivered(ref.path)

    def stop(self, path: str) -> None:
        """End the agent at *path*, or the run, if the run is for it, or that is the run's name."""
        members = self._system.members(AGENTS)
        if path == self._own and self._end is not None and not self._has_own(members):
            self._end()
            return
        own = self._own or (members[0].name if members else "")
        for ref in members:
            if ref.path == path and ref.name == own and self._end is not None:
                self._end()
            elif ref.path == path:
                ref.stop()

    def _path_of(self, name: str) -> str:
        """Find what is to be stopped; a run may have a name and no agent that it is for."""
        is_named = name == self._own and self._end is not None
        if is_named and not self._has_own(self._system.members(AGENTS)):
            return name
        return self.find(name).path

    def _has_own(self, members: Iterable[Ref[Mail]]) -> bool:
        return any(ref.name == self._own for ref in members)


def _waiting(node: Node, path: str) -> int:
    if node.path == path:
        return node.inbox
    return sum(_waiting(child, path) for child in node.children)


def _told(event: RunEvent | Missed) -> Reply:
    return Lost(event.count) if isinstance(event, Missed) else Told(event_json(event))


@attrs.define(eq=False)
class _Talk:
    """One connection."""

    _service: Service
    _stream: trio.SocketStream
    _lines: LineDecoder = attrs.field(factory=lambda: LineDecoder(MOST_REQUEST_BYTES), init=False)
    _sending: trio.Lock = attrs.field(factory=trio.Lock, init=False)
    _origin: Origin = attrs.field(default="gone", init=False)

    async def hold(self) -> None:
        """Answer what is asked."""
        async with self._stream:
            try:
                if not is_own_user(self._stream.socket):
                    raise ControlError("this socket is for the user whose run it is")
                self._origin = await self._service.origin(self._stream.socket)
                request: Request | None = None
                with trio.move_on_after(FIRST_LINE_S):
                    request = await self._next()
                if request is None:
                    return
                if isinstance(request, Attach):
                    await self._attach(self._service.find(request.name))
                else:
                    await self._answer(request)
            except SagentError as error:
                await self._send(Refused(str(error), type(error).__name__))

    async def _answer(self, request: Request) -> None:
        if isinstance(request, Send | Stop):
            self._check_person()
        reply = await self._service.reply(request)
        try:
            await self._send(reply)
        finally:
            if isinstance(reply, Stopping):
                self._service.stop(reply.path)

    async def _attach(self, ref: Ref[Mail]) -> None:
        feed = await self._service.watch(ref)
        await self._send(Attached(ref.path))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._listen, ref, nursery.cancel_scope)
            try:
                async for event in feed:
                    await self._send(_told(event))
                await self._send(Ended())
            except trio.BrokenResourceError:
                pass  # it has gone
            nursery.cancel_scope.cancel()

    async def _listen(self, ref: Ref[Mail], scope: trio.CancelScope) -> None:
        """Pass on what is said, until the client goes."""
        try:
            while (request := await self._next()) is not None:
                await self._send(self._heard(ref, request))
        except trio.BrokenResourceError:
            pass  # it has gone
        except SagentError as error:
            await self._send(Refused(str(error), type(error).__name__))
        scope.cancel()

    def _heard(self, ref: Ref[Mail], request: Request) -> Reply:
        if not isinstance(request, Say):
            return Refused("this connection is attached: open another for anything but Say")
        try:
            self._check_person()
            return self._service.say(ref, request.text)
        except SagentError as error:
            return Refused(str(error), type(error).__name__)

    def _check_person(self) -> None:
        """See whether what is said may count as a person's word.

        Raises:
            ControlError: it may not.
        """
        if self._origin == "command":
            raise ControlError(
                "this comes from a command that an agent has run, and only a person may say it "
                "here: an agent writes to another, or stops it, with AgentSend; a person takes a "
                "terminal of their own"
            )
        if self._origin == "gone":
            raise ControlError(
                "who said this did not wait, so nobody knows who it was: wait for the answer"
            )

    async def _next(self) -> Request | None:
        while (line := self._lines.line()) is None:
            received = await self._stream.receive_some(_CHUNK_BYTES)
            if not received:
                return None
            self._lines.feed(received)
        return decode_request(line)

    async def _send(self, reply: Reply) -> None:
        async with self._sending:
            await self._stream.send_all(encode_reply(reply))
