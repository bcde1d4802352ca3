"""Who sits at a terminal, and the agent that they talk to."""

import math
from contextlib import suppress
from decimal import Decimal

import attrs
import trio

from sagent.actors import open_system
from sagent.cli._config import config_of
from sagent.cli._instructions import directory_of, find_commands, skills_of
from sagent.cli._model_choice import choose_model, for_another
from sagent.cli._openness import open_to_others, traced
from sagent.cli._options import Options
from sagent.cli._setup import build_agent
from sagent.cli._watcher import LogWatcher
from sagent.errors import ModelError, UsageError
from sagent.home import Home
from sagent.model import Model
from sagent.providers import HttpProvider, WireModel
from sagent.providers._price_table import models_of
from sagent.repl import Screen
from sagent.repl.conversation import (
    OWN_NAMES,
    Ended,
    Outcome,
    ScreenAnswerer,
    Setting,
    converse,
)
from sagent.session import Session, SessionState, StateRecord

_LISTING_S = 5
"""How long a server may take to tell its models."""


async def take_seat(options: Options, session: Session | None, screen: Screen) -> Outcome:
    """Let whoever is at *screen* talk to the agent that *options* ask for.

    Raises:
        SagentError: there can be no such agent, or it has ended by itself.
    """
    bell_after_s = config_of(options).get("repl.bell_seconds", Decimal)
    answerer, watcher = ScreenAnswerer(), LogWatcher()
    agent, state = await build_agent(
        options, session, on_progress=watcher.on_progress, answerer=answerer
    )

    notes, providers = _Notes(session, state), dict[str, str]()

    def model_named(name: str) -> Model:
        other = for_another(options, state.provider or "", name)
        choice = choose_model(other, SessionState(), watcher.on_progress)
        providers[choice.model.model_id] = choice.provider
        return choice.model

    def note(change: StateRecord) -> None:
        notes.note(attrs.evolve(change, provider=providers.get(change.model_id or "")))

    with trio.CancelScope() as scope:
        async with (
            open_system() as system,
            open_to_others(system, agent.name, scope.cancel),
            traced(system, options.trace),
        ):
            setting = Setting(
                system=system,
                ref=await system.spawn(agent, name=agent.name),
                agent=agent,
                session=session,
                home=_home(),
                directory=directory_of(session),
                model_named=model_named,
                model_names=_model_names(agent.model),
                find_models=_models_beside,
                find_skills=lambda: skills_of(options, session),
                find_commands=lambda: find_commands(options, session, OWN_NAMES),
                on_first_prompt=notes.begin,
                on_change=note,
                bell_after_s=math.inf if bell_after_s is None else float(bell_after_s),
            )
            return await converse(setting, screen, answerer)
    return Ended()


@attrs.define(eq=False)
class _Notes:
    """What a session knows of what answers; nothing before something is said in it."""

    _session: Session | None
    _state: StateRecord
    _begun: bool = attrs.field(default=False, init=False)

    def begin(self) -> None:
        """Write what is known by now."""
        self._begun = True
        self._write()

    def note(self, change: StateRecord) -> None:
        """Take in *change*, and write it if something was said."""
        news = attrs.asdict(change, recurse=False).items()
        self._state = attrs.evolve(self._state, **{name: value for name, value in news if value})
        if self._begun:
            self._write()

    def _write(self) -> None:
        if self._session is not None:
            self._session.note(self._state)


def _model_names(model: Model) -> tuple[str, ...]:
    """Name the models that the vendor of *model* is known to sell."""
    if not isinstance(model, WireModel):
        return ()
    return tuple(known.name for known in models_of(model.vendor))


async def _models_beside(model: Model) -> tuple[str, ...]:
    """Ask the server of *model* for all that it has; nothing if it does not tell, or not soon."""
    provider = model.provider if isinstance(model, WireModel) else None
    if isinstance(provider, HttpProvider):
        with trio.move_on_after(_LISTING_S), suppress(ModelError):
            return tuple(info.model_id for info in await provider.models())
    return ()


def _home() -> Home | None:
    try:
        return Home.default()
    except UsageError:
        return None
