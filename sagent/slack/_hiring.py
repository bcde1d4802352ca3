"""From a persona and a thread to an agent that lives, and back."""

from collections.abc import AsyncGenerator, Generator, Iterable
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, contextmanager
from copy import copy
from functools import partial
from pathlib import Path

import attrs
import trio

from sagent.actors import Backoff, Ref, System
from sagent.agent import Agent, Answerer, Mail
from sagent.budget import Budget
from sagent.cli._credential import secrets_of
from sagent.cli._setup import build_agent
from sagent.home import Home
from sagent.providers import OnProgress
from sagent.session import Session, StateRecord, create_session, open_session
from sagent.session._reading import SESSION_FILE
from sagent.slack._manifest import Colleague, Talk
from sagent.slack._parser import RUN, SlackOptions
from sagent.slack._persona import Persona, load_persona
from sagent.slack._send_file import SendFile, Share
from sagent.tool import Tool
from sagent.tools import AskUser

STOP_S = 1.0
"""How long an agent may finish what it has in hand when it is stopped."""
_IN_SLACK = """\
# Where you are

You talk with people in a Slack thread: what you say is shown there as you say it, so keep it short.
Each message begins with who wrote it, as <@ID>; to call on somebody, write <@ID> yourself."""
_MOST_CRASHES = 3
_CRASHES_S = 60.0
_BACKOFF = Backoff(1, 30)


@attrs.frozen(kw_only=True)
class Means:
    """What an agent has in its thread.

    Attributes:
        answerer: who puts its questions to people.
        share: how it shares files.
    """

    answerer: Answerer
    share: Share


def known_secrets(options: SlackOptions) -> frozenset[str]:
    """List what is neither kept nor shown."""
    return secrets_of(options) | {options.app_token, options.bot_token}


@attrs.define(eq=False)
class Hiring:
    """Makes agents of one run; what they may spend, they spend together.

    Args:
        options: of the command.
        system: where they live.
        directory: where their conversations are kept.
        on_progress: is told how a local model is fetched.
    """

    _options: SlackOptions
    _system: System
    _directory: Path
    _on_progress: OnProgress
    _home: Home = attrs.field(factory=Home.default)
    _budget: Budget | None = attrs.field(default=None, init=False)
    _names: set[str] = attrs.field(factory=set[str], init=False)
    """Those of agents that are being made, too."""

    async def persona(self, name: str) -> Persona:
        """Find the persona *name*.

        Raises:
            UsageError: its file cannot be read.
        """
        options = self._options
        directory = None if options.persona_dir is None else Path(options.persona_dir)
        load = partial(
            load_persona,
            name,
            directory=directory,
            cwd=self._cwd,
            home=self._home,
            project_instructions="ignore" if options.no_project_instructions else "read",
        )
        return await trio.to_thread.run_sync(load)

    @asynccontextmanager
    async def hired(
        self, colleague: Colleague, talk: Talk, means: Means
    ) -> AsyncGenerator[Ref[Mail]]:
        """Let *colleague* live for the length of the block, with what was said in *talk*.

        It lives again when it crashes, a few times. The end of the block stops it, and waits.

        Raises:
            SagentError: it cannot be made, or its conversation is not to be had.
        """
        persona = await self.persona(colleague.persona)
        with self._reserved(colleague.label) as name, ExitStack() as stack:
            session = await trio.to_thread.run_sync(stack.enter_context, self._session(talk))
            agent = await self._agent(name, persona, session, means)
            supervisor = await self._system.supervisor(
                restart="temporary", intensity=_MOST_CRASHES, period_s=_CRASHES_S, backoff=_BACKOFF
            )
            try:
                yield await supervisor.spawn(
                    agent, name=agent.name, restart="transient", shutdown_s=STOP_S
                )
            finally:
                with trio.move_on_after(3 * STOP_S, shield=True):
                    supervisor.ref.stop()
                    await supervisor.ref.closed()

    async def _agent(self, name: str, persona: Persona, session: Session, means: Means) -> Agent:
        options = copy(self._options)
        options.name = name
        options.system = persona.system or options.system
        options.append_system = "\n\n".join(filter(None, (_IN_SLACK, options.append_system)))
        options.agent = persona.agent_file or (None if persona.system else options.agent)
        agent, state = await build_agent(options, session, on_progress=self._on_progress)
        session.note(state)
        self._budget = self._budget or agent.budget
        return attrs.evolve(
            agent,
            tools=_tools(agent.tools, options, state, means),
            answerer=means.answerer,
            budget=self._budget,
        )

    def _session(self, talk: Talk) -> AbstractContextManager[Session]:
        directory = self._directory / talk.directory
        secrets = known_secrets(self._options)
        if (directory / SESSION_FILE).exists():
            return open_session(directory, secrets=secrets)
        return create_session(self._home, cwd=self._cwd, directory=directory, secrets=secrets)

    @property
    def _cwd(self) -> Path:
        return Path(self._options.cwd).absolute()

    @contextmanager
    def _reserved(self, label: str) -> Generator[str]:
        """Give a name that no other has: an agent may talk in many threads at once."""
        run = self._options.name or RUN  # what would be stopped by that name is the bot
        taken, number, name = {run, *self._system.names(), *self._names}, 1, label
        while name in taken:
            number += 1
            name = f"{label}-{number}"
        self._names.add(name)
        try:
            yield name
        finally:
            self._names.remove(name)


def _tools(
    tools: Iterable[Tool], options: SlackOptions, state: StateRecord, means: Means
) -> tuple[Tool, ...]:
    """Add what is for people; a small model keeps to its few tools, and what was named is all."""
    if options.tools is not None or state.provider == "Local":
        return tuple(tools)
    return (*tools, AskUser(), SendFile(share=means.share))
