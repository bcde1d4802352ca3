"""Where a run is kept: its manifest, and its conversations."""

import os
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from sagent.errors import SessionBusyError, SessionError
from sagent.session._lock import lock_session, unlock_session
from sagent.slack._manifest import MANIFEST

_LOCK = "lock"


@contextmanager
def new_run(root: Path) -> Generator[Path]:
    """Begin a run below *root*, and keep it for the length of the block.

    Raises:
        SessionError: it cannot be made there.
    """
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    directory = root / f"{now}-{token_hex(3)}"
    try:
        for place in (*reversed(root.parents), root, directory):
            if not place.exists():
                place.mkdir(mode=0o700)
    except OSError as error:
        raise SessionError(f"{directory} cannot be made: {error.strerror}") from error
    with _locked(directory):
        yield directory


@contextmanager
def newest_run(root: Path) -> Generator[Path | None]:
    """Go on with the newest run below *root*, and keep it for the length of the block.

    It gives None if there is none.

    Raises:
        SessionBusyError: another process goes on with it.
        SessionError: it cannot be read or written.
    """
    try:
        runs = sorted(path.parent for path in root.glob(f"*/{MANIFEST}"))
    except OSError as error:
        raise SessionError(f"{root} cannot be read: {error.strerror}") from error
    with ExitStack() as stack:
        if runs:
            stack.enter_context(_locked(runs[-1]))
        yield runs[-1] if runs else None


@contextmanager
def _locked(directory: Path) -> Generator[None]:
    path = directory / _LOCK
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SessionError(f"{path} cannot be written: {error.strerror}") from error
    try:
        lock_session(descriptor, directory)
    except SessionBusyError as error:
        with suppress(OSError):
            os.close(descriptor)
        holder = "another process" if error.pid is None else f"process {error.pid}"
        raise SessionBusyError(
            f"{directory} is kept by {holder}: stop that, or begin anew without --continue",
            pid=error.pid,
        ) from error
    except BaseException:
        os.close(descriptor)
        raise
    try:
        yield
    finally:
        unlock_session(descriptor, directory)
