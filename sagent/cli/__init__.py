"""The command ``sagent``."""

import sys
from collections.abc import Sequence

from sagent.cli._parser import Options, parse

__all__ = ["main"]

INTERRUPTED = 130
"""The exit code of a run that SIGINT or SIGTERM ended: 128 and SIGINT's number."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and give its exit code: 0 done, 1 failed, 2 usage, 130 interrupted."""
    options = parse(sys.argv[1:] if argv is None else argv)
    try:
        return _run(options)
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(options: Options) -> int:
    from sagent.cli._headless import run_headless  # noqa: PLC0415  # --help must not wait for trio

    return run_headless(options)
