"""A Slack workspace on loopback, which holds whoever talks to it to the protocol.

The socket wants its ticket, once, and every envelope acknowledged within three seconds; what is not
is `broken`. The Web API beside it is in `fake_slack_api`.
"""

import json
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import attrs
import trio
from anyio.from_thread import start_blocking_portal
from fake_slack_api import (
    ADA,
    APP,
    BEN,
    BOT,
    BOT_USER,
    CHANNEL,
    DM,
    FakeWebApi,
    Fault,
    Message,
)
from websockets.exceptions import ConnectionClosed
from websockets.trio.server import ServerConnection, serve

__all__ = [
    "ADA",
    "APP",
    "BEN",
    "BOT",
    "BOT_USER",
    "CHANNEL",
    "DM",
    "FakeSlack",
    "Fault",
    "Message",
    "open_slack",
    "serve_slack",
]

ACK_S = 3.0


@attrs.define(eq=False)
class FakeSlack(FakeWebApi):
    """One workspace.

    Attributes:
        acked: which envelopes were acknowledged.
        connections: how often its socket was opened.
        others: how many connections other processes have.
    """

    acked: list[str] = attrs.field(factory=list[str])
    connections: int = 0
    others: int = 0
    _open: int = attrs.field(default=0, init=False)
    _connection: ServerConnection | None = attrs.field(default=None, init=False)
    _waiting: dict[str, trio.Event] = attrs.field(factory=dict[str, trio.Event], init=False)

    async def say(
        self,
        text: str,
        *,
        user: str = ADA,
        channel: str = CHANNEL,
        thread: str = "",
        ts: str = "",
        files: list[dict[str, object]] | None = None,
        kind: str = "message",
    ) -> str:
        """Let a person say something; give its time stamp when the bot has acknowledged it."""
        ts = ts or self.stamp()
        event: dict[str, object] = {
            "type": kind,
            "user": user,
            "channel": channel,
            "channel_type": "im" if channel.startswith("D") else "channel",
            "text": text,
            "ts": ts,
        }
        if thread:
            event["thread_ts"] = thread
        if files:
            event |= {"subtype": "file_share", "files": files}
        await self.deliver_event(event)
        return ts

    async def react(self, emoji: str, message: Message, *, user: str = ADA) -> None:
        item = {"type": "message", "channel": message.channel, "ts": message.ts}
        await self.deliver_event(
            {"type": "reaction_added", "user": user, "reaction": emoji, "item": item}
        )

    async def press(
        self, message: Message, label: str, *, ticked: list[int] | None = None, user: str = ADA
    ) -> None:
        """Press the button that is called *label*, with the boxes *ticked*."""
        assert message.blocks, f"no buttons: {message.text}"
        values: dict[str, object] = {}
        actions: list[dict[str, object]] = []
        for block in message.blocks:
            for element in block.get("elements", ()):
                if element.get("type") == "checkboxes":
                    chosen = [element["options"][number] for number in ticked or ()]
                    values[block["block_id"]] = {
                        element["action_id"]: {"type": "checkboxes", "selected_options": chosen}
                    }
                elif element.get("type") == "button" and element["text"]["text"] == label:
                    actions.append(
                        {
                            "type": "button",
                            "block_id": block["block_id"],
                            "action_id": element["action_id"],
                        }
                    )
        payload = {
            "type": "block_actions",
            "user": {"id": user},
            "channel": {"id": message.channel},
            "message": {"ts": message.ts}
            | ({"thread_ts": message.thread} if message.thread else {}),
            "state": {"values": values},
            "actions": actions,
        }
        await self.deliver("interactive", payload)

    async def deliver_event(self, event: Mapping[str, object]) -> None:
        payload = {"type": "event_callback", "event_id": f"Ev{next(self._numbers)}", "event": event}
        await self.deliver("events_api", payload)

    async def deliver(
        self, kind: str, payload: Mapping[str, object], *, envelope_id: str = ""
    ) -> str:
        """Send an envelope, and wait until it is acknowledged."""
        envelope_id = envelope_id or f"e{next(self._numbers)}"
        acknowledged = await self.send_envelope(kind, payload, envelope_id)
        with trio.move_on_after(ACK_S):
            await acknowledged.wait()
            return envelope_id
        self.broken.append(f"{envelope_id} is not acknowledged")
        return envelope_id

    async def send_envelope(
        self, kind: str, payload: Mapping[str, object], envelope_id: str
    ) -> trio.Event:
        """Send an envelope, and give the event of its acknowledgement."""
        acknowledged = self._waiting[envelope_id] = trio.Event()
        told = {"type": kind, "envelope_id": envelope_id, "payload": payload}
        await self.send(told | {"accepts_response_payload": False})
        return acknowledged

    async def send(self, frame: Mapping[str, object] | str) -> None:
        await self.until(lambda: self._connection is not None)
        assert self._connection is not None
        await self._connection.send(frame if isinstance(frame, str) else json.dumps(frame))

    async def cut(self) -> None:
        """Let the connection break without a word."""
        connection, self._connection = self._connection, None
        assert connection is not None
        await trio.aclose_forcefully(connection.stream)

    async def attend(self, connection: ServerConnection) -> None:
        """Hold one connection of the socket."""
        assert connection.request is not None
        ticket = connection.request.path.partition("ticket=")[2]
        if ticket not in self._tickets:
            self.broken.append(f"no such ticket: {ticket}")
            return
        self._tickets.remove(ticket)
        self.connections += 1
        self._open += 1
        hello = {"type": "hello", "num_connections": self._open + self.others}
        await connection.send(json.dumps(hello))
        self._connection = connection
        async with self.changed:
            self.changed.notify_all()
        try:
            while True:
                self._note_ack(await connection.recv())
        except ConnectionClosed:
            self._open -= 1
            if self._connection is connection:
                self._connection = None

    def _note_ack(self, frame: str | bytes) -> None:
        try:
            envelope_id = json.loads(frame)["envelope_id"]
            self._waiting.pop(envelope_id).set()
        except (ValueError, KeyError, TypeError):
            self.broken.append(f"no acknowledgement: {frame!r}")
        else:
            self.acked.append(envelope_id)


@asynccontextmanager
async def open_slack() -> AsyncGenerator[FakeSlack, None]:
    """Serve a workspace; in the end nothing must have been against the protocol."""
    slack = FakeSlack()
    async with trio.open_nursery() as nursery:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        slack.port = listeners[0].socket.getsockname()[1]
        nursery.start_soon(trio.serve_listeners, slack.serve_http, listeners)
        sockets = await trio.open_tcp_listeners(0, host="127.0.0.1")
        slack.socket_port = sockets[0].socket.getsockname()[1]
        await nursery.start(_serve_socket, slack, sockets)
        yield slack
        nursery.cancel_scope.cancel()
    assert slack.broken == []


async def _serve_socket(
    slack: FakeSlack, listeners: list[trio.SocketListener], *, task_status: Any
) -> None:
    await serve(slack.attend, listeners=listeners, compression=None, task_status=task_status)


@contextmanager
def serve_slack() -> Generator[FakeSlack]:
    """Serve a workspace in a thread, for what brings a trio of its own."""
    with (
        start_blocking_portal("trio") as portal,
        portal.wrap_async_context_manager(open_slack()) as slack,
    ):
        yield slack
