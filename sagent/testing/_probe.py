from collections.abc import Callable
from typing import overload

import trio

from sagent.actors import Actor, Envelope, Exit, Inbox, Ref, System

_WITHIN_S = 3.0
# What a failed expectation prints of what came.
_MESSAGES = 10
_CHARACTERS = 200


class Probe[M]:
    """An actor whose messages a test takes and answers itself; `spawn_probe` gives one.

    A message is taken once, in the order of arrival; an ask waits until the test answers it. What
    is not as expected is an AssertionError that says what came. Deadlines are of trio time.

    Attributes:
        ref: where to send it messages.
        within_s: how long it waits for what it expects.
    """

    def __init__(
        self, ref: Ref[M], caught: "_Catcher[M]", takes: tuple[type[M], ...], within_s: float
    ) -> None:
        self.ref = ref
        self.within_s = within_s
        self._caught = caught
        self._takes = takes

    def __repr__(self) -> str:
        return f"<Probe {self.ref.path}>"

    @property
    def received(self) -> tuple[M, ...]:
        """Every message so far, oldest first, taken or not."""
        return tuple(envelope.message for envelope in self._caught.envelopes)

    @property
    def sender(self) -> str | None:
        """The path of the actor that sent the message taken last; None when no actor did."""
        taken = self._caught.taken
        return taken[-1].sender if taken else None

    async def receive(self) -> M:
        """Take the next message, of any kind that the probe was spawned for."""
        __tracebackhide__ = True
        expected = " or ".join(kind.__name__ for kind in self._takes) or "a message"
        message = await self._take(expected, self._deadline())
        if self._takes and not isinstance(message, self._takes):
            raise self._error(expected, f"{_text(message)} came")
        return message

    async def expect[T](self, kind: type[T]) -> T:
        """Take the next message, which is a *kind*."""
        __tracebackhide__ = True
        message = await self._take(kind.__name__, self._deadline())
        if not isinstance(message, kind):
            raise self._error(kind.__name__, f"{_text(message)} came")
        return message

    async def expect_equal(self, value: M) -> None:
        """Take the next message, which equals *value*."""
        __tracebackhide__ = True
        message = await self._take(_text(value), self._deadline())
        if message != value:
            raise self._error(_text(value), f"{_text(message)} came")

    async def fish(self, wanted: Callable[[M], bool]) -> M:
        """Take messages, all within one deadline, up to the first that is *wanted*."""
        __tracebackhide__ = True
        deadline = self._deadline()
        while True:
            message = await self._take("a message that is wanted", deadline)
            if wanted(message):
                return message

    async def expect_nothing(self, seconds: float) -> None:
        """Wait *seconds*, in which no message comes, with none left to take from before."""
        __tracebackhide__ = True
        start = trio.current_time()
        with trio.move_on_after(seconds):
            if not await self._caught.wait():
                await trio.sleep_forever()  # the probe has ended, and nothing comes
        if (first := self._caught.first) is not None:
            after_s = trio.current_time() - start
            came = f"{_text(first.message)} came after {after_s:g} s"
            raise self._error(f"nothing for {seconds:g} s", came)

    async def expect_down[N](self, ref: Ref[N]) -> Exit:
        """Wait for the end of the actor of *ref*: the last one, if it restarts."""
        __tracebackhide__ = True
        with trio.move_on_after(self.within_s):
            return await ref.closed()
        raise self._error(f"the end of {ref.path}", f"it lives after {self.within_s:g} s")

    def answer(self, value: object, *, to: M | None = None) -> None:
        """Answer the ask taken last with *value*, or the ask *to*, whichever was taken when."""
        __tracebackhide__ = True
        self._ask(to).reply(value)

    def fail(self, error: Exception, *, to: M | None = None) -> None:
        """Raise *error* in whoever asked last, or in whoever asked *to*."""
        __tracebackhide__ = True
        self._ask(to).fail(error)

    def _ask(self, to: M | None) -> Envelope[M]:
        __tracebackhide__ = True
        asks = [
            envelope
            for envelope in self._caught.taken
            if envelope.wants_reply and (to is None or envelope.message is to)
        ]
        what = "an ask to settle" if to is None else f"{_text(to)} to be an ask to settle"
        if not asks:
            raise self._error(what, "the test has taken none")
        if asks[-1].settled:
            raise self._error(what, f"{_text(asks[-1].message)} was settled before")
        return asks[-1]

    def _deadline(self) -> float:
        return trio.current_time() + self.within_s

    async def _take(self, expected: str, deadline: float) -> M:
        __tracebackhide__ = True
        with trio.move_on_at(deadline):
            await self._caught.wait()
        if self._caught.first is not None:
            return self._caught.take()
        ended = "the probe has ended"
        late = f"nothing came within {self.within_s:g} s"
        raise self._error(expected, ended if self._caught.ended else late)

    def _error(self, expected: str, but: str) -> AssertionError:
        texts = [_text(message) for message in self.received[-_MESSAGES:]]
        hidden = len(self.received) - len(texts)
        so_far = ", ".join([f"{hidden} more", *texts] if hidden else texts) or "nothing"
        return AssertionError(
            f"{self.ref.path} expected {expected}, but {but}; received so far: {so_far}"
        )


class _Catcher[M](Actor[M]):
    """Keeps what comes until the test takes it."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope[M]] = []
        self.ended = False
        self._taken = 0
        self._changed = trio.Event()

    @property
    def taken(self) -> list[Envelope[M]]:
        return self.envelopes[: self._taken]

    @property
    def first(self) -> Envelope[M] | None:
        """The first that the test has not taken."""
        return self.envelopes[self._taken] if self._taken < len(self.envelopes) else None

    async def run(self, inbox: Inbox[M]) -> None:
        async for envelope in inbox:
            self.envelopes.append(envelope)
            self._change()

    async def stopped(self, exit: Exit) -> None:  # noqa: A002  # the hook's name for it
        del exit
        self.ended = True
        self._change()

    async def wait(self) -> bool:
        """Wait for a message to take; False if none will come."""
        await trio.lowlevel.checkpoint()
        while self.first is None and not self.ended:
            await self._changed.wait()
        return self.first is not None

    def take(self) -> M:
        self._taken += 1
        return self.envelopes[self._taken - 1].message

    def _change(self) -> None:
        self._changed.set()
        self._changed = trio.Event()


@overload
async def spawn_probe(
    system: System, /, *, name: str | None = None, within_s: float = _WITHIN_S
) -> Probe[object]: ...


@overload
async def spawn_probe[A, B](
    system: System,
    first: type[A],
    second: type[B],
    /,
    *,
    name: str | None = None,
    within_s: float = _WITHIN_S,
) -> Probe[A | B]: ...


@overload
async def spawn_probe[A, B, C](
    system: System,
    first: type[A],
    second: type[B],
    third: type[C],
    /,
    *,
    name: str | None = None,
    within_s: float = _WITHIN_S,
) -> Probe[A | B | C]: ...


@overload
async def spawn_probe[M](
    system: System, /, *takes: type[M], name: str | None = None, within_s: float = _WITHIN_S
) -> Probe[M]: ...


async def spawn_probe[M](  # pyright: ignore[reportInconsistentOverload]  # M is A | B there
    system: System, /, *takes: type[M], name: str | None = None, within_s: float = _WITHIN_S
) -> Probe[M]:
    """Spawn a probe, which ends with *system* as every actor does.

    Args:
        system: where it lives.
        takes: what it is sent, for type checkers and `receive`; anything, if left out.
        name: as in `System.spawn`, for a probe that stands in for an actor of that name.
        within_s: how long it waits for what the test expects.
    """
    caught = _Catcher[M]()

    def probe() -> _Catcher[M]:
        return caught

    return Probe(await system.spawn(probe, name=name), caught, takes, within_s)


def _text(message: object) -> str:
    text = repr(message)
    return text if len(text) <= _CHARACTERS else f"{text[:_CHARACTERS]}..."
