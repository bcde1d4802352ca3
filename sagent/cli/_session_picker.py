"""Choosing one of the sessions that a list shows."""

import sys
from collections.abc import Sequence

from sagent.errors import SessionError, UsageError
from sagent.session import SessionInfo
from sagent.terminal import age, cost, one_line, title

MAX_ROWS = 20
_TITLE_CHARS = 60


def pick(sessions: Sequence[SessionInfo]) -> SessionInfo:
    """Let the person at the terminal choose one of *sessions*.

    Raises:
        UsageError: there is no terminal, or nothing was chosen.
        SessionError: there is nothing to choose.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "--resume without an ID needs a terminal to choose on: pass one that "
            "sagent sessions list shows"
        )
    if not sessions:
        raise SessionError("there is no session to resume")
    shown = sessions[:MAX_ROWS]
    several = len({session.cwd for session in sessions}) > 1
    for number, session in enumerate(shown, start=1):
        _tell(_row(number, session) + (f" · {_place(session)}" if several else ""))
    if more := len(sessions) - len(shown):
        _tell(f"  and {more} more: sagent sessions list{' --all' if several else ''}")
    return shown[_number(len(shown)) - 1]


def _row(number: int, session: SessionInfo) -> str:
    price = f" · {told}" if (told := cost(session.cost_usd)) else ""
    words = title(session)[:_TITLE_CHARS]
    return (
        f"  [{number:2}] {age(session.updated_ns):>10} · {session.messages:3} msg{price} · {words}"
    )


def _place(session: SessionInfo) -> str:
    return "(unknown)" if session.cwd is None else one_line(str(session.cwd))


def _number(count: int) -> int:
    while True:
        sys.stderr.write("Resume which? [1] ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            raise UsageError("no session was chosen")
        word = line.strip() or "1"
        if word.isascii() and word.isdecimal() and 1 <= int(word) <= count:
            return int(word)
        _tell(f"  {count} are listed: type a number from 1 to {count}, or Ctrl-C")


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
