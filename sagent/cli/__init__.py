"""The command ``sagent``."""

import os
import signal
import sys
from collections.abc import Sequence

from sagent.cli._exit_code import INTERRUPTED
from sagent.cli._parser import Options, parse

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and give its exit code: 0 done, 1 failed, 2 usage, 130 interrupted."""
    options = parse(sys.argv[1:] if argv is None else argv)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)  # until the run has its own: there is nothing to clean up yet
    _open_closed_streams()
    return _run(options)


def _run(options: Options) -> int:
    from sagent.cli._headless import run_headless  # noqa: PLC0415  # --help must not wait for trio

    return run_headless(options)


def _leave(*_: object) -> None:
    os._exit(INTERRUPTED)


def _open_closed_streams() -> None:
    """Give a process that was started with closed streams empty ones."""
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: PTH123, SIM115  # as long as the process
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115
