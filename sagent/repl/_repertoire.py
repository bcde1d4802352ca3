"""What a person can say by a name: prompts kept in files, and skills."""

import attrs
import trio

from sagent.agent import AGENTS
from sagent.errors import UnknownNameError
from sagent.model import EFFORTS
from sagent.nearness import nearest
from sagent.prompt import CustomCommands, Skills
from sagent.repl._command import COMMANDS, OWN_NAMES, Command, name_and_rest
from sagent.repl._draft import Draft
from sagent.repl._offers import Offers
from sagent.repl._printed import Verbatim
from sagent.repl._screen import Screen, Submitted
from sagent.repl._setting import Setting
from sagent.terminal import one_line
from sagent.tools._mention import mentions_in
from sagent.tools._skill import skill_text

_MOST_AGENTS = 50
"""How many agents are offered by name."""


@attrs.define(eq=False)
class Repertoire:
    """Knows the commands of the project and of the user, and their skills."""

    _setting: Setting
    _screen: Screen
    _commands: CustomCommands = attrs.field(factory=CustomCommands, init=False)
    _skills: Skills = attrs.field(factory=Skills, init=False)
    _told: set[str] = attrs.field(factory=set[str], init=False)
    _offers: Offers = attrs.field(factory=Offers, init=False)

    async def refresh(self) -> None:
        """Look for them anew; what is wrong with a file is told once."""
        self._commands = await self._setting.find_commands()
        self._skills = await self._setting.find_skills()
        for warning in self._commands.warnings:
            if warning not in self._told:
                self._told.add(warning)
                self._screen.print(Verbatim(f"  ! {warning}", "notice"))
        own = tuple(sorted(self.commands, key=lambda command: command.name))
        self._offers = attrs.evolve(self._offers, commands=(*COMMANDS, *own))

    @property
    def commands(self) -> tuple[Command, ...]:
        """Those that are not sagent's own."""
        from_files = tuple(
            Command(name=each.name, arguments=each.arguments, summary=one_line(each.description))
            for each in self._commands.found
        )
        taken = OWN_NAMES | {command.name for command in from_files}
        skills = tuple(
            Command(name=skill.name, summary=one_line(skill.description))
            for skill in self._skills.found
            if skill.name not in taken
        )
        return (*from_files, *skills)

    @property
    def offers(self) -> Offers:
        """What Tab offers now."""
        refs = self._setting.system.members(AGENTS)[:_MOST_AGENTS]
        agents = tuple(ref.name for ref in refs)
        arguments = {
            "model": self._setting.model_names,
            "effort": (*EFFORTS, "default"),
            "send": agents,
            "kill": agents,
        }
        if arguments != self._offers.arguments:
            self._offers = attrs.evolve(self._offers, arguments=arguments)
        return self._offers

    async def draft(self, said: Submitted) -> Draft:
        """Give what the command in *said* stands for.

        Raises:
            UnknownNameError: there is no such command; the nearest is told.
        """
        await self.refresh()
        name, rest = name_and_rest(said.whole)
        shown_rest = name_and_rest(said.text)[1]
        if (command := self._commands.find(name)) is not None:
            text, named = command.filled(rest), command.filled(shown_rest)
        else:
            text = await self._instructions(name, rest)
            named = shown_rest
        draft = Draft.of(said.text, text, said.pasted)
        return attrs.evolve(draft, mentions=mentions_in(named))

    async def _instructions(self, name: str, rest: str) -> str:
        for skill in self._skills.found:
            if skill.name == name:
                return await trio.to_thread.run_sync(skill_text, skill, rest)
        names = [command.name for command in (*COMMANDS, *self.commands)]
        near = nearest(name, names)
        hint = "see /help" if near is None else f"did you mean /{near}?"
        raise UnknownNameError(f"unknown command: /{name}; {hint}")
