"""A conversation at a terminal."""

import traceback
from copy import copy

import trio

from sagent.actors import open_system
from sagent.cli._exit_code import DONE, FAILED, INTERRUPTED, USAGE
from sagent.cli._instructions import directory_of, find_skills
from sagent.cli._model_choice import choose_model
from sagent.cli._openness import open_to_others, traced
from sagent.cli._parser import Options
from sagent.cli._session_choice import open_chosen
from sagent.cli._setup import build_agent
from sagent.cli._streams import complain_of
from sagent.cli._watcher import LogWatcher
from sagent.errors import UsageError
from sagent.home import Home
from sagent.model import Model
from sagent.repl import (
    Ended,
    GoOn,
    Leave,
    Outcome,
    ScreenAnswerer,
    Setting,
    converse,
    open_screen,
)
from sagent.session import Session, SessionState, StateRecord


def run_interactive(options: Options) -> int:
    """Talk to whoever sits at the terminal, one session after the other, and give the exit code."""
    try:
        while True:
            with open_chosen(options) as session:
                outcome = trio.run(_talk, options, session)
            match outcome:
                case Leave():
                    return DONE
                case Ended():
                    return INTERRUPTED
                case GoOn():
                    options = _going_on(options, outcome)
    except UsageError as error:
        _tell(error, options)
        return USAGE
    except Exception as error:  # noqa: BLE001  # the last stop: a person reads one line
        _tell(error, options)
        return FAILED


def _tell(error: Exception, options: Options) -> None:
    if options.debug:
        traceback.print_exception(error)
    complain_of(error)


def _going_on(options: Options, outcome: GoOn) -> Options:
    going_on = copy(options)
    going_on.continue_newest, going_on.session = False, None
    going_on.resume, going_on.fork = outcome.session_id, outcome.fork
    return going_on


async def _talk(options: Options, session: Session | None) -> Outcome:
    answerer, watcher = ScreenAnswerer(), LogWatcher()
    agent, state = await build_agent(
        options, session, on_progress=watcher.on_progress, answerer=answerer
    )

    def model_named(name: str) -> Model:
        other = copy(options)
        other.model = name
        return choose_model(other, SessionState(), watcher.on_progress).model

    def note() -> None:
        _note(session, state)

    home, directory = _home(), directory_of(session)
    with trio.CancelScope() as scope:
        async with (
            open_system() as system,
            open_to_others(system, agent.name, scope.cancel),
            traced(system, options.trace),
            open_screen(home=home, directory=directory) as screen,
        ):
            setting = Setting(
                system=system,
                ref=await system.spawn(agent, name=agent.name),
                agent=agent,
                session=session,
                home=home,
                directory=directory,
                model_named=model_named,
                find_skills=lambda: find_skills(options, session),
                on_first_prompt=note,
            )
            return await converse(setting, screen, answerer)
    return Ended()


def _note(session: Session | None, state: StateRecord) -> None:
    if session is not None and session.transcript.state.changed(state) != session.transcript.state:
        session.append(state)


def _home() -> Home | None:
    try:
        return Home.default()
    except UsageError:  # told when the session was to be opened
        return None
