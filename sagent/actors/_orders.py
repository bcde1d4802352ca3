"""The orders to end that an actor is given, and what each leaves to follow.

An order may come in any phase, another one at work or not. It decides what is to follow this life,
where only something higher counts, and ends the life if nobody has yet:

    stop        nothing; the life ends as soon as its message is finished
    drain       nothing; the mailbox closes, and lives go on until what it holds is handled
    kill        what its policy says; the life is cancelled
    discard     nothing; the life is cancelled
    pause       another life; this one ends as by stop
    terminate   rest; the life ends as by stop
    retire      nothing; there is no life at present

A permanent actor outlives `stop` and `drain`: what follows is its policy's to say.
"""

import trio

from sagent.actors._cell import Cell
from sagent.actors._child import Follows
from sagent.actors._exit import Exit


def stop(cell: Cell) -> None:
    """Let the actor finish the message in hand and end, within its grace."""
    if _outlives(cell):
        _end_life(cell)
    else:
        _end(cell)


def drain(cell: Cell) -> None:
    """Let the actor handle what its inbox holds, in its next life if need be, and end."""
    if not _outlives(cell):
        if cell.terminated:
            _end(cell)
            return
        cell.mailbox.close()
        if cell.phase == "waiting" and not cell.mailbox.holds_any:
            retire(cell)
            return
    if cell.phase in ("starting", "running"):
        cell.phase = "draining"
        if cell.inbox is not None:
            cell.inbox.drain()


def kill(cell: Cell) -> None:
    """Cancel the actor and all below it; its `stopped` still runs, within its grace."""
    if cell.phase in ("waiting", "ended"):
        return
    cell.killed = True
    # Before its mailbox closes, or a reader that waits would take that for an end in peace.
    if cell.nursery is not None:
        cell.nursery.cancel_scope.cancel()
    if cell.phase != "ending":
        if cell.inbox is not None:
            cell.inbox.cut()
        cell.let_go(Exit("killed"))
        cell.phase = "stopping"


def discard(cell: Cell) -> None:
    """Cancel the actor, which nobody wants any more, whatever its policy."""
    _decide(cell, Follows.END)
    if cell.phase == "waiting":
        retire(cell)
    else:
        kill(cell)


def pause(cell: Cell) -> None:
    """End this life as `stop` does, before another; what is queued waits for that."""
    _decide(cell, Follows.LIFE)
    _end_life(cell)


def terminate(cell: Cell) -> None:
    """End this life, and have no other until somebody says so; one that drains just ends."""
    if cell.mailbox.closed and not cell.terminated:
        _end(cell)
        return
    _decide(cell, Follows.REST)
    if cell.phase == "waiting":
        cell.mailbox.close()
        cell.mailbox.empty()
    else:
        _end_life(cell)


def retire(cell: Cell) -> None:
    """End for good, between two lives."""
    assert cell.child is not None
    assert cell.child.last_exit is not None
    cell.child.decide(Follows.END)
    cell.ends(cell.child.last_exit)


def _outlives(cell: Cell) -> bool:
    child = cell.child
    return child is not None and child.restart == "permanent" and cell.comes_back(Exit("stopped"))


def _decide(cell: Cell, follows: Follows) -> None:
    if cell.child is not None:
        cell.child.decide(follows)


def _end(cell: Cell) -> None:
    if cell.phase == "waiting":
        retire(cell)
        return
    _decide(cell, Follows.END)
    _end_life(cell)
    cell.mailbox.close()
    cell.mailbox.empty()


def _end_life(cell: Cell) -> None:
    if cell.phase in ("stopping", "ending", "waiting", "ended"):
        return
    cell.phase = "stopping"
    if cell.inbox is not None:
        cell.inbox.stop()
    if cell.nursery is not None:
        cell.nursery.cancel_scope.deadline = trio.current_time() + cell.shutdown_s
