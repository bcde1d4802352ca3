"""The task that an actor is.

    nursery of the parent
    └── live: the shell
        ├── nursery of the actor: `kill` cancels it, the end of the grace is its deadline
        │   ├── started, run
        │   ├── its children, each a shell
        │   └── tasks of its own
        └── stopped, shielded for as long as the grace

No Exception passes the shell, so that a crash is an Exit and harms no sibling; Cancelled always
does. The last handlers stand outside of the nursery: of a group that mixes Cancelled with errors,
the nursery's scope first takes its Cancelled away. What is left of such a group was cancelled from
above: its errors are the crash, and the rest goes on.
"""

import logging
from collections.abc import Callable
from typing import cast

import trio

from sagent.actors._behavior import Behavior
from sagent.actors._cell import Cell
from sagent.actors._exit import Exit
from sagent.actors._mailbox import InboxEnd
from sagent.actors._orders import retire, stop
from sagent.actors._realm import SENDER
from sagent.actors._steered_inbox import SteeredInbox
from sagent.errors import ActorStopped

_log = logging.getLogger(__name__)


async def live[M](cell: Cell, make: Callable[[], Behavior[M]]) -> None:
    """Run the actor of *cell* from its making to its end."""
    SENDER.set(cell.path)
    end = Exit("killed")  # what a Cancelled leaves behind
    actor: Behavior[M] | None = None
    try:
        async with trio.open_nursery() as nursery:
            cell.opens(nursery)
            newborn = make()
            newborn.attach(cell)
            await newborn.started()
            actor = newborn
            end = await _run(cell, actor)
            await stop_children(cell)
            nursery.cancel_scope.cancel()  # the actor's own tasks, and those yet to start in it
    except Exception as error:  # noqa: BLE001  # the one place where a crash becomes a value
        end = _exit_after(cell, end, error)
    except BaseExceptionGroup as error:
        errors, passing = error.split(Exception)
        if errors is not None:
            end = _exit_after(cell, end, errors)
        if passing is not None:
            raise passing from None
    finally:
        bury_children(cell)
        try:
            if actor is None:
                cell.failure = end.error or ActorStopped(f"{cell.path} was stopped in its start")
                if end.error is not None and not cell.unborn:  # no spawner waits for it
                    _log.error("actor %s failed to start again", cell.path, exc_info=end.error)
            else:
                end = await _farewell(cell, actor, end)
        finally:
            cell.realm.tasks.pop(trio.lowlevel.current_task(), None)
            cell.ends(end)


async def stop_children(cell: Cell) -> None:
    """Stop the children of *cell* politely, the youngest first, each within its own grace."""
    while cell.children:
        # At once: to look for the last of a dict whose last have gone is to pass them all again.
        for child in tuple(reversed(cell.children)):
            stop(child)
            await child.closed()


def bury_children(cell: Cell) -> None:
    """End the children of *cell* that wait for another life, when no task of them is left."""
    for child in tuple(reversed(cell.children or {})):
        retire(child)


async def _run[M](cell: Cell, actor: Behavior[M]) -> Exit:
    inbox: SteeredInbox[M] = SteeredInbox(cell.mailbox)
    end = Exit("killed")
    cell.begins(cast("SteeredInbox[object]", inbox), actor)  # a cell knows no type
    try:
        await actor.run(inbox)
    except Exception as error:  # noqa: BLE001  # caught early, for the children's orderly end
        end = _end_in_peace(cell) if _is_peace(error) else Exit("crashed", error)
    else:
        end = _end_in_peace(cell)
    finally:
        cell.leaves(end)
    return end


async def _farewell[M](cell: Cell, actor: Behavior[M], end: Exit) -> Exit:
    cell.leaves(end)
    if end.error is not None:
        _log.error("actor %s crashed", cell.path, exc_info=end.error)
    try:
        with trio.move_on_after(cell.shutdown_s, shield=True):
            await actor.stopped(end)
    except Exception as error:  # noqa: BLE001  # a failed farewell is a crash too
        _log.exception("actor %s crashed in its stopped()", cell.path)
        if end.error is None:
            return Exit("crashed", error)
    return end


def _end_in_peace(cell: Cell) -> Exit:
    if cell.killed:
        return Exit("killed")
    return Exit("normal" if cell.phase == "running" else "stopped")


def _is_peace(error: Exception) -> bool:
    """Tell whether *error* says that the inbox has ended and nothing else, in a group or alone."""
    if isinstance(error, ExceptionGroup):
        group = cast("ExceptionGroup[Exception]", error)  # isinstance leaves open of what
        return group.split(InboxEnd)[1] is None
    return isinstance(error, InboxEnd)


def _exit_after(cell: Cell, run: Exit, error: Exception) -> Exit:
    """Tell how an actor ended whose nursery raised *error*, after its own task had ended as *run*.

    That its children were too many restarts is the cause of whatever came of their end.
    """
    if cell.supervisor is not None and cell.supervisor.error is not None:
        return Exit("crashed", cell.supervisor.error)
    if run.error is not None:
        return run
    if _is_peace(error):  # in a task of its nursery, which cancelled its `run`
        return Exit("killed") if cell.killed else Exit("stopped")
    return Exit("crashed", _alone(error))


def _alone(error: Exception) -> Exception:
    """Take a single error out of the group that a nursery makes of it."""
    if not isinstance(error, ExceptionGroup):
        return error
    group = cast("ExceptionGroup[Exception]", error)  # isinstance leaves open of what
    return group.exceptions[0] if len(group.exceptions) == 1 else group
