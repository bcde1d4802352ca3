"""What the bot writes into Slack, and the files that go in and out."""

from collections.abc import Callable, Sequence
from typing import assert_never

import attrs

from sagent.errors import SlackError
from sagent.lib.json import JSON
from sagent.slack._fields import text_of
from sagent.slack._heard import Place
from sagent.slack._mrkdwn import to_mrkdwn
from sagent.slack._pace import Tier
from sagent.slack._pages import Delete, Edit, Post, Update, edited, next_edit
from sagent.slack._web_api import WebApi

_GONE = frozenset({"message_not_found", "cant_update_message", "cant_delete_message"})
"""Somebody has deleted the message, which is theirs to do."""
_SCOPE = "missing_scope"


@attrs.define(eq=False)
class Board:
    """Writes with the bot's token, in the order of each channel.

    Args:
        api: with that token.
        note: is told of every message of an agent: its channel, its time stamp, and the agent.
    """

    api: WebApi
    _note: Callable[[Place, str, str], object]
    _signs: bool = attrs.field(default=True, init=False)
    """Whether messages may have an agent's name, for which the app needs a scope."""

    async def post(
        self, place: Place, text: str, *, author: str = "", blocks: Sequence[JSON] | None = None
    ) -> str:
        """Say *text*, and give the message's time stamp.

        Raises:
            SlackError: it cannot be said there.
        """
        async with self.api.gate.turn("posts", place.channel):
            return await self._post(place, text, author, blocks)

    async def update(
        self, channel: str, ts: str, text: str, *, blocks: Sequence[JSON] = ()
    ) -> None:
        """Let a message say *text*.

        Raises:
            SlackError: it cannot.
        """
        async with self.api.gate.turn("updates", channel):
            await self._update(channel, ts, text, blocks)

    async def whisper(self, place: Place, user: str, text: str) -> None:
        """Say *text* to one user alone.

        Raises:
            SlackError: it cannot be said there.
        """
        async with self.api.gate.turn("posts", place.channel):
            told: dict[str, JSON] = {
                "channel": place.channel,
                "user": user,
                "text": text,
                "thread_ts": place.thread or None,
            }
            await self.api.call("chat.postEphemeral", told, tier="posts")

    async def share(self, place: Place, name: str, content: bytes, comment: str) -> None:
        """Share a file, with a *comment* in Markdown.

        Raises:
            SlackError: it is not taken.
        """
        size: dict[str, JSON] = {"filename": name, "length": len(content)}
        target = await self.api.call("files.getUploadURLExternal", size)
        await self.api.upload(text_of(target, "upload_url"), content)
        async with self.api.gate.turn("posts", place.channel):
            await self.api.call(
                "files.completeUploadExternal",
                {
                    "files": [{"id": text_of(target, "file_id"), "title": name}],
                    "channel_id": place.channel,
                    "thread_ts": place.thread or None,
                    "initial_comment": to_mrkdwn(comment) or None,
                },
            )

    async def show(self, sheet: "Sheet", wanted: Callable[[], tuple[str, ...]]) -> bool:
        """Bring *sheet* one step nearer to what is *wanted*, and tell whether there was one.

        What is wanted is asked for again when it is the sheet's turn.

        Raises:
            SlackError: Slack cannot be reached, or refuses.
        """
        edit = next_edit(sheet.shown, wanted())
        if edit is None:
            return False
        tier: Tier = "posts" if isinstance(edit, Post) else "updates"
        async with self.api.gate.turn(tier, sheet.place.channel):
            edit = next_edit(sheet.shown, wanted())
            if edit is not None:
                await self._perform(sheet, edit)
        return True

    async def _perform(self, sheet: "Sheet", edit: Edit) -> None:
        channel = sheet.place.channel
        try:
            match edit:
                case Post(text=text):
                    ts = await self._post(sheet.place, text, sheet.author, None)
                    sheet.stamps.append(ts)
                case Update(index=index, text=text):
                    await self._update(channel, sheet.stamps[index], text, ())
                case Delete(index=index):
                    gone = {"channel": channel, "ts": sheet.stamps[index]}
                    await self.api.call("chat.delete", gone, tier="updates")
                case _:
                    assert_never(edit)
        except SlackError as error:
            if error.code not in _GONE or isinstance(edit, Post):
                raise
        if isinstance(edit, Delete):  # only now: a call that fails, or is cut off, is made again
            del sheet.stamps[edit.index]
        sheet.shown = edited(sheet.shown, edit)

    async def _post(
        self, place: Place, text: str, author: str, blocks: Sequence[JSON] | None
    ) -> str:
        told: dict[str, JSON] = {
            "channel": place.channel,
            "text": text,
            "thread_ts": place.thread or None,
            "blocks": blocks,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        signed = {"username": author} if author and self._signs else {}
        try:
            body = await self.api.call("chat.postMessage", {**told, **signed}, tier="posts")
        except SlackError as error:
            if error.code != _SCOPE or not signed:
                raise
            self._signs = False  # without chat:write.customize all agents have the bot's name
            body = await self.api.call("chat.postMessage", told, tier="posts")
        ts = text_of(body, "ts")
        if not ts:
            raise SlackError("Slack has taken a message, and not said which it is")
        if author:
            self._note(place, ts, author)
        return ts

    async def _update(self, channel: str, ts: str, text: str, blocks: Sequence[JSON]) -> None:
        told: dict[str, JSON] = {
            "channel": channel,
            "ts": ts,
            "text": text,
            "blocks": blocks,
            "parse": "none",  # as for messages that are new; left out, names become mentions here
        }
        await self.api.call("chat.update", told, tier="updates")


@attrs.define(eq=False)
class Sheet:
    """The messages that one turn of an agent has in Slack.

    Attributes:
        place: where they are.
        author: whose they are.
        shown: what they say, in order.
        stamps: by which Slack names them.
    """

    place: Place
    author: str
    shown: tuple[str, ...] = attrs.field(default=(), init=False)
    stamps: list[str] = attrs.field(factory=list[str], init=False)
