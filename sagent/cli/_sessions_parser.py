"""The command line of ``sagent sessions``. Imports the standard library alone."""

import argparse
from collections.abc import Sequence

from sagent.cli._parser import Parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from sagent.terminal import ExportFormat

type Command = Literal["list", "search", "show", "export", "remove", "rename", "rewind", "fork"]
type Restore = Literal["conversation", "files", "both"]

_DESCRIPTION = """\
Look after the sessions of this directory's project. ID is the beginning of a session's id, or a
session's directory, which has a slash; one of another project is found, too. MESSAGE_ID is the
beginning of a message's id, as show --ids tells it."""


class SessionsOptions(argparse.Namespace):
    """What was asked for after ``sagent sessions``; each command has some of it."""

    command: "Command"
    all: bool
    """Whether all projects are meant, and not only this directory's."""
    json: bool
    text: list[str]
    id: str
    ids: bool
    """Whether the messages' ids are to be shown."""
    session_ids: list[str]
    format: "ExportFormat | None"
    """None for what the output's name says, else Markdown."""
    output: str | None
    yes: bool
    title: str
    message_id: str
    restore: "Restore"
    at: str | None


def parse_sessions(argv: Sequence[str]) -> SessionsOptions:
    """Read what follows ``sagent sessions``; prints and exits for ``--help`` and errors."""
    return sessions_parser().parse_args(argv, namespace=SessionsOptions())


def sessions_parser() -> Parser:
    """Make the parser of what follows ``sagent sessions``."""
    parser = Parser(
        prog="sagent sessions",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_finding(commands)
    _add_reading(commands)
    _add_changing(commands)
    return parser


def _add_finding(commands: "argparse._SubParsersAction[Parser]") -> None:
    listing = commands.add_parser("list", help="list them, newest first")
    search = commands.add_parser("search", help="find messages by the words in them")
    search.add_argument("text", nargs="+", metavar="TEXT", help="the words; all must be there")
    for parser in (listing, search):
        parser.add_argument("--all", action="store_true", help="those of all projects")
        parser.add_argument("--json", action="store_true", help="an object a line")


def _add_reading(commands: "argparse._SubParsersAction[Parser]") -> None:
    show = commands.add_parser("show", help="show a conversation as Markdown")
    show.add_argument("id", metavar="ID")
    show.add_argument(
        "--ids",
        action="store_true",
        help="show a line for each message instead, with its id: * is where the session goes on, "
        "+ is on the way there, and the others are on other branches",
    )
    export = commands.add_parser("export", help="write a conversation into a file")
    export.add_argument("id", metavar="ID")
    export.add_argument(
        "--format",
        choices=["markdown", "html", "jsonl"],
        help="jsonl is a message a line; without it, the output's name says it, else markdown",
    )
    export.add_argument("--output", metavar="FILE", help="where to; standard output without it")


def _add_changing(commands: "argparse._SubParsersAction[Parser]") -> None:
    remove = commands.add_parser("remove", help="delete sessions and all that was kept with them")
    remove.add_argument("session_ids", nargs="+", metavar="ID")
    remove.add_argument("--yes", action="store_true", help="do not ask")
    rename = commands.add_parser("rename", help="give a session a title")
    rename.add_argument("id", metavar="ID")
    rename.add_argument("title", metavar="TITLE")
    rewind = commands.add_parser("rewind", help="let a session go on from an earlier message")
    rewind.add_argument("id", metavar="ID")
    rewind.add_argument("message_id", metavar="MESSAGE_ID")
    rewind.add_argument(
        "--restore",
        choices=["conversation", "files", "both"],
        default="conversation",
        help="what goes back; files are those of its directory, as they were before tools "
        "changed them",
    )
    fork = commands.add_parser("fork", help="copy a session, and print the copy's id")
    fork.add_argument("id", metavar="ID")
    fork.add_argument("--at", metavar="MESSAGE_ID", help="only up to that message")
