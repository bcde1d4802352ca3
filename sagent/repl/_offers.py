"""What Tab offers beside files."""

from collections.abc import Mapping

import attrs

from sagent.repl._command import COMMANDS, Command


@attrs.frozen
class Offers:
    """Commands, and what may follow them.

    Attributes:
        commands: those there are.
        arguments: words for the first argument of some, by name.
    """

    commands: tuple[Command, ...] = COMMANDS
    arguments: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict[str, tuple[str, ...]])
