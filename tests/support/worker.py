"""An actor that tells in a log what becomes of it."""

import attrs
import trio

from sagent.actors import Actor, Exit, Request


@attrs.frozen
class Work(Request[int]):
    number: int
    seconds: float = 0
    crash: bool = False


class Worker(Actor[Work]):
    """Notes what it handles, and its lives; may be slow to start and to say farewell."""

    def __init__(self, log: list[str], *, start_s: float = 0, farewell_s: float = 0) -> None:
        self.log = log
        self.start_s = start_s
        self.farewell_s = farewell_s
        self.handled = 0

    async def started(self) -> None:
        await trio.sleep(self.start_s)
        self.log.append(f"start {trio.current_time():g}")

    async def receive(self, message: Work) -> int:
        self.log.append(f"work {message.number}")
        self.handled += 1
        await trio.sleep(message.seconds)
        if message.crash:
            raise ValueError(message.number)
        return message.number

    async def stopped(self, exit: Exit) -> None:  # noqa: A002  # the hook's name for it
        await trio.sleep(self.farewell_s)
        self.log.append(f"{exit.reason} {trio.current_time():g}")
