"""From options to a bot that is up, until it is interrupted."""

import logging
import sys
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec

import trio

from sagent.cli._exit_code import INTERRUPTED
from sagent.cli._last_stop import settled, tell_error
from sagent.cli._streams import complain
from sagent.cli._until_signal import End, until_signal
from sagent.errors import SlackError
from sagent.slack._parser import SlackOptions


def run_slack(options: SlackOptions) -> int:
    """Do what *options* ask for and give the exit code."""
    return settled(partial(_do, options), partial(tell_error, options))


def _do(options: SlackOptions) -> int:
    _check_library()
    with _warnings_told():
        return trio.run(until_signal, partial(_serve, options))


def _check_library() -> None:
    if find_spec("websockets") is None:
        raise SlackError("the package websockets is missing: pip install 'sagent[slack]'")


async def _serve(options: SlackOptions, end: End) -> int:
    from sagent.slack._bot import serve  # noqa: PLC0415  # after the check for its library

    await serve(options, end)
    return INTERRUPTED


@contextmanager
def _warnings_told() -> Generator[None]:
    """Tell on standard error what goes wrong while the bot is up, a line each."""
    logger, teller = logging.getLogger("sagent.slack"), _Teller(logging.WARNING)
    logger.addHandler(teller)
    try:
        yield
    finally:
        logger.removeHandler(teller)


class _Teller(logging.Handler):
    """Tells warnings as all that people read is told; tracebacks are for who asks for them."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the message of *record*."""
        complain(record.getMessage())
        sys.stderr.flush()
