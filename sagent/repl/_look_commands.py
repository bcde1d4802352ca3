"""Commands that show something, and change nothing."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import attrs
import trio

from sagent.actors import Ref
from sagent.agent import AGENTS, AgentStatus, GetStatus, Mail
from sagent.errors import ActorError, UsageError
from sagent.prompt import load_memory
from sagent.repl._command import help_text
from sagent.repl._printed import Prose, Remark, Tone, Verbatim
from sagent.repl._screen import Screen
from sagent.repl._setting import Setting
from sagent.repl._status_line import context_used, duration
from sagent.repl._telling import Telling
from sagent.terminal import cost, one_line

_LOOK_S = 1
"""How long an agent may take to tell how it stands."""


@attrs.frozen(eq=False)
class LookCommands:
    """Shows how things stand; each command is a method of its name."""

    _setting: Setting
    _screen: Screen
    _telling: Telling

    @property
    def works(self) -> Mapping[str, Callable[[str], Awaitable[None]]]:
        """Each command's work, by its name."""
        return {
            "agents": self._agents,
            "context": self._context,
            "cost": self._cost,
            "help": self._help,
            "memory": self._memory,
            "skills": self._skills,
            "status": self._status,
            "tasks": self._tasks,
            "thinking": self._thinking,
            "tools": self._tools,
            "last": lambda _: self.show_last(),
        }

    async def show_last(self) -> None:
        """Show the last result of a tool, whole."""
        await trio.lowlevel.checkpoint()
        self._say(self._telling.result or "no tool has given a result yet", "dim")

    def _say(self, text: str, tone: Tone = "plain") -> None:
        self._screen.print(Verbatim(text, tone))

    async def _own_status(self) -> AgentStatus:
        return await self._setting.ref.ask(GetStatus(), lane="front")

    async def _agents(self, _: str) -> None:
        views: dict[Ref[Mail], AgentStatus] = {}

        async def ask(ref: Ref[Mail]) -> None:
            try:
                views[ref] = await ref.ask(GetStatus(), lane="front")
            except ActorError:  # it ends
                return

        members = self._setting.system.members(AGENTS)
        with trio.move_on_after(_LOOK_S):
            async with trio.open_nursery() as nursery:
                for ref in members:
                    nursery.start_soon(ask, ref)
        for ref in sorted(views, key=lambda ref: ref.path):
            self._screen.print(Remark(_agent_row(ref, views[ref]), "plain"))

    async def _context(self, _: str) -> None:
        status = await self._own_status()
        window = f", {context_used(status)}" if status.context_window else ""
        tokens = f"some {status.context_tokens:,} tokens{window}"
        self._say(f"  {status.messages} messages, {tokens}")

    async def _cost(self, _: str) -> None:
        status = await self._own_status()
        usage = status.usage
        unpriced = f", and {status.unpriced_calls} calls of unknown price"
        self._say(
            f"  {cost(status.cost_usd) or '$0'}{unpriced if status.unpriced_calls else ''}\n"
            f"  {usage.input_tokens:,} tokens in, {usage.cached_tokens:,} of them from a cache; "
            f"{usage.output_tokens:,} out"
        )

    async def _help(self, _: str) -> None:
        await trio.lowlevel.checkpoint()
        self._say(help_text())

    async def _memory(self, _: str) -> None:
        setting = self._setting
        if setting.home is None or setting.session is None:
            raise UsageError("nothing is remembered without a session")
        load = partial(load_memory, cwd=setting.directory, home=setting.home)
        memory = await trio.to_thread.run_sync(load)
        self._say(f"  {memory.directory or 'no memory'}")
        self._screen.print(Prose(text=memory.index or "Nothing is remembered yet.", indent=4))

    async def _skills(self, _: str) -> None:
        skills = (await self._setting.find_skills()).found
        for skill in skills:
            row = f"  {skill.name:<20}{one_line(skill.description)}"
            self._screen.print(Remark(row, "plain"))
        if not skills:
            self._say("  no skills")

    async def _status(self, _: str) -> None:
        status = await self._own_status()
        session = self._setting.session
        self._say(
            f"  agent    {status.name}{f': {status.title}' if status.title else ''}\n"
            f"  model    {status.model_id}\n"
            f"  phase    {status.phase}{f': {status.task}' if status.task else ''}\n"
            f"  session  {'none' if session is None else session.directory}\n"
            f"  works in {self._setting.directory}"
        )
        await self._context("")
        await self._cost("")

    async def _tasks(self, _: str) -> None:
        tasks = (await self._own_status()).tasks
        for task in tasks:
            row = f"  {task.id}  {task.phase} {duration(task.elapsed_s)}  {one_line(task.summary)}"
            self._screen.print(Remark(row, "plain"))
        if not tasks:
            self._say("  nothing runs in the background")

    async def _thinking(self, _: str) -> None:
        await trio.lowlevel.checkpoint()
        self._say(self._telling.thought or "the model has told no thoughts", "dim")

    async def _tools(self, _: str) -> None:
        await trio.lowlevel.checkpoint()
        tools = self._setting.agent.tools
        for tool in tools:
            self._screen.print(Remark(f"  {tool.name:<16}{one_line(tool.description)}", "plain"))
        if not tools:
            self._say("  no tools")


def _agent_row(ref: Ref[Mail], status: AgentStatus) -> str:
    depth = ref.path.count("/") - 1
    told = status.title or status.task
    words = [status.phase, status.model_id, context_used(status), cost(status.cost_usd), told]
    return f"  {'  ' * depth}{ref.name}: {' · '.join(filter(None, words))}"
