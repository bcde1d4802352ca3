"""The command line of ``sagent models``. Imports the standard library alone."""

import argparse
from collections.abc import Sequence

from sagent.cli._flags import PROVIDERS
from sagent.cli._parser import Parser

_DESCRIPTION = """\
List models: their windows, what they cost in US dollars for a million tokens sent and written,
what is sent to them beside text, and how hard they are told to think; old ones may refuse either.
A provider whose key is set is asked what it has; of the others, those are listed that sagent
knows prices of. What is not known is left empty."""
_EPILOG = """\
  sagent models                 all of them
  sagent models anthropic       those of a provider
  sagent models gpt mini        those that have these words in their names
"""


class ModelsOptions(argparse.Namespace):
    """What was asked for after ``sagent models``."""

    words: list[str]
    provider: str | None
    """Whose models are meant; None for all."""
    offline: bool
    json: bool


def models_parser() -> Parser:
    """Make the parser of what follows ``sagent models``."""
    parser = Parser(
        prog="sagent models",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "words",
        nargs="*",
        metavar="WORD",
        help="a provider's name, and what models are to have in theirs",
    )
    parser.add_argument("--offline", action="store_true", help="ask nobody on the network")
    parser.add_argument("--json", action="store_true", help="an object a line")
    return parser


def parse_models(argv: Sequence[str]) -> ModelsOptions:
    """Read what follows ``sagent models``; prints and exits for ``--help`` and errors."""
    options = models_parser().parse_args(argv, namespace=ModelsOptions())
    names = {name.lower(): name for name in PROVIDERS}
    options.provider = names.get(options.words[0].lower()) if options.words else None
    if options.provider is not None:
        options.words = options.words[1:]
    return options
