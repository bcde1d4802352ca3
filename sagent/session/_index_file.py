"""A side file that makes listing and searching sessions quick.

It is never the truth: what it says of a session counts only while that session's file has the size
and the time of change that it had, and the whole may be deleted at any time. Several processes may
use it at once. Where it cannot be used, an index in memory takes its place.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing

from sagent.errors import SessionError
from sagent.home import Home
from sagent.session._index import Index

INDEX_FILE = "index.db"
_VERSION = 1
_BUSY_S = 5
_SCHEMA = """
    CREATE TABLE IF NOT EXISTS session (
        path TEXT PRIMARY KEY, size INTEGER, changed_ns INTEGER, searched_size INTEGER DEFAULT -1,
        cwd BLOB, name TEXT, first_prompt TEXT, messages INTEGER, created_ns INTEGER,
        updated_ns INTEGER, cost_usd TEXT, agent TEXT, model_id TEXT
    );
    CREATE TABLE IF NOT EXISTS message (
        number INTEGER PRIMARY KEY, path TEXT, id TEXT, UNIQUE (path, id)
    );
    CREATE VIRTUAL TABLE IF NOT EXISTS words
        USING fts5 (text, tokenize = "unicode61 remove_diacritics 2");
"""
_ELSEWHERE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)
"""Errors that say nothing against what is in the file (https://sqlite.org/rescode.html)."""


def indexed[T](home: Home, work: Callable[[Index], T]) -> T:
    """Do *work* with the index of *home*, made anew if it is broken, or in memory if it cannot be.

    Raises:
        SessionError: SQLite cannot do it at all.
    """
    file = home.root / INDEX_FILE
    for _ in range(2):
        try:
            os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
            with closing(sqlite3.connect(file, timeout=_BUSY_S, isolation_level=None)) as database:
                return work(_prepared(home, database))
        except OSError:
            break
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF in _ELSEWHERE:
                break
            for suffix in ("", "-wal", "-shm"):
                file.with_name(INDEX_FILE + suffix).unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
            return work(_prepared(home, database))
    except sqlite3.DatabaseError as error:
        raise SessionError(f"sessions cannot be listed: SQLite says {error}") from error


def _prepared(home: Home, database: sqlite3.Connection) -> Index:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version not in {0, _VERSION}:
        raise _outdated(version)
    database.execute("PRAGMA synchronous = OFF")  # what is lost is made again
    if version == 0:
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript(_SCHEMA)
        database.execute(f"PRAGMA user_version = {_VERSION}")
    return Index(home.root, database)


def _outdated(version: int) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(f"an index of version {version}")
    error.sqlite_errorcode = sqlite3.SQLITE_NOTADB
    return error
