"""What the commands do."""

from collections.abc import Awaitable, Callable, Mapping

import attrs
import trio

from sagent.actors import Ref
from sagent.agent import (
    CancelTask,
    Clear,
    Compact,
    GetStatus,
    Interrupt,
    Mail,
    Prompt,
    Recompact,
    SetEffort,
    SwapModel,
)
from sagent.compaction import Recap
from sagent.errors import UsageError
from sagent.model import EFFORTS, Effort
from sagent.repl._agent_named import agent_named
from sagent.repl._command import Order, help_text
from sagent.repl._look_commands import LookCommands
from sagent.repl._parts import Parts
from sagent.repl._printed import Prose, Tone, Verbatim
from sagent.repl._session_commands import SessionCommands
from sagent.repl._setting import Leave, Outcome
from sagent.session import StateRecord

_MOST_MODELS = 20
"""How many are shown of what a server has."""
_END_S = 2
"""How long an agent may take to end its turn, and its tools, before it is killed."""


@attrs.frozen(eq=False)
class CommandWork:
    """Carries out commands; each is a method of its name, here or in one of the two others."""

    _parts: Parts
    _leave: Callable[[Outcome], object]

    async def carry_out(self, order: Order) -> None:
        """Do what *order* says.

        Raises:
            SagentError: it cannot be done.
        """
        await self._works[order.command.name](order.rest)

    async def show_last(self, back: int) -> None:
        """Show a result of a tool, whole: the last one, or the one *back* - 1 before it."""
        await self._looks.show_last(back)

    @property
    def _looks(self) -> LookCommands:
        return LookCommands(self._parts)

    @property
    def _works(self) -> Mapping[str, Callable[[str], Awaitable[None]]]:
        sessions = SessionCommands(self._parts, self._leave)
        own: Mapping[str, Callable[[str], Awaitable[None]]] = {
            "clear": self._clear,
            "compact": self._compact,
            "effort": self._effort,
            "help": self._help,
            "kill": self._kill,
            "model": self._model,
            "quit": self._quit,
            "recompact": self._recompact,
            "send": self._send,
            "vi": self._vi,
        }
        return {**self._looks.works, **sessions.works, **own}

    def _say(self, text: str, tone: Tone = "plain") -> None:
        self._parts.screen.print(Verbatim(text, tone))

    async def _clear(self, _: str) -> None:
        await self._parts.setting.ref.ask(Clear(), lane="front")
        await self._parts.look()
        self._say("  the conversation is cleared", "dim")

    async def _compact(self, heed: str) -> None:
        await self._tell_recap(await self._parts.setting.ref.ask(Compact(heed), lane="front"))

    async def _recompact(self, heed: str) -> None:
        await self._tell_recap(await self._parts.setting.ref.ask(Recompact(heed), lane="front"))

    async def _tell_recap(self, recap: Recap) -> None:
        await self._parts.look()
        self._parts.screen.print(Prose(text=recap.text, indent=4, gap=True))

    async def _model(self, name: str) -> None:
        if not name:
            status = await self._parts.setting.ref.ask(GetStatus(), lane="front")
            self._say(f"  {status.model_id}: /model NAME takes another (sagent models lists them)")
            if names := await self._served():
                self._say(f"  the server has {', '.join(names)}", "dim")
            return
        model = await trio.to_thread.run_sync(self._parts.models.named, name)
        await self._parts.setting.ref.ask(SwapModel(model), lane="front")
        self._parts.setting.on_change(StateRecord(model_id=model.model_id))
        await self._parts.look()
        self._say(f"  going on with {model.model_id}", "dim")

    async def _served(self) -> tuple[str, ...]:
        """Ask the server of the model what it has, unless Tab knows that already."""
        setting, model = self._parts.setting, self._parts.models.current
        if model is None or setting.model_names:
            return ()
        return (await setting.find_models(model))[:_MOST_MODELS]

    async def _effort(self, level: str) -> None:
        if not level:
            status = await self._parts.setting.ref.ask(GetStatus(), lane="front")
            offered = ", ".join(self._parts.models.efforts) or ", ".join(EFFORTS)
            now = status.effort or "as the model does by itself"
            self._say(f"  {now}: /effort LEVEL sets it ({offered}, default)")
            return
        effort = None if level == "default" else _effort_named(level)
        await self._parts.setting.ref.ask(SetEffort(effort), lane="front")
        self._parts.setting.on_change(StateRecord(effort=level))
        self._say(f"  thinking: {effort or 'as the model does by itself'}", "dim")

    async def _help(self, _: str) -> None:
        await self._parts.repertoire.refresh()
        self._say(help_text(self._parts.repertoire.commands))

    async def _vi(self, _: str) -> None:
        await trio.lowlevel.checkpoint()
        self._say(f"  keys are as in {self._parts.screen.switch_editing()}", "dim")

    async def _quit(self, _: str) -> None:
        await trio.lowlevel.checkpoint()
        self._leave(Leave())

    async def _send(self, rest: str) -> None:
        await trio.lowlevel.checkpoint()
        name, _, text = rest.partition(" ")
        if not text.strip():
            raise UsageError("say to whom, and what: /send AGENT TEXT; /agents lists them")
        agent_named(name, self._parts.setting.system).tell(Prompt(text.strip()), lane="front")
        self._say(f"  sent to {name}", "dim")

    async def _kill(self, name: str) -> None:
        if not name:
            raise UsageError("say what: /kill ID of /tasks, or the name of an agent of /agents")
        if await self._parts.setting.ref.ask(CancelTask(name), lane="front"):
            self._say(f"  {name} is ended", "dim")
            return
        ref = agent_named(name, self._parts.setting.system)
        if ref == self._parts.setting.ref:
            raise UsageError(f"{name} is who you talk to: /quit leaves")
        await _end(ref)
        self._say(f"  {name} is ended", "dim")


async def _end(ref: Ref[Mail]) -> None:
    """End an agent for good: one that is killed is started anew by who looks after it."""
    ref.tell(Interrupt(), lane="front")
    ref.stop()
    with trio.move_on_after(_END_S) as patience:
        await ref.closed()
    if patience.cancelled_caught:
        ref.kill()


def _effort_named(level: str) -> Effort:
    for effort in EFFORTS:
        if effort == level:
            return effort
    raise UsageError(f"no effort is called {level!r}: choose {', '.join(EFFORTS)}, or default")
