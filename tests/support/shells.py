"""The Bash tool as an agent has it, and what its commands leave behind."""

from collections.abc import Mapping
from pathlib import Path

import attrs

from sagent.lib.json import JSON
from sagent.message import JsonMessage, Message, is_error, response_text
from sagent.tool import Binding, Report, Workspace
from sagent.tools import Bash


@attrs.define
class Shell:
    """A Bash tool in a workspace of its own."""

    workspace: Workspace
    tool: Bash = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.tool = Bash().bind(Binding(agent="operator", workspace=self.workspace))

    async def __call__(self, command: str, **more: JSON) -> str:
        return told(await self.tool.run(_directive(command, more)))

    async def stream(self, command: str, report: Report, **more: JSON) -> str:
        return told(await self.tool.stream(_directive(command, more), report))


def shell_in(directory: Path) -> Shell:
    return Shell(Workspace(directory))


def told(result: Message) -> str:
    return ("ERROR " if is_error(result) else "") + response_text(result)


def _directive(command: str, more: Mapping[str, JSON]) -> Message:
    directive: dict[str, JSON] = {"command": command}
    return JsonMessage(directive | dict(more))
