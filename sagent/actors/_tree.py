from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import attrs
import trio

from sagent.actors._cell import Cell
from sagent.actors._exit import Exit

type State = Literal[
    "starting",
    "idle",
    "busy",
    "suspended",
    "draining",
    "stopping",
    "ending",
    "backing off",
    "terminated",
]

# Frames of the runtime and of trio say nothing of what an actor does.
_RUNTIME = tuple(f"{Path(file).parent}/" for file in (__file__, trio.__file__))

# Of a message in hand, as much as fits a line beside the rest.
_MESSAGE_WIDTH = 60


@attrs.frozen(kw_only=True)
class Node:
    """An actor as it is at one moment, with all below it.

    Attributes:
        path: its place in the tree; empty for the system itself.
        state: starting; idle or busy, waiting for a message or at work; suspended; draining;
            stopping, finishing the message in hand; ending, with its children or its farewell;
            backing off, until it lives again; terminated, until `restart_child`.
        message: the message in hand.
        busy_s: for how long it has been in hand; 0 without one.
        doing: what it says itself that it is at; see `Actor.doing`.
        inbox: how many messages wait, those of senders that wait for room among them.
        peak: the most that have waited in its back lane at once.
        stashed: how many messages it has put aside.
        dropped: how many messages a full inbox has refused or dropped.
        starts: the path of the child whose restart it waits for, as a supervisor, if it does; it
            sees to no other meanwhile.
        waits_for: the path of the actor whose answer its own task waits for, if it does.
        restarts: how many of its lives have ended and were followed by another.
        last_exit: how the last of them ended.
        frames: where its own task waits, the outermost call first: `file:line in function`. The
            runtime's calls and trio's are left out, so that an idle actor has none.
        children: its children, oldest first.
    """

    path: str
    state: State
    message: object = None
    busy_s: float = 0
    doing: str = ""
    inbox: int = 0
    peak: int = 0
    stashed: int = 0
    dropped: int = 0
    starts: str | None = None
    waits_for: str | None = None
    restarts: int = 0
    last_exit: Exit | None = None
    frames: tuple[str, ...] = ()
    children: "tuple[Node, ...]" = ()

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2] or "system"

    def __str__(self) -> str:
        return "\n".join(_lines(self, "", ""))

    def __rich__(self) -> object:
        # Late: rich is imported for those alone who print with it.
        from sagent.actors._rich_tree import rich_tree  # noqa: PLC0415

        return rich_tree(self)

    def facts(self) -> Iterator[str]:
        """What there is to say beside its name and state, each in a word or two."""
        if self.message is not None:
            text = repr(self.message)
            short = text if len(text) <= _MESSAGE_WIDTH else text[: _MESSAGE_WIDTH - 1] + "…"
            yield f"on {short} for {self.busy_s:.3g} s"
        if self.doing:
            yield self.doing
        counts = {
            "inbox": self.inbox,
            "peak": self.peak if self.peak > 1 else 0,
            "stashed": self.stashed,
            "dropped": self.dropped,
            "starts": self.starts,
            "waits_for": self.waits_for,
            "restarts": self.restarts,
            "last": self.last_exit and self.last_exit.reason,
        }
        for what, value in counts.items():
            if value:
                yield f"{what}={value}"


def node_of(cell: Cell, *, frames: bool = False) -> Node:
    """Look at *cell* and all below it."""
    tasks = {owner: task for task, owner in cell.realm.tasks.items()} if frames else {}
    return _node(cell, trio.current_time(), tasks)


def _node(cell: Cell, now: float, tasks: dict[Cell, trio.lowlevel.Task]) -> Node:
    message, since = _in_hand(cell) or (None, now)
    doing = _doing(cell)
    return Node(
        path=cell.path,
        state=_state_of(cell, doing),
        message=message,
        busy_s=now - since,
        doing=doing,
        inbox=len(cell.mailbox),
        peak=cell.mailbox.peak,
        stashed=cell.mailbox.stashed,
        dropped=cell.mailbox.dropped,
        starts=_start_under(cell),
        waits_for=None if cell.asks is None else cell.asks[1].path,
        restarts=0 if cell.child is None else cell.child.life,
        last_exit=None if cell.child is None else cell.child.last_exit,
        frames=tuple(_frames(tasks[cell])) if cell in tasks else (),
        children=tuple(_node(child, now, tasks) for child in cell.children or ()),
    )


def _in_hand(cell: Cell) -> tuple[object, float] | None:
    inbox = cell.inbox
    if inbox is None or inbox.current is None or inbox.current.settled:
        return None
    return inbox.current.message, inbox.since


def _doing(cell: Cell) -> str:
    try:
        return "" if cell.teller is None else cell.teller.doing()
    except Exception as error:  # noqa: BLE001  # anybody's code; the tree is for when things fail
        return f"doing() failed: {error!r}"


def _state_of(cell: Cell, doing: str) -> State:
    if cell.phase == "running":
        if doing or _in_hand(cell) is not None:
            return "busy"
        return "suspended" if cell.inbox is not None and cell.inbox.suspended else "idle"
    if cell.phase == "waiting":
        return "terminated" if cell.terminated else "backing off"
    # An ended one is no longer in the tree; seen from a listener it may just be leaving.
    return "ending" if cell.phase == "ended" else cell.phase


def _start_under(cell: Cell) -> str | None:
    starting = None if cell.supervisor is None else cell.supervisor.starting
    return None if starting is None else starting.path


def _frames(task: trio.lowlevel.Task) -> Iterator[str]:
    for frame, line in task.iter_await_frames():
        code = frame.f_code
        if not code.co_filename.startswith(_RUNTIME):
            yield f"{code.co_filename}:{line} in {code.co_qualname}"


def _lines(node: Node, first: str, rest: str) -> Iterator[str]:
    yield f"{first}{' '.join([node.name, node.state, *node.facts()])}"
    below = "│  " if node.children else "   "
    for frame in node.frames:
        yield f"{rest}{below}{frame}"
    for child in node.children[:-1]:
        yield from _lines(child, rest + "├─ ", rest + "│  ")
    for child in node.children[-1:]:
        yield from _lines(child, rest + "└─ ", rest + "   ")
