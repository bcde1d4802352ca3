"""Who gets what is heard: the first of these that there is.

1. the owner of the agent's message that a reaction is to
2. the bot, for a command after a mention of it, and for ``stop`` with the name of an agent
3. the owner of the channel, if it is an agent's own
4. the agent whose name the message begins with
5. the owner of the thread
6. the bot, for a command
7. the only agent, or the one that a direct conversation is with
8. nobody, and whoever said it is told how it is done, but for what people say to each other in a
   thread of theirs
"""

import re
from collections.abc import Mapping
from typing import assert_never

import attrs

from sagent.slack._command import (
    Command,
    Create,
    Help,
    ListAgents,
    StopAgent,
    read_command,
)
from sagent.slack._heard import Place, Reacted, Said

_STEERING = frozenset({"stop", "tree"})
_INTERRUPTING = frozenset({"octagonal_sign", "no_entry", "no_entry_sign", "stop_button"})


@attrs.frozen(kw_only=True)
class Roster:
    """Who is there, and what is whose.

    Attributes:
        bot: the user id of the bot itself.
        labels: the names of the agents, in lower case.
        channels: the agents' own channels.
        threads: who talks where.
        posts: whose messages are whose, by channel and time stamp, and where they stand.
    """

    bot: str
    labels: tuple[str, ...] = ()
    channels: Mapping[str, str] = attrs.field(factory=dict[str, str])
    threads: Mapping[Place, str] = attrs.field(factory=dict[Place, str])
    posts: Mapping[tuple[str, str], tuple[str, Place]] = attrs.field(
        factory=dict[tuple[str, str], tuple[str, Place]]
    )


@attrs.frozen(kw_only=True)
class Tell:
    """An agent is told something.

    Attributes:
        label: which.
        place: where it is to answer.
        text: what, without the agent's name or the bot's in front.
    """

    label: str
    place: Place
    text: str


@attrs.frozen(kw_only=True)
class Halt:
    """An agent is interrupted."""

    label: str
    place: Place


@attrs.frozen(kw_only=True)
class Show:
    """It is shown what an agent and those below it are at."""

    label: str
    place: Place


@attrs.frozen(kw_only=True)
class Obey:
    """The bot does something itself."""

    command: Command


@attrs.frozen
class Guide:
    """Whoever spoke is told how it is done."""


@attrs.frozen
class Ignore:
    """It is nobody's here."""


type Route = Tell | Halt | Show | Obey | Guide | Ignore


def route(heard: Said | Reacted, roster: Roster) -> Route:
    """Tell who gets what was heard."""
    if heard.user == roster.bot:
        return Ignore()
    return _reaction(heard, roster) if isinstance(heard, Reacted) else _message(heard, roster)


def _reaction(reacted: Reacted, roster: Roster) -> Route:
    post = roster.posts.get((reacted.channel, reacted.ts))
    if post is None:
        return Ignore()
    label, place = post
    emoji = reacted.emoji.partition("::")[0]
    if emoji in _INTERRUPTING:
        return Halt(label=label, place=place)
    told = f"(reacted with :{reacted.emoji}: to your message)"
    return Tell(label=label, place=place, text=told)


def _message(said: Said, roster: Roster) -> Route:
    text = without_bot(said.text, roster.bot)
    if not text and not said.files:  # what is forwarded has no text of its own
        return Ignore() if said.thread and not said.text.strip() else Guide()
    command = read_command(text)
    if command is not None and _is_the_bots(command, said, roster):
        return Obey(command=command)
    named, rest = leading_name(text, roster.labels)
    place = said.place
    label = roster.channels.get(said.channel) or named
    if label is None and place.thread:
        label = roster.threads.get(place)
    if label is not None:
        return _addressed(label, place, rest if label == named else text)
    if command is not None and not (place in roster.threads and text.lower() in _STEERING):
        return Obey(command=command)
    if (only := _only(place, roster)) is not None:
        return _addressed(only, place, text)
    is_among_people = bool(said.thread) and text == said.text.strip()
    return Ignore() if is_among_people else Guide()


def _addressed(label: str, place: Place, text: str) -> Route:
    """Tell the agent, but for the words that steer it, which are nothing to be answered."""
    match text.lower():
        case "stop":
            return Halt(label=label, place=place)
        case "tree":
            return Show(label=label, place=place)
        case _:
            return Tell(label=label, place=place, text=text)


def _is_the_bots(command: Command, said: Said, roster: Roster) -> bool:
    """Tell whether *command* is for the bot, whoever's the place is.

    To end an agent is no matter of what that makes of it; and where all is for one agent, a mention
    of the bot brings the others back. What is to be created in a thread may be anything.
    """
    is_called = without_bot(said.text, roster.bot) != said.text.strip()
    match command:
        case StopAgent(label=label):
            return label in roster.labels or is_called
        case Create():
            return is_called and not said.thread
        case ListAgents():
            return is_called
        case Help(complaint=complaint):
            return is_called and not complaint
        case _:
            assert_never(command)


def _only(place: Place, roster: Roster) -> str | None:
    if not place.thread and place in roster.threads:
        return roster.threads[place]
    return roster.labels[0] if len(roster.labels) == 1 else None


def without_bot(text: str, bot: str) -> str:
    """Leave out a mention of the bot that *text* begins with."""
    return re.sub(rf"^\s*<@{re.escape(bot)}(?:\|[^>]*)?>[\s:,]*", "", text).strip()


def leading_name(text: str, labels: tuple[str, ...]) -> tuple[str | None, str]:
    """Give the agent whose name *text* begins with, and the rest of it; None and all for none."""
    for label in sorted(labels, key=len, reverse=True):
        found = re.match(rf"@?{re.escape(label)}(?:\s*[:,]\s*|\s+|$)", text, re.IGNORECASE)
        if found:
            return label, text[found.end() :].strip()
    return None, text
