"""The command line of ``sagent completion``. Imports the standard library alone."""

import argparse
from collections.abc import Sequence

from sagent.cli._parser import Parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

type Shell = Literal["bash", "zsh", "fish"]

_DESCRIPTION = """\
Print what lets a shell complete the words of a sagent command with Tab: flags, commands, and what
may follow them, sessions and running agents among it. It goes into the shell's start file:

  bash  eval "$(sagent completion bash)"       in ~/.bashrc
  zsh   eval "$(sagent completion zsh)"        in ~/.zshrc, after compinit
  fish  sagent completion fish | source        in ~/.config/fish/config.fish"""


class CompletionOptions(argparse.Namespace):
    """What was asked for after ``sagent completion``."""

    shell: "Shell"


def completion_parser() -> Parser:
    """Make the parser of what follows ``sagent completion``."""
    parser = Parser(
        prog="sagent completion",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "shell", choices=["bash", "zsh", "fish"], metavar="SHELL", help="bash, zsh or fish"
    )
    return parser


def parse_completion(argv: Sequence[str]) -> CompletionOptions:
    """Read what follows ``sagent completion``; prints and exits for ``--help`` and errors."""
    return completion_parser().parse_args(argv, namespace=CompletionOptions())
