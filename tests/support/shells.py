"""The Bash tool as an agent has it, and what its commands leave behind."""

import os
import secrets
import time
from collections.abc import Mapping
from pathlib import Path

import attrs
import trio

from sagent.lib.json import JSON
from sagent.message import JsonMessage, Message, is_error, response_text
from sagent.process import clean_environment
from sagent.process._marked import MARK, marked_processes
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


@attrs.frozen
class Herd:
    """All processes that carry a test's tag, however far they ran."""

    tag: str = attrs.field(factory=lambda: secrets.token_hex(16))

    @property
    def env(self) -> Mapping[str, str]:
        # Even the watchers, who have nothing of a command's environment, inherit this.
        return {**clean_environment(os.environ), MARK: self.tag}

    def living(self) -> list[int]:
        return marked_processes(self.tag)

    async def until(self, *, at_least: int) -> None:
        with trio.fail_after(5):
            while len(self.living()) < at_least:  # nobody tells when a process is up
                await trio.sleep(0.005)

    async def seconds_until_gone(self) -> float:
        started = time.perf_counter()
        with trio.fail_after(5):
            while self.living():  # nobody tells when a stranger's process is gone
                await trio.sleep(0.002)
        return time.perf_counter() - started
