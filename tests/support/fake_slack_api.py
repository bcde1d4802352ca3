"""The Web API of a workspace on loopback, which holds whoever talks to it to the protocol.

It refuses what the real one refuses: a token that is missing or of the wrong kind, fields that are
missing, texts and blocks that are too long, messages that are not there.
"""

import json
from collections.abc import Mapping
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

import attrs
import h11
import httpx
import trio

APP = "xapp-1-A0-test"
BOT = "xoxb-1-test"
BOT_USER = "U0BOT"
ADA = "U0ADA"
BEN = "U0BEN"
CHANNEL = "C0WORK"
DM = "D0ADA"

REQUIRED = {
    "apps.connections.open": (),
    "auth.test": (),
    "chat.postMessage": ("channel", "text"),
    "chat.postEphemeral": ("channel", "user", "text"),
    "chat.update": ("channel", "ts", "text"),
    "chat.delete": ("channel", "ts"),
    "files.getUploadURLExternal": ("filename", "length"),
    "files.completeUploadExternal": ("files",),
}
METHOD_SCOPES = {
    "apps.connections.open": "",
    "auth.test": "",
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
}
"""What the bot's token needs for each, by Slack's reference; the app's has its own."""
EVENT_SCOPES = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "reaction_added": "reactions:read",
}


@attrs.define
class Message:
    """A message of the bot, as it is shown."""

    channel: str
    ts: str
    text: str
    thread: str = ""
    username: str = ""
    blocks: Any = None
    versions: list[str] = attrs.field(factory=list[str])
    is_deleted: bool = False


@attrs.frozen
class Fault:
    """What is answered in place of the right thing, once."""

    status: int = 200
    body: Mapping[str, object] = attrs.field(factory=lambda: {"ok": False, "error": "fatal_error"})
    headers: Mapping[str, str] = attrs.field(factory=dict[str, str])


@attrs.define
class Call:
    method: str
    fields: dict[str, str]
    at: float


@attrs.define(eq=False)
class FakeWebApi:
    """What is written into one workspace, and by whom it may be.

    Attributes:
        messages: what the bot has written, in order.
        whispers: what it has told one user alone, as channel, user and text.
        calls: every call of a method.
        broken: what was against the protocol.
        faults: what goes wrong next, by method.
        files: what is given out, by path.
        shared: what was uploaded and completed, by name.
        comments: what was said with it, in order.
    """

    app_token: str = APP
    bot_token: str = BOT
    scopes: set[str] = attrs.field(factory=lambda: {"chat:write.customize"})
    messages: list[Message] = attrs.field(factory=list[Message])
    whispers: list[tuple[str, str, str]] = attrs.field(factory=list[tuple[str, str, str]])
    calls: list[Call] = attrs.field(factory=list[Call])
    broken: list[str] = attrs.field(factory=list[str])
    faults: dict[str, list[Fault]] = attrs.field(factory=dict[str, list[Fault]])
    files: dict[str, tuple[str, bytes]] = attrs.field(factory=dict[str, tuple[str, bytes]])
    shared: dict[str, tuple[str, str, bytes]] = attrs.field(
        factory=dict[str, tuple[str, str, bytes]]
    )
    comments: list[str] = attrs.field(factory=list[str])
    port: int = 0
    socket_port: int = 0
    _uploads: dict[str, tuple[str, bytes]] = attrs.field(
        factory=dict[str, tuple[str, bytes]], init=False
    )
    _tickets: set[str] = attrs.field(factory=set[str], init=False)
    _numbers: Any = attrs.field(factory=lambda: count(1), init=False)
    changed: trio.Condition = attrs.field(factory=trio.Condition, init=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/"

    def transport(self) -> httpx.MockTransport:
        """Give a way here without sockets, for virtual time."""

        async def handle(request: httpx.Request) -> httpx.Response:
            await trio.lowlevel.checkpoint()
            body = await request.aread()
            head = {name.lower(): value for name, value in request.headers.items()}
            status, headers, answer = await self.answer(
                request.method, request.url.raw_path.decode(), head, body
            )
            return httpx.Response(status, headers=headers, content=answer)

        return httpx.MockTransport(handle)

    async def answer(
        self, verb: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        if path.startswith("/files/"):
            return self._file(path, headers)
        if path.startswith("/upload/"):
            return self._upload(path, headers, body)
        method = path.removeprefix("/api/")
        if verb != "POST" or method not in REQUIRED:
            self.broken.append(f"{verb} {path}")
            return _json({"ok": False, "error": "unknown_method"})
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
        self.calls.append(Call(method, fields, trio.current_time()))
        if faults := self.faults.get(method):
            fault = faults.pop(0)
            return _json(fault.body, fault.status, fault.headers)
        answer = self._refusal(method, fields, headers) or self._do(method, fields)
        async with self.changed:
            self.changed.notify_all()
        return _json(answer)

    def _refusal(
        self, method: str, fields: Mapping[str, str], headers: Mapping[str, str]
    ) -> dict[str, object] | None:
        token = headers.get("authorization", "")
        right = self.app_token if method == "apps.connections.open" else self.bot_token
        if not token:
            self.broken.append(f"{method} without a token")
            return {"ok": False, "error": "not_authed"}
        if token != f"Bearer {right}":
            wrong_kind = token.startswith("Bearer xapp-") != right.startswith("xapp-")
            return {
                "ok": False,
                "error": "not_allowed_token_type" if wrong_kind else "invalid_auth",
            }
        kind = headers.get("content-type", "")
        if fields and kind != "application/x-www-form-urlencoded":
            self.broken.append(f"{method} as {kind}")
        if missing := [name for name in REQUIRED[method] if not fields.get(name)]:
            self.broken.append(f"{method} without {missing}")
            return {"ok": False, "error": "missing_argument"}
        if "username" in fields and "chat:write.customize" not in self.scopes:
            return {"ok": False, "error": "missing_scope", "needed": "chat:write.customize"}
        return self._refused_text(method, fields)

    def _refused_text(self, method: str, fields: Mapping[str, str]) -> dict[str, object] | None:
        text = fields.get("text", "")
        if method in {"chat.update", "chat.postMessage"} and len(text) > 4_000:
            self.broken.append(f"{method} with {len(text)} characters")
            return {"ok": False, "error": "msg_too_long"}
        if any("<!" in value for value in fields.values()):
            self.broken.append(f"{method} calls a whole channel")
        blocks = json.loads(fields.get("blocks", "[]"))
        if wrong := _wrong_block(blocks):
            self.broken.append(f"{method}: {wrong}")
            return {"ok": False, "error": "invalid_blocks"}
        return None

    def _do(self, method: str, fields: Mapping[str, str]) -> dict[str, object]:  # noqa: PLR0911  # one for each method
        match method:
            case "auth.test":
                return {"ok": True, "user_id": BOT_USER, "user": "sagent", "team": "Work"}
            case "apps.connections.open":
                ticket = f"t{next(self._numbers)}"
                self._tickets.add(ticket)
                return {
                    "ok": True,
                    "url": f"ws://127.0.0.1:{self.socket_port}/link/?ticket={ticket}",
                }
            case "chat.postMessage":
                return self._post(fields)
            case "chat.postEphemeral":
                self.whispers.append((fields["channel"], fields["user"], fields["text"]))
                return {"ok": True, "message_ts": self.stamp()}
            case "chat.update" | "chat.delete":
                return self._change(method, fields)
            case "files.getUploadURLExternal":
                name = f"F{next(self._numbers)}"
                self._uploads[name] = (fields["filename"], b"")
                return {
                    "ok": True,
                    "file_id": name,
                    "upload_url": f"http://127.0.0.1:{self.port}/upload/{name}",
                }
            case _:
                for file in json.loads(fields["files"]):
                    title, content = self._uploads[file["id"]]
                    place = fields["channel_id"], fields.get("thread_ts", "")
                    self.shared[title] = (*place, content)
                self.comments.append(fields.get("initial_comment", ""))
                return {"ok": True, "files": []}

    def _post(self, fields: Mapping[str, str]) -> dict[str, object]:
        message = Message(
            fields["channel"],
            self.stamp(),
            fields["text"],
            fields.get("thread_ts", ""),
            fields.get("username", ""),
            json.loads(fields["blocks"]) if "blocks" in fields else None,
        )
        message.versions.append(message.text)
        self.messages.append(message)
        return {"ok": True, "channel": message.channel, "ts": message.ts}

    def _change(self, method: str, fields: Mapping[str, str]) -> dict[str, object]:
        for message in self.messages:
            place = message.channel, message.ts
            if place == (fields["channel"], fields["ts"]) and not message.is_deleted:
                if method == "chat.delete":
                    message.is_deleted = True
                else:
                    message.text = fields["text"]
                    message.versions.append(message.text)
                    message.blocks = json.loads(fields.get("blocks", "[]"))
                return {"ok": True, "ts": message.ts}
        return {"ok": False, "error": "message_not_found"}

    def _file(self, path: str, headers: Mapping[str, str]) -> tuple[int, Mapping[str, str], bytes]:
        if headers.get("authorization") != f"Bearer {self.bot_token}":
            return 302, {"location": "https://slack.com/signin"}, b""
        kind, content = self.files[path]
        return 200, {"content-type": kind}, content

    def _upload(
        self, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        if "authorization" in headers:
            self.broken.append("a token went to the upload")
        name = path.removeprefix("/upload/")
        self._uploads[name] = (self._uploads[name][0], body)
        return 200, {}, b"OK"

    def stamp(self) -> str:
        """Make the time stamp of a message."""
        return f"1700000000.{next(self._numbers):06d}"

    async def until(self, holds: Any) -> None:
        """Wait until *holds*, ten seconds at most."""
        with trio.fail_after(10):
            async with self.changed:
                while not holds():
                    await self.changed.wait()

    async def shown(self, text: str, *, times: int = 1) -> Message:
        """Wait for a message of the bot that has *text* in it, or for so many of them."""

        def found() -> list[Message]:
            return [one for one in self.messages if text in one.text and not one.is_deleted]

        try:
            await self.until(lambda: len(found()) >= times)
        except trio.TooSlowError as error:
            raise AssertionError(
                f"{text!r} is not shown; there is {[one.text for one in self.messages]}"
            ) from error
        return found()[-1]

    async def serve_http(self, stream: trio.SocketStream) -> None:
        """Answer the requests of one connection."""
        connection = h11.Connection(h11.SERVER)
        async with stream:
            while True:
                try:
                    request, body = await _read(stream, connection)
                except (trio.BrokenResourceError, EOFError, h11.RemoteProtocolError):
                    return
                headers = {
                    bytes(name).decode(): bytes(value).decode() for name, value in request.headers
                }
                status, told, content = await self.answer(
                    request.method.decode(), request.target.decode(), headers, body
                )
                head = [*told.items(), ("content-length", str(len(content)))]
                out = connection.send(h11.Response(status_code=status, headers=head)) or b""
                out += connection.send(h11.Data(content)) or b""
                out += connection.send(h11.EndOfMessage()) or b""
                await stream.send_all(out)
                if connection.our_state is h11.MUST_CLOSE:
                    return
                connection.start_next_cycle()


async def _read(stream: trio.SocketStream, connection: h11.Connection) -> tuple[h11.Request, bytes]:
    request, body = None, b""
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await stream.receive_some())
        elif isinstance(event, h11.Request):
            request = event
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            assert request is not None
            return request, body
        else:
            raise EOFError


def _json(
    body: Mapping[str, object], status: int = 200, headers: Mapping[str, str] | None = None
) -> tuple[int, Mapping[str, str], bytes]:
    return (
        status,
        {"content-type": "application/json", **(headers or {})},
        json.dumps(body).encode(),
    )


def _wrong_block(blocks: list[Any]) -> str:
    """Tell what is wrong with *blocks*, by the limits of Slack's reference."""
    names = [block["block_id"] for block in blocks if "block_id" in block]
    if len(names) != len(set(names)) or len(blocks) > 50 or any(len(n) > 255 for n in names):
        return "block_id"
    for block in blocks:
        if block["type"] == "section" and not 0 < len(block["text"]["text"]) <= 3_000:
            return "section"
        elements = block.get("elements", ())
        actions = [one["action_id"] for one in elements if "action_id" in one]
        if len(actions) != len(set(actions)) or len(elements) > 25:
            return "action_id"
        for element in elements:
            options = element.get("options", ())
            texts: list[dict[str, str]] = [
                one["text"] for one in (element, *options) if isinstance(one.get("text"), dict)
            ]
            if any(not 0 < len(text["text"]) <= 75 for text in texts) or len(options) > 10:
                return str(element["type"])
    return ""
