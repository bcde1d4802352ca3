from collections.abc import Iterator
from typing import Generic, TypeVar

import attrs

M = TypeVar("M")


@attrs.frozen
class Group(Generic[M]):  # noqa: UP046  # invariant in M, which PEP 695 would not find here
    """The key of a group of actors that take messages of type M; equal by name.

    Many actors hold it at once, as in OTP's pg and in Elixir's Registry with duplicate keys.

    Attributes:
        name: tells it from others.
    """

    name: str


class Groups[H]:
    """Who is in which group, in one system."""

    __slots__ = ("_groups", "_joined")

    def __init__(self) -> None:
        self._groups: dict[str, dict[H, None]] = {}
        self._joined: dict[H, dict[str, None]] = {}

    def names(self) -> tuple[str, ...]:
        """Every group that has a member."""
        return tuple(self._groups)

    def members(self, name: str) -> tuple[H, ...]:
        """Whoever is in the group, in the order of joining."""
        return tuple(self._groups.get(name, ()))

    def newest_first(self, name: str) -> Iterator[H]:
        """Whoever is in the group, the last to join first; it is not to change meanwhile."""
        return reversed(self._groups.get(name, {}))

    def join(self, name: str, member: H) -> None:
        """Put *member* into the group, once."""
        self._groups.setdefault(name, {})[member] = None
        self._joined.setdefault(member, {})[name] = None

    def leave(self, name: str, member: H) -> None:
        """Take *member* out of the group, if it is in it."""
        joined = self._joined.get(member)
        if joined is None or name not in joined:
            return
        del joined[name], self._groups[name][member]
        if not joined:
            del self._joined[member]
        if not self._groups[name]:
            del self._groups[name]

    def leave_all(self, member: H) -> None:
        """Take *member* out of every group."""
        for name in tuple(self._joined.get(member, ())):
            self.leave(name, member)
