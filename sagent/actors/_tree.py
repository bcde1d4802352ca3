from collections.abc import Iterator
from typing import Literal

import attrs

from sagent.actors._cell import Cell
from sagent.actors._exit import Exit

type State = Literal["starting", "idle", "busy", "draining", "stopping", "ending", "backing off"]


@attrs.frozen(kw_only=True)
class Node:
    """An actor as it is at one moment, with all below it.

    Attributes:
        path: its place in the tree; empty for the system itself.
        state: starting; idle or busy, waiting for a message or at work on one; draining; stopping,
            finishing the message in hand; ending, with its children or its farewell; backing off,
            until it lives again.
        inbox: how many messages wait.
        dropped: how many messages a full inbox has refused or dropped.
        waits_for: the path of the actor whose answer its own task waits for, if it does.
        restarts: how many of its lives have ended and were followed by another.
        last_exit: how the last of them ended.
        children: its children, oldest first.
    """

    path: str
    state: State
    inbox: int
    dropped: int
    waits_for: str | None = None
    restarts: int = 0
    last_exit: Exit | None = None
    children: "tuple[Node, ...]" = ()

    def __str__(self) -> str:
        return "\n".join(_lines(self, 0))


def node_of(cell: Cell) -> Node:
    """Look at *cell* and all below it."""
    return Node(
        path=cell.path,
        state=_state_of(cell),
        inbox=len(cell.mailbox),
        dropped=cell.mailbox.dropped,
        waits_for=None if cell.asks is None else cell.asks[1].path,
        restarts=0 if cell.child is None else cell.child.life,
        last_exit=None if cell.child is None else cell.child.last_exit,
        children=tuple(node_of(child) for child in cell.children or ()),
    )


def _state_of(cell: Cell) -> State:
    if cell.phase == "running":
        current = None if cell.inbox is None else cell.inbox.current
        return "idle" if current is None or current.settled else "busy"
    if cell.phase == "waiting":
        return "backing off"
    # An ended one is no longer in the tree; seen from a listener it may just be leaving.
    return "ending" if cell.phase == "ended" else cell.phase


def _lines(node: Node, depth: int) -> Iterator[str]:
    words = [node.path.rpartition("/")[2] or "system", node.state]
    words += [f"inbox={node.inbox}"] if node.inbox else []
    words += [f"dropped={node.dropped}"] if node.dropped else []
    words += [f"waits_for={node.waits_for}"] if node.waits_for else []
    words += [f"restarts={node.restarts}"] if node.restarts else []
    words += [f"last={node.last_exit.reason}"] if node.last_exit else []
    yield "  " * depth + " ".join(words)
    for child in node.children:
        yield from _lines(child, depth + 1)
