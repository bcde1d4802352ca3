"""From options to the session that a run writes."""

import shutil
from collections.abc import Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from sagent.cli._credential import secrets_of
from sagent.cli._options import Options
from sagent.cli._session_picker import pick
from sagent.cli._session_rows import tell_damage
from sagent.cli._streams import complain
from sagent.errors import SessionBusyError, SessionError, UnknownNameError, UsageError
from sagent.home import Home
from sagent.session import (
    Session,
    create_session,
    find_session,
    fork_session,
    holds_session,
    list_sessions,
    open_session,
    read_session,
)


@contextmanager
def open_chosen(options: Options) -> Generator[Session | None]:
    """Open the session that *options* ask for; None for a run that keeps none.

    A run that did not ask for one goes on without where none can be kept, and says so.

    Raises:
        UsageError: there is no such session.
        SessionBusyError: another process writes it.
        SessionError: it cannot be read or written.
    """
    if options.no_session_persistence:
        yield None
        return
    with ExitStack() as opened:
        session: Session | None = None
        try:
            session = opened.enter_context(_open(options))
            tell_damage(session.transcript)
            _tell_place(session)
        except SessionBusyError as error:
            raise _busy(error) from error
        except (SessionError, UsageError) as error:
            if options.goes_on:
                raise
            complain(f"{error}; this run is not kept")
        yield session


def _open(options: Options) -> AbstractContextManager[Session]:
    home, cwd = Home.default(), Path.cwd()
    place = None if options.session is None else Path(options.session).resolve()
    found = _found(options, home, cwd) if place is None else _there(place)
    if found is None and options.fork and place is not None:
        raise UsageError(f"there is no session in {place}: --fork needs one")
    if found is None:
        return create_session(home, cwd=cwd, directory=place, secrets=secrets_of(options))
    if options.fork:
        return _forked(found, home, secrets_of(options))
    return open_session(found, secrets=secrets_of(options))


def _there(place: Path) -> Path | None:
    return place if holds_session(place) else None


def _found(options: Options, home: Home, cwd: Path) -> Path | None:
    if options.resume:
        return _named(home, cwd, options.resume)
    everywhere = options.continue_all or options.resume_all
    if options.resume is None and not options.continue_newest and not everywhere:
        return None
    sessions = list_sessions(home, None if everywhere else cwd)
    if options.resume is not None or options.resume_all:
        return pick(sessions).directory
    if not sessions:
        complain(f"no session{'' if everywhere else ' of this directory'} yet: this begins one")
        return None
    return sessions[0].directory


def _named(home: Home, cwd: Path, id_prefix: str) -> Path:
    """Find a session of the project in *cwd*; tell whose it is if it is another's."""
    try:
        return find_session(home, cwd, id_prefix)
    except UnknownNameError as error:
        try:
            elsewhere = read_session(find_session(home, None, id_prefix)).header
        except (UnknownNameError, SessionError):
            raise UnknownNameError(
                f"{error}, see sagent sessions list; if that is the prompt, put it first"
            ) from error
    raise UnknownNameError(
        f"session {elsewhere.id} is not of this directory: run sagent in {elsewhere.cwd}"
    )


@contextmanager
def _forked(source: Path, home: Home, secrets: frozenset[str]) -> Generator[Session]:
    """Open a copy, which goes again if nothing is said in it."""
    directory = fork_session(source, home)
    with open_session(directory, secrets=secrets) as session:
        copied = len(session.transcript.messages)
        try:
            yield session
        finally:
            if len(session.transcript.messages) == copied:
                shutil.rmtree(directory, ignore_errors=True)


def _tell_place(session: Session) -> None:
    begun = session.transcript.header.cwd
    if begun is not None and begun.is_dir() and not begun.samefile(Path.cwd()):
        complain(f"this session was begun in {begun}: its agent works there")


def _busy(error: SessionBusyError) -> SessionBusyError:
    holder = "another process" if error.pid is None else f"process {error.pid}"
    return SessionBusyError(
        f"the session is written by {holder}: wait for its end, or go on in a copy with --fork",
        pid=error.pid,
    )
