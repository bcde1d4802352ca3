from sagent.errors import NameTaken, UsageError


class Registry[H]:
    """Who holds which name, in one system; a name has one holder at a time."""

    __slots__ = ("_holders",)

    def __init__(self) -> None:
        self._holders: dict[str, H] = {}

    def names(self) -> tuple[str, ...]:
        """Every name that is held, oldest first."""
        return tuple(self._holders)

    def get(self, name: str) -> H | None:
        """Whoever holds *name*."""
        return self._holders.get(name)

    def take(self, name: str, holder: H) -> None:
        """Let *holder* hold *name*.

        Raises:
            NameTaken: somebody holds it.
            UsageError: it is empty, or has a slash, which parts the names of a path.
        """
        if not name or "/" in name:
            raise UsageError(f"name={name!r}: a name has at least one character and no slash")
        if name in self._holders:
            raise NameTaken(f"{name!r} is held by a living actor: choose another name, or stop it")
        self._holders[name] = holder

    def free(self, name: str, holder: H) -> None:
        """Free *name*, if it is *holder* who holds it."""
        if self._holders.get(name) is holder:
            del self._holders[name]
