from typing import TYPE_CHECKING

import attrs

from sagent.tools._builtin import BuiltinTool

if TYPE_CHECKING:
    from sagent.tools.papers._library import Library


@attrs.define(eq=False)
class Desk:
    """Where a library is asked for; all copies of a tool share one, and so its services' pace."""

    _library: "Library | None" = None

    @property
    def library(self) -> "Library":
        """The library, which is made with the keys of the environment if none was given."""
        if self._library is None:
            from sagent.tools.papers._library import Library  # noqa: PLC0415  # 25 ms, and few agents ask

            self._library = Library.from_env()
        return self._library


def _desk(given: "Library | Desk | None") -> Desk:
    return given if isinstance(given, Desk) else Desk(given)


@attrs.define(eq=False, kw_only=True)
class PaperTool(BuiltinTool):
    """What the tools for papers have in common; what they do is loaded with their first work.

    Args:
        library: the services to ask; the public ones unless given.
    """

    _desk: Desk = attrs.field(default=None, converter=_desk, alias="library")

    @property
    def library(self) -> "Library":
        """The services that it asks."""
        return self._desk.library
