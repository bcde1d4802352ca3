from collections.abc import Iterable, Sequence

import attrs

from sagent.message import Message, new_id


def renewed(messages: Iterable[Message], *, parent_id: str | None) -> tuple[Message, ...]:
    """Copy *messages* under new ids, each the child of the one before it.

    What was written of the old ones, and is kept under them, does not stand for the copies.
    """
    copies: list[Message] = []
    for message in messages:
        copies.append(attrs.evolve(message, id=new_id(), parent_id=parent_id))
        parent_id = copies[-1].id
    return tuple(copies)


def replaced(history: Sequence[Message], by_place: dict[int, Message]) -> tuple[Message, ...]:
    """Put other messages in some places of *history*; all from the first of them on are renewed."""
    if not by_place:
        return tuple(history)
    first = min(by_place)
    tail = [by_place.get(place, history[place]) for place in range(first, len(history))]
    parent_id = history[first - 1].id if first else history[0].parent_id
    return (*history[:first], *renewed(tail, parent_id=parent_id))
