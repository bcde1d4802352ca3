"""Sessions begun and gone on with: a directory, a file, and its lock."""

import os
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from sagent.errors import SessionError
from sagent.home import Home
from sagent.process import secret_values
from sagent.session._lock import lock_session, unlock_session
from sagent.session._log import Log
from sagent.session._reading import SESSION_FILE, read_session
from sagent.session._records import FORMAT_VERSION, Header, StateRecord
from sagent.session._redaction import Redactor
from sagent.session._session import Durability, Session
from sagent.session._tail import cut_torn_tail

SESSIONS = "sessions"
"""The directory of a project's sessions."""
_CHILDREN = "agents"
_ID_OCTETS = 6


@contextmanager
def create_session(
    home: Home,
    *,
    cwd: Path,
    directory: Path | None = None,
    name: str | None = None,
    secrets: Iterable[str] | None = None,
    durability: Durability = "turn",
) -> Generator[Session]:
    """Begin a session of the project in *cwd*, and keep it locked for the length of the block.

    One in which nothing was written leaves nothing behind.

    Args:
        home: where sessions are kept.
        cwd: the project's directory.
        directory: where the session is to live; None for a new place among the project's.
        name: the session's title.
        secrets: what is never written; None for what looks like a credential in the environment.
        durability: when the disk is waited for.

    Raises:
        SessionError: it cannot be written.
    """
    if directory is None:
        directory = new_directory(home.project(cwd) / SESSIONS)
    else:
        directory = new_directory(directory.absolute().parent, directory.absolute().name)
    with _begun(directory, cwd, secrets, durability) as session:
        if name is not None:
            session.append(StateRecord(name=name))
        yield session


@contextmanager
def keep_session(
    directory: Path,
    *,
    cwd: Path | None = None,
    secrets: Iterable[str] | None = None,
    durability: Durability = "turn",
) -> Generator[Session]:
    """Go on with the session in *directory*, or begin it there, locked for the length of the block.

    It is for programs that name their conversations themselves, such as a service by its users.

    Args:
        directory: where it lives, or is to.
        cwd: the project's directory, if it is begun; None for the process's.
        secrets: what is never written; None for what looks like a credential in the environment.
        durability: when the disk is waited for.

    Raises:
        SessionBusyError: another process, or another block of this one, writes it.
        SessionError: it cannot be read or written, or a newer sagent wrote it.
    """
    directory = directory.absolute()
    if _is_new(directory):
        kept = _begun(directory, cwd or Path.cwd(), secrets, durability)
    else:
        kept = open_session(directory, secrets=secrets, durability=durability)
    with kept as session:
        yield session


@contextmanager
def open_session(
    directory: Path,
    *,
    secrets: Iterable[str] | None = None,
    durability: Durability = "turn",
) -> Generator[Session]:
    """Go on with the session in *directory*, and keep it locked for the length of the block.

    Args:
        directory: where it lives.
        secrets: what is never written; None for what looks like a credential in the environment.
        durability: when the disk is waited for.

    Raises:
        SessionBusyError: another process, or another block of this one, writes it.
        SessionError: there is no session, it cannot be read or written, or a newer sagent wrote it.
    """
    with _writing(directory, Header(id=directory.name), secrets, durability) as session:
        yield session


@contextmanager
def open_child_session(
    parent: Session, directory: str, *, cwd: Path, durability: Durability = "turn"
) -> Generator[Session]:
    """Begin or go on with the session of an agent that lives below the one of *parent*.

    It lives in the directory of *parent*, goes with it, and holds no secret that *parent* does not.

    Args:
        parent: the session of the agent that started it.
        directory: its name there.
        cwd: where the agent works.
        durability: when the disk is waited for.

    Raises:
        SessionBusyError: another process, or another block of this one, writes it.
        SessionError: it cannot be read or written.
    """
    if directory in {"", ".", ".."} or Path(directory).name != directory:
        raise SessionError(f"{directory!r} is no name of a directory: it stands in a damaged line")
    place = parent.directory / _CHILDREN / directory
    if not (place / SESSION_FILE).exists():
        new_directory(place.parent, directory)
    header = Header(id=directory, cwd=cwd, created_ns=time.time_ns())
    with _writing(place, header, parent.secrets, durability) as session:
        yield session


def new_directory(sessions: Path, name: str | None = None) -> Path:
    """Make a directory with an empty session file in *sessions*, under a name of its own for None.

    Raises:
        SessionError: it cannot be made, or there is a session in it.
    """
    directory = sessions / (name or token_hex(_ID_OCTETS))
    try:
        _make_private(directory)
        os.close(os.open(directory / SESSION_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        for place in (directory, sessions):
            _sync_names(place)
    except OSError as error:
        raise SessionError(f"no session can be made in {directory}: {error.strerror}") from error
    return directory


def _is_new(directory: Path) -> bool:
    """Make a session's *directory*, unless there is one."""
    if (directory / SESSION_FILE).exists():
        return False
    try:
        new_directory(directory.parent, directory.name)
    except SessionError as error:
        if isinstance(error.__cause__, FileExistsError):  # another process was quicker
            return False
        raise
    return True


@contextmanager
def _begun(
    directory: Path, cwd: Path, secrets: Iterable[str] | None, durability: Durability
) -> Generator[Session]:
    """Write the first line of a session; one in which nothing follows leaves nothing behind."""
    header = Header(id=directory.name, cwd=cwd.absolute(), created_ns=time.time_ns())
    try:
        with _writing(directory, header, secrets, durability) as session:
            try:
                yield session
            finally:
                if session.is_empty:
                    (directory / SESSION_FILE).unlink(missing_ok=True)
    finally:
        _drop_if_empty(directory)


@contextmanager
def _writing(
    directory: Path, header: Header, secrets: Iterable[str] | None, durability: Durability
) -> Generator[Session]:
    path = directory / SESSION_FILE
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND)
    except FileNotFoundError as error:
        raise SessionError(f"there is no session in {directory}: choose another") from error
    except OSError as error:
        raise SessionError(f"{path} cannot be written: {error.strerror}") from error
    try:
        lock_session(descriptor, directory)
    except BaseException:
        os.close(descriptor)
        raise
    try:
        session = _session(directory, descriptor, header, secrets, durability)
        try:
            yield session
        finally:
            session.close()
    finally:
        unlock_session(descriptor, directory)


def _session(
    directory: Path,
    descriptor: int,
    header: Header,
    secrets: Iterable[str] | None,
    durability: Durability,
) -> Session:
    with suppress(OSError):  # a copy of a session may have come with wider rights, and not be ours
        os.fchmod(descriptor, 0o600)
    transcript = read_session(directory)
    if transcript.header.version > FORMAT_VERSION:
        raise SessionError(
            f"session {directory.name} has format {transcript.header.version}, and this sagent "
            f"writes format {FORMAT_VERSION}: read it only, or update sagent"
        )
    _cut_torn_tail(descriptor, directory)
    session = Session(
        directory,
        transcript,
        durability,
        Log.of(descriptor, directory / SESSION_FILE),
        Redactor(secret_values(os.environ) if secrets is None else secrets),
        transcript.epoch + 1,
    )
    session.begin(header)
    return session


def _cut_torn_tail(descriptor: int, directory: Path) -> None:
    try:
        cut_torn_tail(descriptor)
    except OSError as error:
        raise SessionError(
            f"{directory / SESSION_FILE} cannot be written: {error.strerror}"
        ) from error


def _make_private(directory: Path) -> None:
    # `Path.mkdir` gives its mode to the last directory only.
    if not directory.parent.exists():
        _make_private(directory.parent)
    directory.mkdir(mode=0o700, exist_ok=True)


def _sync_names(directory: Path) -> None:
    # A file's own sync does not keep its name (fsync(2)).
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _drop_if_empty(directory: Path) -> None:
    if not (directory / SESSION_FILE).exists():
        with suppress(OSError):  # something else was put there
            directory.rmdir()
