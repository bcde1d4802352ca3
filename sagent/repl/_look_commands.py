"""Commands that show something, and change nothing."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import attrs
import trio

from sagent import __version__
from sagent.agent import AGENTS, AgentStatus, GetStatus, call_roll
from sagent.errors import UsageError
from sagent.prompt import load_memory
from sagent.repl._agent_named import agent_named
from sagent.repl._figures import duration, thousands
from sagent.repl._lineage import depth_among, in_tree_order
from sagent.repl._parts import Parts
from sagent.repl._pasted import count_of
from sagent.repl._printed import Prose, Remark, Tone, Verbatim
from sagent.repl._status_line import context_used
from sagent.terminal import cost, one_line

ANSWER_S = 1
"""How long agents may take to tell how they stand."""


@attrs.frozen(eq=False)
class LookCommands:
    """Shows how things stand; each command is a method of its name."""

    _parts: Parts

    @property
    def works(self) -> Mapping[str, Callable[[str], Awaitable[None]]]:
        """Each command's work, by its name."""
        return {
            "agents": self._agents,
            "context": self._context,
            "copy": self._copy,
            "cost": self._cost,
            "memory": self._memory,
            "skills": self._skills,
            "status": self._status,
            "tasks": self._tasks,
            "thinking": self._thinking,
            "tools": self._tools,
            "follow": self._follow,
            "last": self._last,
        }

    async def show_last(self, back: int = 1) -> None:
        """Show a result of a tool, whole: the last one, or the one *back* - 1 before it."""
        await trio.lowlevel.checkpoint()
        results = self._parts.telling.calls.results
        if back > len(results):
            count = f"there are {len(results)}" if results else "no tool has given a result yet"
            self._parts.screen.print(
                Remark(f"  ! none before: {count}" if results else f"  {count}")
            )
            return
        result = results[-back]
        place = f" ({back} before the end)" if back > 1 else ""
        self._parts.screen.print(Remark(f"  ● {result.call}{place}", "plain"))
        self._say(result.content or "nothing", "dim")

    async def _last(self, rest: str) -> None:
        if rest and not (rest.isdecimal() and rest.isascii() and int(rest)):
            raise UsageError(f"{rest!r} is no number: /last 3 shows the last result but two")
        await self.show_last(int(rest or "1"))

    async def _follow(self, name: str) -> None:
        await trio.lowlevel.checkpoint()
        if not name:
            self._parts.following.end_all()
            self._say("  nobody is followed; /follow AGENT shows each step of one", "dim")
            return
        ref = agent_named(name, self._parts.setting.system)
        if ref == self._parts.setting.ref:
            raise UsageError(f"{name} is who you talk to: all its steps are shown")
        if self._parts.following.end(ref):
            self._say(f"  {name} is no longer followed", "dim")
        else:
            self._say(f"  {name} is followed", "dim")
            self._parts.following.begin(ref)

    def _say(self, text: str, tone: Tone = "plain") -> None:
        self._parts.screen.print(Verbatim(text, tone))

    async def _own_status(self) -> AgentStatus:
        return await self._parts.setting.ref.ask(GetStatus(), lane="front")

    async def _agents(self, _: str) -> None:
        members = self._parts.setting.system.members(AGENTS)
        statuses = await call_roll(members, patience_s=ANSWER_S)
        for path in in_tree_order(statuses):
            row = _agent_row(depth_among(path, statuses), statuses[path])
            self._parts.screen.print(Remark(row, "plain"))

    async def _context(self, _: str) -> None:
        status = await self._own_status()
        window = f", {context_used(status)}" if status.context_window else ""
        tokens = f"some {status.context_tokens:,} tokens{window}"
        self._say(f"  {status.messages} messages, {tokens}")

    async def _copy(self, _: str) -> None:
        await trio.lowlevel.checkpoint()
        answer = self._parts.telling.answer
        if not answer:
            raise UsageError("there is no answer yet")
        self._parts.screen.copy(answer)
        self._say(f"  sent to the clipboard: {count_of(answer)}", "dim")

    async def _cost(self, _: str) -> None:
        status = await self._own_status()
        usage = status.usage
        self._say(
            f"  {_priced(status)}\n"
            f"  {usage.input_tokens:,} tokens in, {usage.cached_tokens:,} of them from a cache; "
            f"{usage.output_tokens:,} out"
        )

    async def _memory(self, _: str) -> None:
        setting = self._parts.setting
        if setting.home is None or setting.session is None:
            raise UsageError("nothing is remembered without a session")
        load = partial(load_memory, cwd=setting.directory, home=setting.home)
        memory = await trio.to_thread.run_sync(load)
        self._say(f"  {memory.directory or 'no memory'}")
        self._parts.screen.print(Prose(text=memory.index or "Nothing is remembered yet.", indent=4))

    async def _skills(self, _: str) -> None:
        known = await self._parts.setting.find_skills()
        skills = known.found
        for warning in known.warnings:
            self._say(f"  ! {warning}", "notice")
        for skill in skills:
            row = f"  {skill.name:<20}{one_line(skill.description)}"
            self._parts.screen.print(Remark(row, "plain"))
        if not skills:
            self._say("  no skills")

    async def _status(self, _: str) -> None:
        status = await self._own_status()
        session, usage = self._parts.setting.session, status.usage
        used = f", {context_used(status)}" if status.context_window else ""
        cached = f", {usage.cached_tokens:,} of these from a cache" if usage.cached_tokens else ""
        agents = len(self._parts.setting.system.members(AGENTS))
        rows = {
            "agent": " · ".join(filter(None, (status.name, status.title))),
            "model": status.model_id,
            "phase": f"{status.phase}{f': {status.task}' if status.task else ''}",
            "context": f"{status.messages} messages, {status.context_tokens:,} tokens{used}",
            "spent": f"{usage.input_tokens:,} tokens in{cached}, {usage.output_tokens:,} out",
            "cost": _priced(status),
            "agents": str(agents) if agents > 1 else "",
            "tasks": f"{len(status.tasks)} in the background" if status.tasks else "",
            "session": "none" if session is None else str(session.directory),
            "directory": str(self._parts.setting.directory),
            "version": __version__,
        }
        for name, told in rows.items():
            if told:
                self._parts.screen.print(Remark(f"  {name:<11}{one_line(told)}", "plain"))

    async def _tasks(self, _: str) -> None:
        tasks = (await self._own_status()).tasks
        for task in tasks:
            row = f"  {task.id}  {task.phase} {duration(task.elapsed_s)}  {one_line(task.summary)}"
            self._parts.screen.print(Remark(row, "plain"))
        if not tasks:
            self._say("  nothing runs in the background")

    async def _thinking(self, _: str) -> None:
        await trio.lowlevel.checkpoint()
        self._say(self._parts.telling.thought or "the model has told no thoughts", "dim")

    async def _tools(self, _: str) -> None:
        await trio.lowlevel.checkpoint()
        tools = self._parts.setting.agent.tools
        for tool in tools:
            self._parts.screen.print(
                Remark(f"  {tool.name:<16}{one_line(tool.description)}", "plain")
            )
        if not tools:
            self._say("  no tools")


def _priced(status: AgentStatus) -> str:
    unpriced = f", and {status.unpriced_calls} calls of unknown price"
    return f"{cost(status.cost_usd) or '$0'}{unpriced if status.unpriced_calls else ''}"


def _agent_row(depth: int, status: AgentStatus) -> str:
    told = status.title or status.task
    usage = status.usage
    tokens = usage.input_tokens + usage.output_tokens
    words = [
        status.phase,
        status.model_id,
        f"{thousands(tokens)} tokens" if tokens else "",
        context_used(status),
        cost(status.cost_usd),
        told,
    ]
    return f"  {'  ' * depth}{status.name}: {' · '.join(filter(None, words))}"
