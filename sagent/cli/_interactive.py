"""A conversation at a terminal: first the prompt is there, then all that it needs."""

import io
import signal
from contextlib import ExitStack, redirect_stderr, suppress
from copy import copy
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import attrs
import trio

from sagent.cli._config import config_of
from sagent.cli._credential import keyed
from sagent.cli._exit_code import DONE, INTERRUPTED
from sagent.cli._last_stop import settled, tell_error
from sagent.cli._log import logged
from sagent.cli._options import Options
from sagent.cli._session_choice import open_chosen
from sagent.cli._streams import complain_of, print_out
from sagent.cli._until_signal import STOPS, unless_signal
from sagent.errors import OutputError, SagentError, UsageError
from sagent.home import Home
from sagent.repl import HISTORY, Editing, Screen, Verbatim, open_screen
from sagent.session import Session

if TYPE_CHECKING:  # what takes long to load
    from sagent.repl.conversation import Outcome


def run_interactive(options: Options) -> int:
    """Talk to whoever sits at the terminal, one session after the other, and give the exit code."""
    return settled(partial(_do, options), partial(tell_error, options))


def _do(options: Options) -> int:
    options = keyed(options)
    with logged(options, "conversation"):
        return _converse(options)


def _converse(options: Options) -> int:
    back: Options | None = None
    while True:
        with ExitStack() as opened:
            try:
                session = opened.enter_context(open_chosen(options))
            except SagentError as error:
                if back is None:
                    raise
                complain_of(error)
                options, back = back, None  # nobody is sent away for what cannot be gone on with
                continue
            outcome = trio.run(_talk, options, session)
            back = _in(options, _said_in(session))
        going_on = _going_on(options, outcome)
        if going_on is None:
            code = _code(outcome)
            if code == DONE and session is not None and _is_found_again(options, session):
                _tell(f"sagent --resume {session.id} goes on with this\n")
            return code
        options = going_on


def _said_in(session: Session | None) -> str | None:
    """Give the id of *session* if something was said there; else it is gone."""
    return session.id if session is not None and session.transcript.conversation else None


def _is_found_again(options: Options, session: Session) -> bool:
    """Tell whether it is enough to know the id of *session* where the person is."""
    try:
        here = session.transcript.header.cwd == Path.cwd()
    except OSError:  # it is gone meanwhile
        return False
    return here and options.session is None and _said_in(session) is not None


def _tell(text: str) -> None:
    with suppress(OutputError, BrokenPipeError):  # the terminal may have gone
        print_out(text)


def _going_on(options: Options, outcome: "Outcome | None") -> Options | None:
    from sagent.repl.conversation import GoOn  # noqa: PLC0415  # it is loaded by now

    if not isinstance(outcome, GoOn):
        return None
    going_on = _in(options, outcome.session_id)
    going_on.fork = outcome.fork
    return going_on


def _in(options: Options, session_id: str | None) -> Options:
    """Ask for a session; None for a new one."""
    other = copy(options)
    other.continue_newest, other.session = False, None
    other.continue_all, other.resume_all = False, False
    other.resume, other.fork = session_id, False
    return other


def _code(outcome: "Outcome | None") -> int:
    from sagent.repl.conversation import Leave  # noqa: PLC0415  # the same

    return DONE if isinstance(outcome, Leave) else INTERRUPTED


async def _talk(options: Options, session: Session | None) -> "Outcome | None":
    """Sit at the terminal; None if a signal came before there was anybody to talk to."""
    return await unless_signal(lambda _: _sit(options, session), (*STOPS, signal.SIGHUP))


async def _sit(options: Options, session: Session | None) -> "Outcome":
    begun = None if session is None else session.transcript.header.cwd
    named = config_of(options).get("repl.editing_mode", str)
    editing = cast("Editing | None", named)  # its kind reads no other
    async with open_screen(history=_history(options), directory=begun, editing=editing) as screen:
        with redirect_stderr(_Notices(screen)):
            from sagent.cli._seat import take_seat  # noqa: PLC0415  # it takes as long as the prompt

            return await take_seat(options, session, screen)


@attrs.define(eq=False, slots=False)
class _Notices(io.TextIOBase):
    """Prints what is written to it as notices: nothing else may write to a terminal in use."""

    _screen: Screen

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if line := text.strip().removeprefix("sagent: "):
            self._screen.print(Verbatim(f"  ! {line}", "notice"))
        return len(text)


def _history(options: Options) -> Path | None:
    if options.history is not None:
        return Path(options.history).expanduser().absolute()
    try:
        return Home.default().root / HISTORY
    except UsageError:  # told when the session was to be opened
        return None
