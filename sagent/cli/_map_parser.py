"""The command line of ``sagent map``. Imports the standard library alone."""

import argparse
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sagent.cli._argument import items, seconds, times, tool_names
from sagent.cli._flags import add_agent, add_config, add_limits, add_log, add_model
from sagent.cli._options import Options
from sagent.cli._parser import Parser

_DESCRIPTION = """\
Let an agent work on each of many files or lines, side by side, and print a line of JSON for each.
With --reduce, make one result of all results in the end.

PROMPT may hold {item}, the file's path or the line, and {content}, the file's text; without them,
the file or the line goes with it by itself. TEXT of --reduce may hold {items}.

  sagent map --over 'src/**/*.py' --prompt "List the public functions." --limit 20
  git ls-files | sagent map --items - --prompt "Summarise {item}." --reduce "Describe the project."

Stopped with Ctrl-C, or by its budget, the same command goes on where it was; what is done is not
paid for again."""


class MapOptions(Options):
    """What was asked for after ``sagent map``, beside what every run can be told."""

    over: list[str]
    """Patterns of files."""
    items: str | None
    """A file of lines; "-" for standard input."""
    each: str
    """What each agent is asked."""
    reduce: str | None
    """How one result is made of all; None to leave them as they are."""
    limit: int = 10
    attempts: int = 3
    item_seconds: float | None
    journal: str | None
    """A file that keeps what is done; None for one of our own, which goes when all is done."""
    config_tables: "Mapping[str, tuple[str, ...]]" = MappingProxyType(
        {"map": ("limit", "attempts", "item_seconds")}
    )


def parse_map(argv: Sequence[str]) -> MapOptions:
    """Read what follows ``sagent map``; prints and exits for ``--help`` and errors."""
    parser = map_parser()
    options = parser.parse_args(argv, namespace=_unsaid())
    if not options.over and options.items is None:
        parser.error("there is nothing to work on: pass --over PATTERN or --items FILE")
    if not options.each.strip():
        parser.error("--prompt is empty: say what is to be done with each")
    options.tools = tool_names(options.tools)
    return options


def map_parser() -> Parser:
    """Make the parser of what follows ``sagent map``."""
    parser = Parser(
        prog="sagent map",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_work(parser)
    add_model(parser)
    add_agent(parser)
    add_limits(parser)
    add_config(parser)
    parser.add_argument(
        "--trace", metavar="FILE", help="write there who did what, and what it cost"
    )
    add_log(parser)
    parser.add_argument("--debug", action="store_true", help="show tracebacks of errors")
    return parser


def _unsaid() -> MapOptions:
    """Give options without a session: what is done is kept in the journal."""
    options = MapOptions()
    options.prompt = []
    options.continue_newest, options.resume, options.session = False, None, None
    options.fork, options.no_session_persistence = False, True
    options.output_format = "stream-json"
    return options


def _add_work(parser: Parser) -> None:
    add = parser.add_argument_group("work").add_argument
    add(
        "--over",
        nargs="+",
        action="extend",
        default=[],
        metavar="PATTERN",
        help="files, such as 'src/**/*.py'; what .gitignore names is left out",
    )
    add("--items", metavar="FILE", help="lines of a file, or of standard input for -")
    add("--prompt", dest="each", required=True, metavar="PROMPT", help="what to do with each")
    add("--reduce", metavar="TEXT", help="how to make one result of all")
    add("--limit", type=items, metavar="N", help="how many are worked on at a time (10)")
    add("--attempts", type=times, metavar="N", help="how often each is tried (3)")
    add("--item-seconds", type=seconds, metavar="S", help="how long each may take")
    add("--journal", metavar="FILE", help="keep there what is done, after the end too")
