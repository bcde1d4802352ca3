from collections.abc import AsyncIterator

from sagent.control._protocol import Delivered, Ended, Lost, Refused, Say, Told
from sagent.control._talk import Talk
from sagent.errors import ControlError

type Happening = Told | Lost | Delivered | Refused | Ended
"""What comes of an agent that is watched: events, gaps between them, answers to what was said."""


class Attachment(AsyncIterator[Happening]):
    """What happens to an agent, as it happens; `Ended` is the last of it.

    What `say` sends is answered in between, by `Delivered` or `Refused`.

    Attributes:
        path: the agent's place in its tree.
    """

    def __init__(self, talk: Talk, path: str) -> None:
        self.path = path
        self._talk = talk
        self._ended = False

    async def say(self, text: str) -> None:
        """Send *text* to the agent, as a user's message.

        Raises:
            ControlError: the process has gone.
        """
        await self._talk.send(Say(text))

    async def __anext__(self) -> Happening:
        if self._ended:
            raise StopAsyncIteration
        reply = await self._talk.reply()
        if not isinstance(reply, Told | Lost | Delivered | Refused | Ended):
            raise ControlError(f"what came of {self.path} is no event: use one sagent for both")
        self._ended = isinstance(reply, Ended)
        return reply
