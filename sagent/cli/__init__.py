"""The command ``sagent``."""

import os
import signal
import sys
from collections.abc import Callable, Sequence

from sagent.cli._exit_code import INTERRUPTED
from sagent.cli._parser import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sagent.cli._control_parser import ControlCommand
    from sagent.cli._map_parser import MapOptions
    from sagent.cli._options import Options

__all__ = ["main"]

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


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and give its exit code: 0 done, 1 failed, 2 usage, 130 interrupted."""
    words = list(sys.argv[1:] if argv is None else argv)
    work = _work(words)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)  # until the run has its own: there is nothing to clean up yet
    _open_closed_streams()
    if argv is None:  # this process is the command
        from sagent.process import hide_from_children  # noqa: PLC0415  # --help needs none of it

        hide_from_children()
    return work()


def _work(words: Sequence[str]) -> Callable[[], int]:
    if words[:1] == [SESSIONS]:
        return _sessions_work(words[1:])
    if words[:1] == [MAP]:
        return _map_work(words[1:])
    if words[:1] == [MODELS]:
        return _models_work(words[1:])
    if words[:1] == [DOCTOR]:
        return _doctor_work(words[1:])
    for command in CONTROL:
        if words[:1] == [command]:
            return _control_work(command, words[1:])
    return _run_work(words)


# What --help needs is loaded before the command line is read, and all else after it.


def _run_work(words: Sequence[str]) -> Callable[[], int]:
    options = parse(words)

    def work(options: "Options") -> int:
        if _is_conversation(options):
            from sagent.cli._interactive import run_interactive  # noqa: PLC0415

            return run_interactive(options)
        from sagent.cli._headless import run_headless  # noqa: PLC0415

        return run_headless(options)

    return _configured(options, work)


def _configured[O: "Options"](options: O, work: Callable[[O], int]) -> Callable[[], int]:
    def configured() -> int:
        from sagent.cli._config import with_config  # noqa: PLC0415  # as above

        return with_config(options, work)

    return configured


def _is_conversation(options: "Options") -> bool:
    """Tell whether somebody is there to talk to: no prompt is given, and none can be read."""
    at_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    return at_terminal and not options.prompt and options.output_format == "text"


def _sessions_work(words: Sequence[str]) -> Callable[[], int]:
    from sagent.cli._sessions_parser import parse_sessions  # noqa: PLC0415  # as above

    options = parse_sessions(words)

    def work() -> int:
        from sagent.cli._sessions import run_sessions  # noqa: PLC0415  # as above

        return run_sessions(options)

    return work


def _map_work(words: Sequence[str]) -> Callable[[], int]:
    from sagent.cli._map_parser import parse_map  # noqa: PLC0415  # as above

    def work(options: "MapOptions") -> int:
        from sagent.cli._map import run_map  # noqa: PLC0415  # as above

        return run_map(options)

    return _configured(parse_map(words), work)


def _models_work(words: Sequence[str]) -> Callable[[], int]:
    from sagent.cli._models_parser import parse_models  # noqa: PLC0415  # as above

    options = parse_models(words)

    def work() -> int:
        from sagent.cli._models import run_models  # noqa: PLC0415  # as above

        return run_models(options)

    return work


def _doctor_work(words: Sequence[str]) -> Callable[[], int]:
    from sagent.cli._doctor_parser import parse_doctor  # noqa: PLC0415  # as above

    options = parse_doctor(words)

    def work() -> int:
        from sagent.cli._doctor import run_doctor  # noqa: PLC0415  # as above

        return run_doctor(options)

    return work


def _control_work(command: "ControlCommand", words: Sequence[str]) -> Callable[[], int]:
    from sagent.cli._control_parser import parse_control  # noqa: PLC0415  # as above

    options = parse_control(command, words)

    def work() -> int:
        from sagent.cli._control import run_control  # noqa: PLC0415  # as above

        return run_control(options)

    return work


def _leave(*_: object) -> None:
    os._exit(INTERRUPTED)


def _open_closed_streams() -> None:
    """Give a process that was started with closed streams empty ones."""
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: PTH123, SIM115  # as long as the process
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115
