"""Agents each of whose steps a person wants to see."""

import attrs
import trio

from sagent.actors import Missed, Ref
from sagent.agent import Mail, RunEvent, Text, ToolCalled, ToolReturned, Watch
from sagent.errors import ActorError
from sagent.repl._markdown_stream import MarkdownStream
from sagent.repl._printed import Printed, Prose, Remark, in_short
from sagent.repl._screen import Screen

INDENT = 4
"""In what column that is told which is not the agent's that the person talks to."""


@attrs.define
class Steps:
    """Turns what happens to one agent into what is printed of it.

    Attributes:
        name: the agent's.
    """

    name: str
    _prose: MarkdownStream = attrs.field(factory=MarkdownStream, init=False)
    _speaks: bool = attrs.field(default=False, init=False)

    def feed(self, event: RunEvent) -> list[Printed]:
        """Give what *event* lets be printed."""
        match event:
            case Text():
                return self._said(self._prose.feed(event.content))
            case ToolCalled():
                step = [self._row(f"● {event.summary}")]
            case ToolReturned():
                step = [self._row(f"{'✗' if event.is_error else '→'} {in_short(event.content)}")]
            case _:
                step = []
        return [*self.finish(), *step]

    def finish(self) -> list[Printed]:
        """Give all that the agent has said until now."""
        told = self._said(self._prose.finish())
        self._speaks = False
        return told

    def _said(self, parts: list[Prose]) -> list[Printed]:
        if not parts:
            return []
        head = [] if self._speaks else [self._row("says")]
        self._speaks = True
        moved = (attrs.evolve(part, indent=part.indent + INDENT, gap=False) for part in parts)
        return [*head, *moved]

    def _row(self, text: str) -> Remark:
        return Remark(f"{' ' * INDENT}[{self.name}] {text}")


@attrs.define(eq=False)
class Following:
    """Prints each step of some agents, as long as they live."""

    _nursery: trio.Nursery
    _screen: Screen
    _scopes: dict[Ref[Mail], trio.CancelScope] = attrs.field(
        factory=dict[Ref[Mail], trio.CancelScope], init=False
    )

    def begin(self, ref: Ref[Mail]) -> None:
        """Print from now on what happens to the agent *ref*."""
        scope = self._scopes[ref] = trio.CancelScope()
        self._nursery.start_soon(self._follow, ref, scope)

    def end(self, ref: Ref[Mail]) -> bool:
        """Print no more of *ref*, and tell whether anything of it was printed."""
        scope = self._scopes.pop(ref, None)
        if scope is not None:
            scope.cancel()
        return scope is not None

    def end_all(self) -> None:
        """Print no more of anybody."""
        for ref in [*self._scopes]:
            self.end(ref)

    async def _follow(self, ref: Ref[Mail], scope: trio.CancelScope) -> None:
        steps = Steps(ref.name)
        with scope:
            try:
                async for event in await ref.ask(Watch(), lane="front"):
                    if not isinstance(event, Missed):
                        self._screen.print(*steps.feed(event))
            except ActorError:  # it ends
                pass
        self._screen.print(*steps.finish())
        if self._scopes.get(ref) is scope:
            del self._scopes[ref]
