"""A screen that shows nothing and remembers, for conversations in virtual time."""

from pathlib import Path

import attrs
import trio

from sagent.actors import open_system
from sagent.agent import Agent
from sagent.prompt import CustomCommands, Skills
from sagent.repl._pasted import Pasted
from sagent.repl._printed import Printed
from sagent.repl._screen import Editing, Gesture, Screen, View
from sagent.repl._setting import Outcome
from sagent.repl.conversation import ScreenAnswerer, Setting, converse


@attrs.define
class QuietScreen:
    """Shows nothing, and remembers; what its person does comes through a channel."""

    gestures: trio.MemoryReceiveChannel[Gesture]
    person: trio.MemorySendChannel[Gesture]
    views: list[View] = attrs.field(factory=list[View])

    def print(self, *printed: Printed) -> None:
        pass

    def show(self, view: View) -> None:
        self.views.append(view)

    def ring(self) -> None:
        raise AssertionError("nobody wished that")

    def copy(self, text: str) -> None:
        raise AssertionError(text)

    def fill(self, text: str) -> None:
        raise AssertionError(text)

    def insert(self, pasted: str | Pasted) -> None:
        raise AssertionError(pasted)

    def switch_editing(self) -> Editing:
        raise AssertionError("nobody wished that")


async def talk_to(agent: Agent, screen: Screen) -> Outcome:
    """Let the person at *screen* talk to *agent*, which nothing but the system knows."""
    async with open_system() as system:
        setting = Setting(
            system=system,
            ref=await system.spawn(agent, name="Agent"),
            agent=agent,
            session=None,
            home=None,
            directory=Path.cwd(),
            model_named=lambda _: agent.model,
            find_skills=_no_skills,
            find_commands=_no_commands,
            on_first_prompt=lambda: None,
        )
        return await converse(setting, screen, ScreenAnswerer())


async def _no_skills() -> Skills:
    await trio.lowlevel.checkpoint()
    return Skills()


async def _no_commands() -> CustomCommands:
    await trio.lowlevel.checkpoint()
    return CustomCommands()
