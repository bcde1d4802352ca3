"""The commands of ``sagent``, and what each takes. Imports the standard library alone."""

from collections.abc import Callable, Mapping
from functools import partial

from sagent.cli._completion_parser import completion_parser
from sagent.cli._config_parser import config_parser
from sagent.cli._control_parser import control_parser
from sagent.cli._doctor_parser import doctor_parser
from sagent.cli._map_parser import map_parser
from sagent.cli._models_parser import models_parser
from sagent.cli._parser import Parser, run_parser
from sagent.cli._sessions_parser import sessions_parser

type Parsers = Mapping[str, Callable[[], Parser]]

PARSERS: Parsers = {
    "": run_parser,
    "map": map_parser,
    "sessions": sessions_parser,
    "models": models_parser,
    "doctor": doctor_parser,
    "config": config_parser,
    "completion": completion_parser,
    "ps": partial(control_parser, "ps"),
    "tree": partial(control_parser, "tree"),
    "send": partial(control_parser, "send"),
    "stop": partial(control_parser, "stop"),
    "attach": partial(control_parser, "attach"),
}
"""What makes the parser of each command, by its first word; "" for a run."""
