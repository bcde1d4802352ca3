"""What people do in Slack that concerns agents."""

import attrs


@attrs.frozen(kw_only=True)
class Place:
    """Where something is said.

    Attributes:
        channel: the id of the channel or the direct conversation.
        thread: the time stamp of the message that began the thread; "" outside of threads, which
            happens in direct conversations alone, since agents answer in threads.
    """

    channel: str
    thread: str = ""


@attrs.frozen(kw_only=True)
class SharedFile:
    """A file that came with a message.

    Attributes:
        url: where it is had, with the bot's token.
        size_bytes: as Slack says.
    """

    name: str
    mime_type: str
    url: str = attrs.field(repr=False)
    size_bytes: int


@attrs.frozen(kw_only=True)
class Said:
    """Somebody said something.

    Attributes:
        ts: the message's time stamp, by which Slack names it in its channel.
        thread: the thread that it is in; "" for none.
        is_direct: whether it is said to the bot alone.
    """

    channel: str
    user: str
    ts: str
    thread: str = ""
    text: str
    files: tuple[SharedFile, ...] = ()
    is_direct: bool = False

    @property
    def place(self) -> Place:
        """Where an answer belongs."""
        thread = self.thread or ("" if self.is_direct else self.ts)
        return Place(channel=self.channel, thread=thread)


@attrs.frozen(kw_only=True)
class Reacted:
    """Somebody put an emoji to a message.

    Attributes:
        ts: of the message.
        emoji: its name, without colons.
    """

    channel: str
    user: str
    ts: str
    emoji: str


@attrs.frozen(kw_only=True)
class Pressed:
    """Somebody pressed a button of a question.

    Attributes:
        thread: where the question stands; "" outside of threads.
        question: which question, by what its blocks are called.
        action: which button.
        chosen: which choices are ticked, by their numbers.
    """

    channel: str
    user: str
    thread: str = ""
    question: str
    action: str
    chosen: tuple[int, ...] = ()


type Heard = Said | Reacted | Pressed
