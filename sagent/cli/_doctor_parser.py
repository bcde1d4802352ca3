"""The command line of ``sagent doctor``. Imports the standard library alone."""

import argparse
from collections.abc import Sequence

from sagent.cli._parser import Parser

_DESCRIPTION = """\
See what works here, and what to do about what does not: versions, terminal, what is kept,
the project's files, programs, network, and keys, of which no value is shown.
Each provider that has a key is asked once for its models, which costs nothing."""
_EPILOG = "exit codes: 0 all works, 1 something does not, 2 usage, 130 interrupted"


class DoctorOptions(argparse.Namespace):
    """What was asked for after ``sagent doctor``."""

    offline: bool
    json: bool


def doctor_parser() -> Parser:
    """Make the parser of what follows ``sagent doctor``."""
    parser = Parser(
        prog="sagent doctor",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--offline", action="store_true", help="ask nobody on the network")
    parser.add_argument("--json", action="store_true", help="an object a line")
    return parser


def parse_doctor(argv: Sequence[str]) -> DoctorOptions:
    """Read what follows ``sagent doctor``; prints and exits for ``--help`` and errors."""
    return doctor_parser().parse_args(argv, namespace=DoctorOptions())
