from typing import ClassVar

import attrs
import trio

from sagent.errors import UnknownNameError
from sagent.home import Home
from sagent.message import Message, TextMessage
from sagent.prompt import Skill as FoundSkill
from sagent.prompt import Skills, list_skill_files, load_skills
from sagent.tool import Effect, Workspace
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import BuiltinTool, Card
from sagent.tools._place import shown
from sagent.tools._refusal import Refusal
from sagent.tools._skill_text import filled

_PROMPT = """\
# Skills

Instructions for kinds of work. When one fits what you are to do, call Skill with its name first.

"""


@attrs.define(eq=False)
class Skill(BuiltinTool):
    """Gives the instructions of a skill, and says where its files are.

    Attributes:
        skills: what `load_skills` found, which the system prompt then lists; None to look for
            skills at each call, from the agent's directory.
    """

    card: ClassVar[Card] = Card(
        name="Skill",
        description=(
            "Get the instructions of a skill before work that it is for, or when the user names "
            "it. An unknown name is answered with those that there are."
        ),
        directive_schema={
            "type": "object",
            "properties": {
                "skill": {"type": "string"},
                "args": {"type": "string"},
            },
            "required": ["skill"],
            "additionalProperties": False,
        },
        effects=frozenset({Effect.READS}),
        concurrency="shared",
        subjects=("skill",),
    )

    skills: Skills | None = None

    @property
    def supports_microcompaction(self) -> bool:
        """Instructions stay as long as the conversation does."""
        return False

    def prompt(self) -> str | None:
        """List the skills that it was given, if there are any."""
        listing = self.skills.listing if self.skills is not None else ""
        return f"{_PROMPT}{listing}" if listing else None

    async def _work(self, arguments: Arguments, workspace: Workspace) -> Message:
        name, args = arguments.text("skill").strip(), arguments.text("args", "").strip()
        return TextMessage(await trio.to_thread.run_sync(self._read, name, args, workspace))

    def _read(self, name: str, args: str, workspace: Workspace) -> str:
        skills = self.skills
        if skills is None:
            skills = load_skills(cwd=workspace.cwd, home=Home.default())
        skill = skills.find(name)
        if not skill.is_listed:
            raise Refusal(f"the skill {name} is for people to start: ask the user to")
        return skill_text(skill, args)


def skill_text(skill: FoundSkill, args: str) -> str:
    """Give the instructions of *skill*, filled with *args*, and say where its files are. Blocks.

    Raises:
        UnknownNameError: its file is gone, or there is nothing in it.
    """
    name, body = skill.name, skill.body()
    if not body:
        raise UnknownNameError(
            f"the skill {name} has no instructions: {shown(skill.path)} is empty"
        )
    folder = skill.folder()
    files = list_skill_files(folder)
    place = shown(folder)
    head = [f"[The skill {name}, from {place}: its files are named relative to that folder.]"]
    if skill.compatibility:
        head.append(f"[It needs: {skill.compatibility}]")
    if files.names:
        more = ", and more" if files.has_more else ""
        head.append(f"[Read or run them as you need them: {', '.join(files.names)}{more}]")
    return "\n".join([*head, "", filled(body, args, folder=place)])
