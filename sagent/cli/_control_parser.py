"""The command line of ``sagent ps`` and its like. Imports the standard library alone."""

import argparse
from collections.abc import Callable, Mapping, Sequence

from sagent.cli._parser import Parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

type ControlCommand = Literal["ps", "tree", "send", "stop", "attach"]

_TARGET = """\
NAME is an agent's name, of all sagents that you have running; its path in the tree; PID for the
agent that a process is for; or PID:NAME, where there are more of one name."""


class ControlOptions(argparse.Namespace):
    """What was asked for; each command has some of it."""

    command: "ControlCommand"
    json: bool
    target: str | None
    """Whom it is about; None for all."""
    text: list[str]


def parse_control(command: "ControlCommand", argv: Sequence[str]) -> ControlOptions:
    """Read what follows ``sagent COMMAND``; prints and exits for ``--help`` and errors."""
    options = control_parser(command).parse_args(argv, namespace=ControlOptions())
    options.command = command
    return options


def control_parser(command: "ControlCommand") -> Parser:
    """Make the parser of what follows ``sagent COMMAND``."""
    about, add = _COMMANDS[command]
    parser = Parser(
        prog=f"sagent {command}",
        description=about,
        epilog=None if command == "ps" else _TARGET,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add(parser)
    return parser


def _ps(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="an object a line")


def _tree(parser: Parser) -> None:
    parser.add_argument("target", nargs="?", metavar="NAME", help="whom to show; all without it")
    parser.add_argument("--json", action="store_true", help="an object a line")


def _send(parser: Parser) -> None:
    parser.add_argument("target", metavar="NAME", help="to whom")
    parser.add_argument(
        "text", nargs="*", metavar="TEXT", help="else it is read from standard input"
    )


def _stop(parser: Parser) -> None:
    parser.add_argument("target", metavar="NAME", help="who is to end")


def _attach(parser: Parser) -> None:
    parser.add_argument("target", metavar="NAME", help="whom to watch")
    parser.add_argument("--json", action="store_true", help="an object a line for each event")


_COMMANDS: "Mapping[ControlCommand, tuple[str, Callable[[Parser], None]]]" = {
    "ps": ("List all sagents that you have running.", _ps),
    "tree": ("Show the agents of a running sagent, and all actors beside them.", _tree),
    "send": ("Say something to a running agent, as if it had been typed there.", _send),
    "stop": ("End a running agent; its run, if the run is for it, as Ctrl-C there does.", _stop),
    "attach": (
        "Watch a running agent. Lines that you type are said to it; Ctrl-C only stops watching.",
        _attach,
    ),
}
