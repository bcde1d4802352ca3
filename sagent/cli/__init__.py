"""The command ``sagent``."""

import gc
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from sagent.cli._exit_code import DONE, INTERRUPTED, USAGE
from sagent.cli._parser import parse
from sagent.nearness import is_one_edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sagent.cli._control_parser import ControlCommand
    from sagent.cli._map_parser import MapOptions
    from sagent.cli._options import Options

__all__ = ["main"]

type Work = Callable[[], int]
"""Does what the command line says, and gives the exit code."""
type Load = Callable[[], Work]
"""Loads what the work needs."""

SESSIONS = "sessions"
"""The first word of commands about sessions."""
MAP = "map"
"""The first word of one agent's work on many items."""
MODELS = "models"
"""The first word of a list of models."""
DOCTOR = "doctor"
"""The first word of a look at what works here."""
CONTROL: "tuple[ControlCommand, ...]" = ("ps", "tree", "send", "stop", "attach")
"""The first word of commands about what runs; all else is a prompt or a flag."""
COMPLETE = "__complete"
"""The first word of what shells ask us as somebody types."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and give its exit code: 0 done, 1 failed, 2 usage, 130 interrupted."""
    words = list(sys.argv[1:] if argv is None else argv)
    load = _loader(words)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)  # until the run has its own: there is nothing to clean up yet
    _open_closed_streams()
    work = load() if argv is not None else _load_for_command(load)
    return work()


def _load_for_command(load: Load) -> Work:
    """Load what this process, which is the command and nothing else, is to do.

    Most of what loads stays, and is a hundred thousand objects: to look for garbage among them as
    they come, and again at the end, takes a fifth of a short run.

    httpx looks for its own command line, and loads click and rich if they are there: 50 ms. In
    here nobody asks for it, and None is the import system's word for a module that is not there,
    as this one is not where httpx is installed without its extra ``cli``.
    """
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # see above
    gc.disable()
    from sagent.process import hide_from_children  # noqa: PLC0415  # --help needs none of it

    hide_from_children()
    work = load()
    gc.freeze()
    gc.enable()
    return work


def _loader(words: Sequence[str]) -> Load:
    match words[:1]:
        case [first] if first == SESSIONS:
            return _sessions_loader(words[1:])
        case [first] if first == MAP:
            return _map_loader(words[1:])
        case [first] if first == MODELS:
            return _models_loader(words[1:])
        case [first] if first == DOCTOR:
            return _doctor_loader(words[1:])
        case _:
            for command in CONTROL:
                if words[:1] == [command]:
                    return _control_loader(command, words[1:])
            return _run_loader(words)
    if argv is None and words[:1] != [COMPLETE]:  # this process is the command
        from sagent.process import hide_from_children  # noqa: PLC0415  # --help needs none of it

        hide_from_children()


def _work(words: Sequence[str]) -> Callable[[], int]:
    if words and words[0] == COMPLETE:
        return _complete_work(words[1:])
    if words and (command := _WORKS.get(words[0])) is not None:
        return command(words[1:])
    if len(words) == 1 and (meant := _meant(words[0])):
        return _ask_work(words[0], meant)
    return _run_work(words)


def _meant(word: str) -> str | None:
    """Give the command that *word* is a slip of."""
    return next((name for name in _WORKS if is_one_edit(word, name)), None)


def _ask_work(word: str, meant: str) -> Callable[[], int]:
    def work() -> int:
        sys.stderr.write(
            f"sagent: no command {word!r}; did you mean {meant}? "
            f"To ask an agent, write: sagent -- {word}\n"
        )
        return USAGE

    return work


# What --help needs is loaded before the command line is read, and all else after it.


def _run_loader(words: Sequence[str]) -> Load:
    def work(options: "Options") -> Work:
        if _is_conversation(options):
            from sagent.cli._interactive import run_interactive  # noqa: PLC0415

            return partial(run_interactive, options)
        from sagent.cli._headless import run_headless  # noqa: PLC0415

        return partial(run_headless, options)

    return _configured(parse(words), work)


def _is_conversation(options: "Options") -> bool:
    """Tell whether somebody is there to talk to: no prompt is given, and none can be read."""
    at_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    headless = options.headless or options.prompt or options.image or options.output_schema
    in_text = options.input_format == options.output_format == "text"
    return at_terminal and in_text and not headless


def _configured[O: "Options"](options: O, work: Callable[[O], Work]) -> Load:
    def load() -> Work:
        from sagent.cli._config import with_config  # noqa: PLC0415  # as above

        return with_config(options, work)

    return load


def _sessions_loader(words: Sequence[str]) -> Load:
    from sagent.cli._sessions_parser import parse_sessions  # noqa: PLC0415  # as above

    options = parse_sessions(words)

    def load() -> Work:
        from sagent.cli._sessions import run_sessions  # noqa: PLC0415  # as above

        return partial(run_sessions, options)

    return load


def _map_loader(words: Sequence[str]) -> Load:
    from sagent.cli._map_parser import parse_map  # noqa: PLC0415  # as above

    def work(options: "MapOptions") -> Work:
        from sagent.cli._map import run_map  # noqa: PLC0415  # as above

        return partial(run_map, options)

    return _configured(parse_map(words), work)


def _models_loader(words: Sequence[str]) -> Load:
    from sagent.cli._models_parser import parse_models  # noqa: PLC0415  # as above

    options = parse_models(words)

    def load() -> Work:
        from sagent.cli._models import run_models  # noqa: PLC0415  # as above

        return partial(run_models, options)

    return load


def _doctor_loader(words: Sequence[str]) -> Load:
    from sagent.cli._doctor_parser import parse_doctor  # noqa: PLC0415  # as above

    options = parse_doctor(words)

    def load() -> Work:
        from sagent.cli._doctor import run_doctor  # noqa: PLC0415  # as above

        return partial(run_doctor, options)

    return load


def _control_loader(command: "ControlCommand", words: Sequence[str]) -> Load:
    from sagent.cli._control_parser import parse_control  # noqa: PLC0415  # as above

    options = parse_control(command, words)

    def load() -> Work:
        from sagent.cli._control import run_control  # noqa: PLC0415  # as above

        return partial(run_control, options)

    return load


def _config_work(words: Sequence[str]) -> Callable[[], int]:
    from sagent.cli._config_parser import parse_config  # noqa: PLC0415  # as above

    options = parse_config(words)

    def work() -> int:
        from sagent.cli._config_command import run_config  # noqa: PLC0415  # as above

        return run_config(options)

    return work


def _completion_work(words: Sequence[str]) -> Callable[[], int]:
    from sagent.cli._completion_parser import parse_completion  # noqa: PLC0415  # as above

    options = parse_completion(words)

    def work() -> int:
        from sagent.cli._completion.scripts import SCRIPTS  # noqa: PLC0415  # as above

        sys.stdout.write(SCRIPTS[options.shell])
        return DONE

    return work


def _complete_work(words: Sequence[str]) -> Callable[[], int]:
    def work() -> int:
        from sagent.cli._completion.answer import answer  # noqa: PLC0415  # as above

        sys.stdout.write(answer(words[0] if words else "", words[1:]))
        return DONE

    return work


# All else is a prompt or a flag.
_WORKS: "Mapping[str, Callable[[Sequence[str]], Callable[[], int]]]" = {
    "sessions": _sessions_work,
    "map": _map_work,
    "config": _config_work,
    "completion": _completion_work,
    "ps": partial(_control_work, "ps"),
    "tree": partial(_control_work, "tree"),
    "send": partial(_control_work, "send"),
    "stop": partial(_control_work, "stop"),
    "attach": partial(_control_work, "attach"),
}


def _leave(*_: object) -> None:
    os._exit(INTERRUPTED)


def _open_closed_streams() -> None:
    """Give a process that was started with closed streams empty ones."""
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: PTH123, SIM115  # as long as the process
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115
