import math
from collections.abc import Awaitable, Callable
from pathlib import Path

import attrs
import trio

from sagent.actors import Ref, System
from sagent.agent import Agent, Mail
from sagent.home import Home
from sagent.model import Model
from sagent.prompt import CustomCommands, Skills
from sagent.session import Session, StateRecord


def _forget(_: object) -> None:
    pass


async def _none(_: object) -> tuple[str, ...]:
    await trio.lowlevel.checkpoint()
    return ()


@attrs.frozen(kw_only=True)
class Setting:
    """Who a person talks to, and where.

    Attributes:
        system: where agents live.
        ref: the one that the person talks to.
        agent: what that was made of.
        session: where the conversation is kept; None for nowhere.
        home: where sessions and memory are; None for nowhere.
        directory: where the agent works.
        model_named: gives a model by its name; raises `UsageError` or `MissingKeyError`.
        model_names: names of models that it may be.
        find_models: asks who serves a model for all that are there; nothing if that is not told.
        find_skills: finds the skills that the agent may use.
        find_commands: finds the prompts that are kept in files.
        on_first_prompt: called before the first thing is said.
        on_change: told what the session is to know of what answers from now on.
        bell_after_s: how long a turn takes whose end, or whose question, rings the bell.
    """

    system: System
    ref: Ref[Mail]
    agent: Agent
    session: Session | None
    home: Home | None
    directory: Path
    model_named: Callable[[str], Model]
    model_names: tuple[str, ...] = ()
    find_models: Callable[[Model], Awaitable[tuple[str, ...]]] = _none
    find_skills: Callable[[], Awaitable[Skills]]
    find_commands: Callable[[], Awaitable[CustomCommands]]
    on_first_prompt: Callable[[], object]
    on_change: Callable[[StateRecord], object] = _forget
    bell_after_s: float = math.inf


@attrs.frozen
class GoOn:
    """The person goes on with a session.

    Attributes:
        session_id: which; "" for a new one.
        fork: whether in a copy of it.
    """

    session_id: str
    fork: bool = False


@attrs.frozen
class Leave:
    """The person has left."""


@attrs.frozen
class Ended:
    """A signal has ended the conversation, or its terminal has gone."""


type Outcome = GoOn | Leave | Ended
"""What follows from a line that a person has typed."""
