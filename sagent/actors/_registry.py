from collections.abc import Callable, Hashable

from sagent.actors._watches import Watches
from sagent.errors import NameTaken, UsageError


class Registry[H: Hashable]:
    """Who holds which name, in one system; a name has one holder at a time."""

    __slots__ = ("_holders", "_watches")

    def __init__(self) -> None:
        self._holders: dict[str, H] = {}
        self._watches: Watches[str, H, H | None] = Watches()

    def names(self) -> tuple[str, ...]:
        """Every name that is held, oldest first."""
        return tuple(self._holders)

    def get(self, name: str) -> H | None:
        """Whoever holds *name*."""
        return self._holders.get(name)

    def check(self, name: str) -> None:
        """Make sure that *name* can be taken.

        Raises:
            NameTaken: somebody holds it.
            UsageError: it is empty, or has a slash, which parts the names of a path, or a `#`,
                which the names that are made up have, so that no two living actors share a path.
        """
        if not name or "/" in name or "#" in name:
            raise UsageError(f"name={name!r}: a name has at least one character, no / and no #")
        if name in self._holders:
            raise NameTaken(f"{name!r} is held by a living actor: choose another name, or stop it")

    def take(self, name: str, holder: H) -> None:
        """Let *holder* hold *name*, which can be taken."""
        self._holders[name] = holder
        self._watches.tell(name, holder)

    def free(self, name: str, holder: H) -> None:
        """Free *name*, if it is *holder* who holds it."""
        if self._holders.get(name) is holder:
            del self._holders[name]
            self._watches.tell(name, None)

    def watch(self, name: str, watcher: H, told: Callable[[H | None], object]) -> None:
        """Call *told* with the holder of *name*, now and whenever it changes; once per watcher."""
        if self._watches.add(name, watcher, told):
            told(self.get(name))

    def unwatch(self, watcher: H) -> None:
        """Tell *watcher* of no name any more."""
        self._watches.forget(watcher)
