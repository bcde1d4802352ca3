"""What the commands do."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path

import attrs
import trio

from sagent.actors import Ref
from sagent.agent import (
    AGENTS,
    AgentStatus,
    CancelTask,
    Clear,
    Compact,
    GetStatus,
    Mail,
    Prompt,
    Recompact,
    Rewind,
    Rewound,
    SwapModel,
)
from sagent.compaction import Recap
from sagent.errors import ActorError, SessionError, UnknownNameError, UsageError
from sagent.message import Descriptor, Message, encode_message
from sagent.prompt import load_memory
from sagent.repl._command import Order, help_text
from sagent.repl._printed import Prose, Remark, Tone, Verbatim
from sagent.repl._screen import Screen
from sagent.repl._screen_answerer import ScreenAnswerer
from sagent.repl._setting import GoOn, Leave, Outcome, Setting
from sagent.repl._status_line import context_used, duration
from sagent.repl._telling import Telling
from sagent.session import Session, find_session, list_sessions, to_html, to_markdown
from sagent.terminal import age, cost, find_message, one_line, title, words
from sagent.tool import Choice, Question

MOST_OFFERED = 10
_TITLE_CHARS = 60
_LOOK_S = 1
"""How long an agent may take to tell how it stands."""


@attrs.frozen(eq=False)
class CommandWork:
    """Carries out commands; each is a method of its name."""

    _setting: Setting
    _screen: Screen
    _answerer: ScreenAnswerer
    _telling: Telling
    _leave: Callable[[Outcome], object]
    _look: Callable[[], Awaitable[None]]

    async def carry_out(self, order: Order) -> None:
        """Do what *order* says.

        Raises:
            SagentError: it cannot be done.
        """
        await self._works[order.command.name](order.rest)

    @property
    def _works(self) -> Mapping[str, Callable[[str], Awaitable[None]]]:
        return {
            "agents": self._agents,
            "clear": self._clear,
            "compact": self._compact,
            "context": self._context,
            "cost": self._cost,
            "export": self._export,
            "fork": self._fork,
            "help": self._help,
            "kill": self._kill,
            "last": lambda _: self.show_last(),
            "memory": self._memory,
            "model": self._model,
            "quit": self._quit,
            "recompact": self._recompact,
            "resume": self._resume,
            "rewind": self._rewind,
            "send": self._send,
            "skills": self._skills,
            "status": self._status,
            "tasks": self._tasks,
            "thinking": self._thinking,
            "tools": self._tools,
            "undo": self._undo,
        }

    async def show_last(self) -> None:
        """Show the last result of a tool, whole."""
        await trio.lowlevel.checkpoint()
        self._say(self._telling.result or "no tool has given a result yet", "dim")

    def _say(self, text: str, tone: Tone = "plain") -> None:
        self._screen.print(Verbatim(text, tone))

    async def _own_status(self) -> AgentStatus:
        return await self._setting.ref.ask(GetStatus(), lane="front")

    async def _help(self, _: str) -> None:
        await trio.lowlevel.checkpoint()
        self._say(help_text())

    async def _quit(self, _: str) -> None:
        await trio.lowlevel.checkpoint()
        self._leave(Leave())

    async def _clear(self, _: str) -> None:
        await self._setting.ref.ask(Clear(), lane="front")
        await self._look()
        self._say("  the conversation is cleared", "dim")

    async def _compact(self, heed: str) -> None:
        await self._tell_recap(await self._setting.ref.ask(Compact(heed), lane="front"))

    async def _recompact(self, heed: str) -> None:
        await self._tell_recap(await self._setting.ref.ask(Recompact(heed), lane="front"))

    async def _tell_recap(self, recap: Recap) -> None:
        await self._look()
        self._screen.print(Prose(text=recap.text, indent=4, gap=True))

    async def _model(self, name: str) -> None:
        if not name:
            self._say(f"  {(await self._own_status()).model_id}: /model NAME takes another")
            return
        model = await trio.to_thread.run_sync(self._setting.model_named, name)
        await self._setting.ref.ask(SwapModel(model), lane="front")
        await self._look()
        self._say(f"  going on with {model.model_id}", "dim")

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

    async def _tools(self, _: str) -> None:
        await trio.lowlevel.checkpoint()
        tools = self._setting.agent.tools
        for tool in tools:
            self._screen.print(Remark(f"  {tool.name:<16}{one_line(tool.description)}", "plain"))
        if not tools:
            self._say("  no tools")

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

    async def _send(self, rest: str) -> None:
        await trio.lowlevel.checkpoint()
        name, _, text = rest.partition(" ")
        if not text.strip():
            raise UsageError("say to whom, and what: /send AGENT TEXT; /agents lists them")
        self._agent(name).tell(Prompt(text.strip()), lane="front")
        self._say(f"  sent to {name}", "dim")

    def _agent(self, name: str) -> Ref[Mail]:
        members = self._setting.system.members(AGENTS)
        for ref in members:
            if name in {ref.name, ref.path}:
                return ref
        known = ", ".join(ref.name for ref in members)
        raise UnknownNameError(f"no agent is named {name!r}: there are {known}")

    async def _tasks(self, _: str) -> None:
        tasks = (await self._own_status()).tasks
        for task in tasks:
            row = f"  {task.id}  {task.phase} {duration(task.elapsed_s)}  {one_line(task.summary)}"
            self._screen.print(Remark(row, "plain"))
        if not tasks:
            self._say("  nothing runs in the background")

    async def _kill(self, name: str) -> None:
        if not name:
            raise UsageError("say what: /kill ID of /tasks, or the name of an agent of /agents")
        if await self._setting.ref.ask(CancelTask(name), lane="front"):
            self._say(f"  {name} is ended", "dim")
            return
        ref = self._agent(name)
        if ref == self._setting.ref:
            raise UsageError(f"{name} is who you talk to: /quit leaves")
        ref.kill()
        self._say(f"  {name} is ended", "dim")

    async def _skills(self, _: str) -> None:
        skills = (await self._setting.find_skills()).found
        for skill in skills:
            row = f"  {skill.name:<20}{one_line(skill.description)}"
            self._screen.print(Remark(row, "plain"))
        if not skills:
            self._say("  no skills")

    async def _memory(self, _: str) -> None:
        setting = self._setting
        if setting.home is None or setting.session is None:
            raise UsageError("nothing is remembered without a session")
        load = partial(load_memory, cwd=setting.directory, home=setting.home)
        memory = await trio.to_thread.run_sync(load)
        self._say(f"  {memory.directory or 'no memory'}")
        self._screen.print(Prose(text=memory.index or "Nothing is remembered yet.", indent=4))

    async def _thinking(self, _: str) -> None:
        await trio.lowlevel.checkpoint()
        self._say(self._telling.thought or "the model has told no thoughts", "dim")

    async def _export(self, name: str) -> None:
        session = self._session()
        path = self._setting.directory / (name or f"{session.id}.md")
        text = _exported(session, path)
        try:
            await trio.to_thread.run_sync(partial(_write_new, path, text))
        except OSError as error:
            raise SessionError(f"{path} cannot be written: {error.strerror}") from error
        self._say(f"  written: {path}", "dim")

    async def _fork(self, _: str) -> None:
        await trio.lowlevel.checkpoint()
        self._leave(GoOn(self._session().id, fork=True))

    async def _resume(self, id_prefix: str) -> None:
        home, directory = self._setting.home, self._setting.directory
        if home is None:
            raise UsageError("no sessions are kept here: there is no home directory")
        if id_prefix:
            find = partial(find_session, home, directory, id_prefix)
            chosen = (await trio.to_thread.run_sync(find)).name
        else:
            sessions = await trio.to_thread.run_sync(list_sessions, home, directory)
            own = self._setting.session
            rows = {
                f"{session.id} · {age(session.updated_ns)} · {title(session)[:_TITLE_CHARS]}": (
                    session.id
                )
                for session in sessions
                if own is None or session.id != own.id
            }
            row = await self._choice("Go on with which session?", [*rows][:MOST_OFFERED])
            chosen = rows.get(row, "")
        if chosen:
            self._leave(GoOn(chosen))

    async def _choice(self, text: str, labels: list[str]) -> str:
        """Let the person choose; "" if they do not, or there is nothing."""
        if not labels:
            raise UsageError("there is nothing to choose from")
        choices = [Choice(label) for label in labels]
        if len(choices) == 1:
            choices.append(Choice("none of them"))
        question = Question(text=text, choices=choices, allow_other=False)
        self._screen.print(Remark(f"  ? {text}", "plain"))
        return next(iter((await self._answerer.answer(question)).chosen), "")

    async def _rewind(self, id_prefix: str) -> None:
        session = self._session()
        said = _said_by_user(session)
        if id_prefix:
            id_ = find_message(session.transcript, id_prefix)
        else:
            rows = {
                f"{place}. {words(message)[:_TITLE_CHARS]}": message.id
                for place, message in reversed([*enumerate(said, 1)])
            }
            labels = [*rows][:MOST_OFFERED]
            id_ = rows.get(await self._choice("Go back to before which message?", labels), "")
        if id_:
            await self._go_before(session.transcript.messages[id_])
            self._say("  the conversation is as it was before that; files are as they are", "dim")

    async def _undo(self, _: str) -> None:
        said = _said_by_user(self._session())
        if not said:
            raise UsageError("there is nothing to undo")
        rewound = await self._setting.ref.ask(Rewind(said[-1].id, "files"), lane="front")
        self._tell_files(rewound)
        await self._go_before(said[-1])
        self._say("  the last turn is taken back", "dim")

    async def _go_before(self, message: Message) -> None:
        """Go back to before *message*, which can then be written anew."""
        if message.parent_id is None:
            await self._setting.ref.ask(Clear(), lane="front")
        else:
            await self._setting.ref.ask(Rewind(message.parent_id), lane="front")
        await self._look()
        if message.descriptor == Descriptor.USER:
            self._screen.fill(str(message.content))

    def _tell_files(self, rewound: Rewound) -> None:
        files = rewound.files
        if files is None:
            return
        for path in files.written:
            self._say(f"  brought back {path}", "dim")
        for path in files.deleted:
            self._say(f"  deleted {path}", "dim")
        for path, reason in files.unrestorable.items():
            self._say(f"  ! {path} stays as it is: {reason}", "notice")

    def _session(self) -> Session:
        if self._setting.session is None:
            raise UsageError("this conversation has no session: it is not kept")
        return self._setting.session


def _agent_row(ref: Ref[Mail], status: AgentStatus) -> str:
    depth = ref.path.count("/") - 1
    told = status.title or status.task
    words = [status.phase, status.model_id, context_used(status), cost(status.cost_usd), told]
    return f"  {'  ' * depth}{ref.name}: {' · '.join(filter(None, words))}"


def _said_by_user(session: Session) -> list[Message]:
    return [
        message
        for message in session.transcript.conversation
        if message.descriptor in {Descriptor.USER, Descriptor.USER_PARTS}
    ]


def _exported(session: Session, path: Path) -> str:
    if path.suffix in {".html", ".htm"}:
        return to_html(session.transcript)
    if path.suffix == ".jsonl":
        messages = session.transcript.conversation
        return "".join(f"{encode_message(message)}\n" for message in messages)
    return to_markdown(session.transcript)


def _write_new(path: Path, text: str) -> None:
    with path.open("x") as file:
        file.write(text)
