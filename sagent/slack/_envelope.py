"""What comes through the socket (https://docs.slack.dev/apis/events-api/using-socket-mode).

Whatever has an ``envelope_id`` is to be acknowledged within three seconds, or comes again.
"""

import re
from collections.abc import Mapping

import attrs

from sagent.errors import JsonError
from sagent.lib.json import json_loads
from sagent.slack._fields import Fields, count_of, fields_of, objects_of, text_of
from sagent.slack._heard import Heard, Pressed, Reacted, Said, SharedFile

QUESTION_PREFIX = "sagent:"
"""How the blocks of our questions are called, before what tells them apart."""
HALT = "halt"
"""What stands there for a button that interrupts an agent; its action is the agent's name."""
CHOICES_ACTION = "choices"
"""The boxes to tick, where several choices are an answer."""
_NUMBER = re.compile(r"[0-9]{1,4}")
_OURS = frozenset({"", "file_share", "thread_broadcast", "me_message"})
"""Subtypes of messages that people write; the others tell of edits, joins and bots."""


@attrs.frozen
class Hello:
    """The connection is up.

    Attributes:
        connections: how many the app has, of whichever process; each delivery goes through one.
    """

    connections: int = 1


@attrs.frozen
class Goodbye:
    """The connection is about to be closed: there is another to be had.

    Attributes:
        reason: ``warning``, ``refresh_requested`` or ``link_disabled``.
    """

    reason: str


@attrs.frozen
class Delivery:
    """Something happened in Slack.

    Attributes:
        envelope_id: by which it is acknowledged.
        keys: what names it, whichever way and however often it comes.
        heard: what it is; None if it concerns no agent.
    """

    envelope_id: str
    keys: tuple[str, ...] = ()
    heard: Heard | None = None


type Envelope = Hello | Goodbye | Delivery


def read_envelope(text: str | bytes) -> Envelope | None:
    """Read what came through the socket; None if there is nothing to be done about it."""
    try:
        frame = json_loads(text)
    except JsonError:
        return None
    return _envelope(frame) if isinstance(frame, Mapping) else None


def _envelope(frame: Fields) -> Envelope | None:
    kind, envelope_id = text_of(frame, "type"), text_of(frame, "envelope_id")
    if kind == "hello":
        return Hello(count_of(frame, "num_connections"))
    if kind == "disconnect":
        return Goodbye(text_of(frame, "reason"))
    if not envelope_id:
        return None
    payload = fields_of(frame, "payload")
    heard: Heard | None = None
    if kind == "events_api":
        heard = _event(fields_of(payload, "event"))
    elif kind == "interactive":
        heard = _press(payload)
    event_id = text_of(payload, "event_id")
    keys = (envelope_id, event_id, _message_key(heard))
    return Delivery(envelope_id, tuple(filter(None, keys)), heard)


def _message_key(heard: Heard | None) -> str:
    """Name a message that comes twice: as one, and as a mention of the bot."""
    return f"{heard.channel}/{heard.ts}" if isinstance(heard, Said) else ""


def _event(event: Fields) -> Heard | None:
    kind = text_of(event, "type")
    if kind in {"message", "app_mention"}:
        return _said(event)
    if kind == "reaction_added":
        return _reacted(event)
    return None


def _said(event: Fields) -> Said | None:
    if text_of(event, "subtype") not in _OURS or event.get("bot_id") is not None:
        return None
    channel, user, ts = (text_of(event, name) for name in ("channel", "user", "ts"))
    if not (channel and user and ts):
        return None
    return Said(
        channel=channel,
        user=user,
        ts=ts,
        thread=text_of(event, "thread_ts"),
        text=text_of(event, "text"),
        files=tuple(map(_file, objects_of(event, "files"))),
        is_direct=text_of(event, "channel_type") == "im" or channel.startswith("D"),
    )


def _file(file: Fields) -> SharedFile:
    return SharedFile(
        name=text_of(file, "name") or text_of(file, "id") or "file",
        mime_type=text_of(file, "mimetype"),
        url=text_of(file, "url_private_download") or text_of(file, "url_private"),
        size_bytes=count_of(file, "size"),
    )


def _reacted(event: Fields) -> Reacted | None:
    item = fields_of(event, "item")
    channel, ts = text_of(item, "channel"), text_of(item, "ts")
    user, emoji = text_of(event, "user"), text_of(event, "reaction")
    if text_of(item, "type") != "message" or not (channel and ts and user and emoji):
        return None
    return Reacted(channel=channel, user=user, ts=ts, emoji=emoji)


def _press(payload: Fields) -> Pressed | None:
    if text_of(payload, "type") != "block_actions":
        return None
    user = text_of(fields_of(payload, "user"), "id")
    channel = text_of(fields_of(payload, "channel"), "id") or text_of(
        fields_of(payload, "container"), "channel_id"
    )
    values = fields_of(fields_of(payload, "state"), "values")
    for action in objects_of(payload, "actions"):
        block, name = text_of(action, "block_id"), text_of(action, "action_id")
        question, _, _ = block.removeprefix(QUESTION_PREFIX).partition("/")
        if user and channel and name and block.startswith(QUESTION_PREFIX) and question:
            ticked = fields_of(
                fields_of(values, f"{QUESTION_PREFIX}{question}/{CHOICES_ACTION}"), CHOICES_ACTION
            )
            return Pressed(
                channel=channel,
                user=user,
                thread=text_of(fields_of(payload, "message"), "thread_ts"),
                question=question,
                action=name,
                chosen=_numbers(ticked),
            )
    return None


def _numbers(ticked: Fields) -> tuple[int, ...]:
    values = [text_of(option, "value") for option in objects_of(ticked, "selected_options")]
    return tuple(int(value) for value in values if _NUMBER.fullmatch(value))
