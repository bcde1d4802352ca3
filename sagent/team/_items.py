from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator

import attrs
import trio

from sagent.errors import UsageError

type Items[I] = Iterable[I] | AsyncIterable[I]
"""What there is to work on; more is asked for only when there is room for it."""

_GRACE_S = 5.0


@attrs.define(eq=False)
class Source[I]:
    """Gives items, one after the other, of either kind of iterable."""

    _items: Iterator[I] | AsyncIterator[I]

    @classmethod
    def of(cls, items: Items[I]) -> "Source[I]":
        """Begin to iterate over *items*.

        Raises:
            UsageError: they are a text, whose letters nobody means, or no iterable.
        """
        if isinstance(items, str | bytes):
            raise UsageError("the items are one text: pass a list of them, or text.splitlines()")
        if isinstance(items, AsyncIterable):
            return cls(aiter(items))
        if isinstance(items, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers err
            return cls(iter(items))
        raise UsageError(f"a {type(items).__name__} gives no items: pass an iterable")

    async def next(self) -> tuple[I] | None:
        """Give the next item, by itself in a tuple, or None after the last.

        Raises:
            Exception: whatever the iterable raises.
        """
        if isinstance(self._items, AsyncIterator):
            try:
                return (await anext(self._items),)
            except StopAsyncIteration:
                return None
        await trio.lowlevel.checkpoint()
        for item in self._items:
            return (item,)
        return None

    async def aclose(self) -> None:
        """Let an async generator end, which would otherwise end when it is collected."""
        close = getattr(self._items, "aclose", None)
        if close is not None:
            with trio.move_on_after(_GRACE_S, shield=True):
                await close()
