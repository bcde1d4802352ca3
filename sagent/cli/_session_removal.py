"""Deleting sessions, once a person has said so."""

import sys
from collections.abc import Sequence
from pathlib import Path

from sagent.errors import SessionError, UsageError
from sagent.session import SessionInfo, read_session, remove_session
from sagent.terminal import title


def confirm(directories: Sequence[Path]) -> bool:
    """Ask the person at the terminal whether the sessions in *directories* are to go.

    Raises:
        UsageError: there is no terminal.
        SessionError: there is no such session.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("sessions are removed without a question only with --yes")
    for directory in directories:
        session = SessionInfo.of(read_session(directory), directory)
        sys.stderr.write(f"  {session.id} · {session.messages} messages · {title(session)}\n")
    noun = "this session" if len(directories) == 1 else f"these {len(directories)} sessions"
    sys.stderr.write(f"Remove {noun} for good? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def remove(directories: Sequence[Path]) -> None:
    """Delete the sessions in *directories*; one that cannot go does not keep the others.

    Raises:
        SessionError: some are left.
    """
    failures: list[SessionError] = []
    for directory in directories:
        try:
            remove_session(directory)
        except SessionError as error:
            failures.append(error)
    if failures:
        raise SessionError("; ".join(map(str, failures)))
