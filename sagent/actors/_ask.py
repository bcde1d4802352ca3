"""An ask from one actor to another, and the cycle that a chain of them can close.

An actor that asks in its own task handles nothing until it is answered. If whoever it asks waits
for it in turn, directly or through others, no answer can ever come: the ask that would close the
cycle fails instead, even one with a deadline, which would end by itself. Only what is certain
counts: an ask made in a task beside the actor's own keeps nobody waiting, nor does one that was
just cancelled; what a `run` of one's own has taken may yet be answered from another task, and who
takes nothing more answers at once.
"""

from sagent.actors._cell import Cell
from sagent.actors._envelope import Question
from sagent.errors import AskCycle


async def ask(asker: Cell, question: Question[object], to: Cell) -> object:
    """Send *question* from the own task of *asker* to *to*, and wait for its answer.

    Raises:
        AskCycle: *to* waits for the actor that asks.
    """
    if (to is asker or to.asks is not None) and not to.mailbox.closed:
        _check(asker, to)
    to.mailbox.put(question)
    asker.asks = (question, to)
    try:
        return await question.answer()
    finally:
        asker.asks = None


def _check(asker: Cell, to: Cell) -> None:
    path = [asker.path, to.path]
    cell, passed = to, set[Cell]()
    while cell is not asker:
        if cell.asks is None or cell in passed:
            return
        passed.add(cell)
        question, cell = cell.asks
        path.append(cell.path)
        if question.settled or question.abandoned:
            return
        if cell.inbox is not None and cell.inbox.holds(question):
            return
    raise AskCycle(
        f"{' asks '.join(path)}: no answer can come; tell instead, "
        "or ask in a task of the actor's nursery"
    )
