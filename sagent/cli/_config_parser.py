"""The command line of ``sagent config``. Imports the standard library alone."""

import argparse
from collections.abc import Sequence

from sagent.cli._parser import Parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

type ConfigCommand = Literal["show", "path", "schema"]

_DESCRIPTION = """\
Show what is set beside the command line, and from where each setting comes: from variables, from
the project's .sagent/config.toml, here or above, and from your own ~/.sagent/config.toml.

  sagent config           what is set, and where
  sagent config path      the files that are read, the strongest last
  sagent config schema    the JSON schema of a config file, for editors"""


class ConfigOptions(argparse.Namespace):
    """What was asked for after ``sagent config``."""

    command: "ConfigCommand"
    json: bool
    config_file: str | None
    no_project_instructions: bool | None


def config_parser() -> Parser:
    """Make the parser of what follows ``sagent config``."""
    parser = Parser(
        prog="sagent config",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "command",
        nargs="?",
        choices=["show", "path", "schema"],
        default="show",
        help="show, if nothing is said",
    )
    parser.add_argument("--json", action="store_true", help="show it as one object")
    parser.add_argument(
        "--config", dest="config_file", metavar="FILE", help="a file in place of your own, or none"
    )
    parser.add_argument(
        "--no-project-instructions",
        action="store_true",
        default=None,
        help="leave the project's files out",
    )
    return parser


def parse_config(argv: Sequence[str]) -> ConfigOptions:
    """Read what follows ``sagent config``; prints and exits for ``--help`` and errors."""
    return config_parser().parse_args(argv, namespace=ConfigOptions())
