from collections.abc import Callable
from functools import partial
from typing import cast

import trio

from sagent.actors._behavior import Behavior, Spawnable
from sagent.actors._cell import Cell
from sagent.actors._child import Child
from sagent.actors._events import Spawned
from sagent.actors._mailbox import Mailbox, OverflowPolicy
from sagent.actors._orders import discard, retire
from sagent.actors._policy import RESTARTS, Policy, Restart, check_choice
from sagent.actors._ref import Ref
from sagent.actors._shell import live
from sagent.actors._supervision import Supervision
from sagent.errors import ActorStopped, TooManyChildren, UsageError

SHUTDOWN_S = 5.0
"""An actor's grace when it is stopped, if its spawn does not say: OTP's default."""


async def spawn[M](
    parent: Cell,
    actor: Spawnable[M] | Callable[..., Behavior[M]],
    args: tuple[object, ...],
    kwargs: dict[str, object],
    *,
    name: str | None,
    restart: Restart,
    significant: bool,
    capacity: int | None,
    overflow: OverflowPolicy,
    shutdown_s: float,
) -> Ref[M]:
    """Start an actor under *parent*, and return when its `started` has."""
    supervision = _supervision_of(parent)
    _check(parent, supervision.policy, restart, significant=significant)
    if not shutdown_s >= 0:
        raise UsageError(f"shutdown_s={shutdown_s}: a grace is not negative")
    make, label = _maker(actor, args, kwargs)
    realm = parent.realm
    if name is None:
        realm.serial += 1
    own = f"{label}#{realm.serial}" if name is None else name
    mailbox = Mailbox(f"{parent.path}/{own}", realm.events, capacity=capacity, overflow=overflow)
    cell = Cell(own, realm, parent, mailbox, shutdown_s)
    if name is not None:
        realm.registry.check(name)
    life = partial(live, cell, make)
    parent.start_below(life, cell.path)  # first: of a refused one, nobody is to hear
    if name is not None:
        realm.registry.take(name, cell)
    if restart != "temporary":
        cell.child = Child(restart, life, significant=significant)
    if significant:
        supervision.significant.add(cell)
    if (significant or restart != "temporary") and not supervision.running:
        supervision.running = True
        parent.start_below(supervision.run, f"supervision of {parent.path or 'the system'}")
    if parent.children is None:
        parent.children = {}
    parent.children[cell] = None
    if realm.events.heard:
        realm.events.emit(Spawned(cell.path))
    await _wait_started(cell)
    return Ref(cell)


def supervise(cell: Cell, policy: Policy) -> Supervision:
    """Let *policy* hold for the children of *cell* that are to come."""
    if cell.children:
        raise UsageError(f"{cell.path} has children: call supervise before it spawns the first")
    cell.supervisor = supervision = Supervision(cell, policy)
    return supervision


async def terminate_child(parent: Cell, cell: Cell) -> None:
    """End *cell*, which does not restart until `restart_child`; a temporary one ends for good."""
    await _supervision_over(parent, cell).terminate(cell)


async def restart_child(parent: Cell, cell: Cell) -> None:
    """Let *cell*, which was terminated, live again."""
    supervision = _supervision_over(parent, cell)
    _check_terminated(cell)
    await supervision.restart(cell)


def delete_child(parent: Cell, cell: Cell) -> None:
    """End *cell*, which was terminated, for good."""
    _supervision_over(parent, cell)
    _check_terminated(cell)
    retire(cell)


def _supervision_of(parent: Cell) -> Supervision:
    if not isinstance(parent.supervisor, Supervision):
        parent.supervisor = Supervision(parent, Policy())
    return parent.supervisor


def _supervision_over(parent: Cell, cell: Cell) -> Supervision:
    if cell.parent is not parent:
        raise UsageError(
            f"{cell.path} is no child of {parent.path or 'the system'}: ask its parent"
        )
    if cell.exit is not None:
        raise ActorStopped(f"{cell.path} has ended for good: spawn it anew")
    return _supervision_of(parent)


def _check_terminated(cell: Cell) -> None:
    if not cell.terminated or cell.phase != "waiting":
        raise UsageError(f"{cell.path} was not terminated: call terminate_child first")


def _check(parent: Cell, policy: Policy, restart: Restart, *, significant: bool) -> None:
    check_choice("restart", restart, RESTARTS)
    if policy.max_children is not None and len(parent.children or ()) >= policy.max_children:
        raise TooManyChildren(
            f"{parent.path or 'the system'} has its max_children={policy.max_children}: wait until "
            "one has ended"
        )
    if significant and policy.auto_shutdown == "never":
        raise UsageError("significant=True: the supervisor has no auto_shutdown to heed it")
    if significant and restart == "permanent":
        raise UsageError("significant=True: a permanent child never ends; make it transient")


async def _wait_started(cell: Cell) -> None:
    assert cell.ready is not None
    try:
        await cell.ready.wait()
    except trio.Cancelled:
        discard(cell)
        raise
    if cell.failure is not None:
        raise cell.failure


def _maker[M](
    actor: Spawnable[M] | Callable[..., Behavior[M]],
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> tuple[Callable[[], Behavior[M]], str]:
    if not isinstance(actor, type) and hasattr(actor, "actor"):
        if args or kwargs:
            raise UsageError(f"{actor!r} makes its own actor: it takes no arguments in spawn")
        return cast("Spawnable[M]", actor).actor, type(actor).__name__.lower()  # it has `actor`
    build = cast("Callable[..., Behavior[M]]", actor)  # all else is called
    label = getattr(actor, "__name__", "actor").strip("<>").lower()
    return (lambda: build(*args, **kwargs)) if args or kwargs else build, label
