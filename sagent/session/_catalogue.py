"""The sessions of a home: listed, found, searched, renamed and removed.

All of it reads files and may take its time: a trio program calls it in a thread.
"""

import shutil
from collections.abc import Collection
from pathlib import Path

import attrs

from sagent.errors import SessionError, UnknownNameError
from sagent.home import Home
from sagent.session._found import find_sessions
from sagent.session._index import Index
from sagent.session._index_file import indexed
from sagent.session._opening import open_session
from sagent.session._records import StateRecord
from sagent.session._summary import SessionInfo

MAX_HITS = 50


@attrs.frozen(kw_only=True)
class SearchHit:
    """A message that a search found.

    Attributes:
        session: the session that it is in.
        message_id: its id there.
        snippet: the words around the hit, in one line.
    """

    session: SessionInfo
    message_id: str
    snippet: str


def list_sessions(home: Home, cwd: Path | None = None) -> tuple[SessionInfo, ...]:
    """List the sessions of the project in *cwd*, or of all projects for None, newest first.

    Sessions in which nothing was said are left out.
    """
    found = find_sessions(home, cwd)
    if not found:
        return ()

    def summed(index: Index) -> Collection[SessionInfo]:
        if cwd is None:
            index.forget_all_but(found)
        return index.sessions(found).values()

    sessions = indexed(home, summed)
    told = [session for session in sessions if session.messages or session.name is not None]
    return tuple(sorted(told, key=lambda session: session.updated_ns, reverse=True))


def find_session(home: Home, cwd: Path | None, id_prefix: str) -> Path:
    """Give the directory of the one session whose id begins with *id_prefix*.

    Raises:
        UnknownNameError: there is none in that project, or in all for None; or more than one.
    """
    directories = [found.directory for found in find_sessions(home, cwd)]
    matching = [path for path in directories if id_prefix and path.name.startswith(id_prefix)]
    if len(matching) == 1:
        return matching[0]
    if not matching:
        place = "any project" if cwd is None else str(cwd)
        raise UnknownNameError(f"no session {id_prefix!r} in {place}: choose a listed one")
    ids = ", ".join(sorted(path.name for path in matching))
    raise UnknownNameError(f"{id_prefix!r} begins the names of several sessions: {ids}")


def search_sessions(home: Home, query: str, cwd: Path | None = None) -> tuple[SearchHit, ...]:
    """Find the messages in which all words of *query* stand, best first, fifty at most.

    The last word may be a beginning. The first search after much was said takes a while.
    """
    found = find_sessions(home, cwd)
    expression = _expression(query)
    if not found or not expression:
        return ()

    def search(index: Index) -> tuple[SearchHit, ...]:
        sessions = index.sessions(found)
        return tuple(
            SearchHit(session=sessions[path], message_id=id_, snippet=snippet)
            for path, id_, snippet in index.search(found, expression, MAX_HITS)
            if path in sessions  # not one that cannot be summed up, such as a newer sagent's
        )

    return indexed(home, search)


def rename_session(directory: Path, name: str) -> None:
    """Give the session in *directory* another title.

    Raises:
        SessionBusyError: another process writes it.
        SessionError: there is no session, or it cannot be written.
    """
    with open_session(directory) as session:
        session.append(StateRecord(name=name))


def remove_session(directory: Path) -> None:
    """Delete the session in *directory*, and all that was kept beside it.

    Raises:
        SessionBusyError: another process writes it.
        SessionError: there is no session, or it cannot be deleted.
    """
    with open_session(directory):
        try:
            shutil.rmtree(directory)
        except OSError as error:
            raise SessionError(f"{directory} cannot be deleted: {error.strerror}") from error


def _expression(query: str) -> str:
    """Quote each word, so that none is an operator (https://sqlite.org/fts5.html, 3)."""
    plain = query.replace("\0", " ").encode(errors="replace").decode()
    words = [word.replace('"', '""') for word in plain.split()]
    return f"{' '.join(f'"{word}"' for word in words)}*" if words else ""
