"""The log of a run, on standard error or in a file: what the logger ``sagent`` is told."""

import logging
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

import attrs

from sagent.cli._credential import secrets_of
from sagent.cli._mask import Mask
from sagent.cli._options import LOG_LEVELS, Options
from sagent.cli._streams import complain
from sagent.errors import UsageError

LEVEL_VARIABLE = "SAGENT_LOG_LEVEL"
FILE_VARIABLE = "SAGENT_LOG_FILE"
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

type Surface = Literal["headless", "conversation"]
"""What standard error is for: whoever reads it, or the conversation that is painted there."""


@contextmanager
def logged(options: Options, surface: Surface) -> Generator[None]:
    """Log what happens in the block, if *options* or the environment ask for it.

    The log is in the file that ``SAGENT_LOG_FILE`` names, or else on standard error, where that is
    free. Credentials of the environment are taken out of it.

    Raises:
        UsageError: there is no such level, or the file cannot be written.
    """
    level, file = _level(options), _file(options)
    if level is None and not file:
        yield
        return
    if not file and surface == "conversation":
        complain(f"a conversation is logged into a file alone: set {FILE_VARIABLE}")
        yield
        return
    handler = _file_handler(Path(file)) if file else logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Masked(_FORMAT, Mask(secrets_of(options))))
    logger = logging.getLogger("sagent")
    before = logger.level
    logger.setLevel(level or logging.INFO)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
        handler.close()


def has_log() -> bool:
    """Tell whether anybody has asked for a log, here or in the program that we are part of."""
    logger = logging.getLogger("sagent")
    real = (each for each in logger.handlers if not isinstance(each, logging.NullHandler))
    return logger.level != logging.NOTSET and any(real)


def is_logged_to_stderr(options: Options) -> bool:
    """Tell whether standard error is for the log, so that nothing may be painted there."""
    return _level(options) is not None and not _file(options)


def _file(options: Options) -> str | None:
    return options.log_file or os.environ.get(FILE_VARIABLE)


def _level(options: Options) -> int | None:
    named = options.log_level or os.environ.get(LEVEL_VARIABLE)
    if not named:
        return None
    if named.upper() not in LOG_LEVELS:
        raise UsageError(f"{LEVEL_VARIABLE} is {named!r}: choose {', '.join(LOG_LEVELS)}")
    return logging.getLevelNamesMapping()[named.upper()]


class _LogFile(logging.FileHandler):
    """Says once that the file takes no more, and writes nothing from then on."""

    _full = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write *record*, unless one before it could not be."""
        if not self._full:
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's name
        """Tell why *record* could not be written."""
        error = sys.exception()
        if not isinstance(error, OSError):
            super().handleError(record)
        elif not self._full:
            self._full = True
            complain(f"no more is logged: {self.baseFilename} cannot be written: {error.strerror}")

    def close(self) -> None:
        """Close the file, and forget what it does not take."""
        with suppress(OSError):
            super().close()


def _file_handler(path: Path) -> logging.Handler:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
        return _LogFile(path, encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(
            f"{FILE_VARIABLE} names {path}, which cannot be written: {error.strerror}"
        ) from error


@attrs.define(eq=False)
class _Masked(logging.Formatter):
    """Writes records without the secrets that are known."""

    _format: str
    _mask: Mask

    def __attrs_post_init__(self) -> None:
        super().__init__(self._format)

    def format(self, record: logging.LogRecord) -> str:
        return self._mask.hide(super().format(record))
