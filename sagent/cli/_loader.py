"""The commands, by their first words; all else is a prompt or a flag.

What ``--help`` needs is loaded before the command line is read, and all else after it.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from sagent.cli._exit_code import DONE, USAGE
from sagent.cli._parser import parse
from sagent.nearness import is_one_edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sagent.cli._control_parser import ControlCommand
    from sagent.cli._map_parser import MapOptions
    from sagent.cli._options import Options

type Work = Callable[[], int]
"""Does what the command line says, and gives the exit code."""
type Load = Callable[[], Work]
"""Loads what the work needs."""

COMPLETE = "__complete"
"""The first word of what shells ask us as somebody types."""


def loader_of(words: Sequence[str]) -> Load:
    """Read a command line; prints and exits for ``--help``, ``--version`` and errors."""
    match words:
        case [first, *rest] if first == COMPLETE:
            return _complete(rest)
        case [first, *rest] if first in LOADERS:
            return LOADERS[first](rest)
        case ["help", *rest] if len(rest) <= 1 and LOADERS.keys() >= {*rest}:
            return loader_of([*rest, "--help"])
        case [word] if meant := _meant(word):
            return _ask_back(f"no command {word!r}; did you mean {meant}?", word)
        case _:
            return _run(words)


def _meant(word: str) -> str | None:
    """Give the command that *word* is a slip of."""
    return next((name for name in LOADERS if is_one_edit(word, name)), None)


def _ask_back(what: str, said: str) -> Load:
    def work() -> int:
        sys.stderr.write(f"sagent: {what} To ask an agent, write: sagent -- {said}\n")
        return USAGE

    return lambda: work


def _run(words: Sequence[str]) -> Load:
    options = parse(words)
    if "--" not in words and options.prompt and (first := options.prompt[0]) in LOADERS:
        what = f"{first} is a command, and goes before all flags: sagent {first} ..."
        return _ask_back(what, " ".join(options.prompt))

    def work(options: "Options") -> Work:
        if _is_conversation(options):
            from sagent.cli._interactive import run_interactive  # noqa: PLC0415

            return partial(run_interactive, options)
        from sagent.cli._headless import run_headless  # noqa: PLC0415

        return partial(run_headless, options)

    return _configured(options, work)


def _is_conversation(options: "Options") -> bool:
    """Tell whether somebody is there to talk to: no prompt is given, and none can be read."""
    at_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    headless = options.headless or options.prompt or options.image or options.output_schema
    in_text = options.input_format == options.output_format == "text"
    return at_terminal and in_text and not headless


def _configured[O: "Options"](options: O, work: Callable[[O], Work]) -> Load:
    def load() -> Work:
        from sagent.cli._config import with_config  # noqa: PLC0415

        return with_config(options, work)

    return load


def _map(words: Sequence[str]) -> Load:
    from sagent.cli._map_parser import parse_map  # noqa: PLC0415

    def work(options: "MapOptions") -> Work:
        from sagent.cli._map import run_map  # noqa: PLC0415

        return partial(run_map, options)

    return _configured(parse_map(words), work)


def _sessions(words: Sequence[str]) -> Load:
    from sagent.cli._sessions_parser import parse_sessions  # noqa: PLC0415

    options = parse_sessions(words)

    def load() -> Work:
        from sagent.cli._sessions import run_sessions  # noqa: PLC0415

        return partial(run_sessions, options)

    return load


def _models(words: Sequence[str]) -> Load:
    from sagent.cli._models_parser import parse_models  # noqa: PLC0415

    options = parse_models(words)

    def load() -> Work:
        from sagent.cli._models import run_models  # noqa: PLC0415

        return partial(run_models, options)

    return load


def _doctor(words: Sequence[str]) -> Load:
    from sagent.cli._doctor_parser import parse_doctor  # noqa: PLC0415

    options = parse_doctor(words)

    def load() -> Work:
        from sagent.cli._doctor import run_doctor  # noqa: PLC0415

        return partial(run_doctor, options)

    return load


def _config(words: Sequence[str]) -> Load:
    from sagent.cli._config_parser import parse_config  # noqa: PLC0415

    options = parse_config(words)

    def load() -> Work:
        from sagent.cli._config_command import run_config  # noqa: PLC0415

        return partial(run_config, options)

    return load


def _control(command: "ControlCommand", words: Sequence[str]) -> Load:
    from sagent.cli._control_parser import parse_control  # noqa: PLC0415

    options = parse_control(command, words)

    def load() -> Work:
        from sagent.cli._control import run_control  # noqa: PLC0415

        return partial(run_control, options)

    return load


def _completion(words: Sequence[str]) -> Load:
    from sagent.cli._completion_parser import parse_completion  # noqa: PLC0415

    options = parse_completion(words)

    def work() -> int:
        from sagent.cli._completion.scripts import SCRIPTS  # noqa: PLC0415

        sys.stdout.write(SCRIPTS[options.shell])
        return DONE

    return lambda: work


def _complete(words: Sequence[str]) -> Load:
    def work() -> int:
        from sagent.cli._completion.answer import answer  # noqa: PLC0415

        sys.stdout.write(answer(words[0] if words else "", words[1:]))
        return DONE

    return lambda: work


LOADERS: "Mapping[str, Callable[[Sequence[str]], Load]]" = {
    "sessions": _sessions,
    "map": _map,
    "models": _models,
    "doctor": _doctor,
    "config": _config,
    "completion": _completion,
    "ps": partial(_control, "ps"),
    "tree": partial(_control, "tree"),
    "send": partial(_control, "send"),
    "stop": partial(_control, "stop"),
    "attach": partial(_control, "attach"),
}
