"""The command ``sagent``."""

import gc
import os
import signal
import sys
from collections.abc import Sequence

from sagent.cli._exit_code import FAILED, INTERRUPTED
from sagent.cli._loader import COMPLETE, Load, Work, loader_of

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and give its exit code: 0 done, 1 failed, 2 usage, 130 interrupted."""
    _open_closed_streams()
    try:
        return _do(argv)
    except BrokenPipeError:  # the reader has gone, and knows it
        return FAILED
    except OSError as error:  # of words that are printed before there is anything to do
        sys.stderr.write(f"sagent: standard output could not be written ({error.strerror})\n")
        return FAILED


def _do(argv: Sequence[str] | None) -> int:
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        load = loader_of(words)
    except SystemExit:
        _flush()
        raise
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)  # until the run has its own: there is nothing to clean up yet
    alone = argv is None and words[:1] != [COMPLETE]
    work = _load_for_command(load) if alone else load()
    code = work()
    _flush()
    return code


def _flush() -> None:
    """Write what standard output holds; what cannot be written is forgotten.

    Python would try it again at its end, and complain of that.
    """
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise


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


def _leave(*_: object) -> None:
    os._exit(INTERRUPTED)


def _open_closed_streams() -> None:
    """Give a process that was started with closed streams empty ones."""
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: PTH123, SIM115  # as long as the process
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115
