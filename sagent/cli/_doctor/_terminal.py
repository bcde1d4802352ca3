"""The terminal that sagent is used at."""

import os
import sys
from collections.abc import Iterator, Mapping

import attrs

from sagent.cli._doctor._finding import Finding, failed, ok, warning
from sagent.cli._streams import columns

_NARROW = 40
_DUMB = frozenset({"", "dumb", "unknown"})
_WITHIN = ("tmux", "screen")
"""What a terminal is called within a multiplexer."""


@attrs.frozen(kw_only=True)
class Surroundings:
    """What is known of a terminal.

    Attributes:
        environ: the environment.
        at_terminal: whether standard input and output are one.
        columns: how wide it is; None if that is not known.
        encoding: how Python writes to it.
        has_description: whether the system knows what a terminal of this name can do.
    """

    environ: Mapping[str, str]
    at_terminal: bool
    columns: int | None
    encoding: str
    has_description: bool = True

    @classmethod
    def of_process(cls) -> "Surroundings":
        """Look at this process's own."""
        environ = dict(os.environ)
        return cls(
            environ=environ,
            at_terminal=sys.stdin.isatty() and sys.stdout.isatty(),
            columns=columns(),
            encoding=sys.stdout.encoding or "",
            has_description=_is_described(environ.get("TERM", "")),
        )


def look_at_terminal(around: Surroundings) -> Iterator[Finding]:
    """Tell what a conversation at this terminal will be like."""
    if not around.at_terminal:
        yield ok("no terminal here, so sagent answers one prompt and ends; the rest is about TERM")
    yield from _look_at_kind(around)
    yield from _look_at_width(around)
    yield from _look_at_letters(around)
    if around.environ.get("SSH_CONNECTION"):
        yield ok("over ssh")


def _look_at_kind(around: Surroundings) -> Iterator[Finding]:
    environ, term = around.environ, around.environ.get("TERM", "")
    if term in _DUMB:
        told = f"TERM is {term or 'not set'}: a conversation is held line by line"
        yield (
            warning(told, "export TERM=xterm-256color, if the terminal is a usual one")
            if around.at_terminal
            else ok(told)
        )
        return
    if not around.has_description:
        yield warning(
            f"TERM is {term}, which this machine has no description of",
            "install ncurses-term, or export TERM=xterm-256color",
        )
    yield ok(f"TERM is {term}, {_colours(environ)}")
    if environ.get("TMUX") and not term.startswith(_WITHIN):
        yield warning(
            f"TERM is {term} within tmux, so that keys and colours may be wrong",
            "set -g default-terminal tmux-256color in ~/.tmux.conf, and do not set TERM yourself",
        )


def _look_at_width(around: Surroundings) -> Iterator[Finding]:
    if around.columns is None:
        return
    if around.columns < _NARROW:
        yield warning(
            f"{around.columns} columns: tables and code will be cut",
            f"make the window wider than {_NARROW} columns",
        )
    else:
        yield ok(f"{around.columns} columns")


def _look_at_letters(around: Surroundings) -> Iterator[Finding]:
    environ = around.environ
    name = next(filter(None, map(environ.get, ("LC_ALL", "LC_CTYPE", "LANG"))), "")
    if not _is_utf8(around.encoding):
        yield failed(
            f"text is written as {around.encoding or 'nothing known'}, which lacks most letters",
            "export LANG=C.UTF-8, and unset PYTHONIOENCODING",
        )
    elif name in {"", "C", "POSIX"}:
        yield warning(
            f"the locale is {name or 'not set'}: programs that sagent starts may lose letters",
            "export LANG=C.UTF-8",
        )
    elif not _is_utf8(name.partition(".")[2].partition("@")[0]):
        yield warning(f"the locale is {name}, which is not UTF-8", "export LANG=C.UTF-8")
    else:
        yield ok(f"Unicode, by {name}")


def _colours(environ: Mapping[str, str]) -> str:
    if environ.get("NO_COLOR"):
        return "without colours, as NO_COLOR says"
    if environ.get("COLORTERM") in {"truecolor", "24bit"}:
        return "in all colours"
    return "256 colours" if "256" in environ.get("TERM", "") else "in few colours"


def _is_utf8(encoding: str) -> bool:
    return encoding.lower().replace("-", "").replace("_", "") == "utf8"


def _is_described(term: str) -> bool:
    try:
        import curses  # noqa: PLC0415  # some builds of Python have none
    except ImportError:
        return True
    try:
        curses.setupterm(term, 1)
    except (curses.error, OSError, ValueError):
        return False
    return True
