"""Git, run so that nothing but its object store is used of it.

No configuration but our own is read, and nothing that a configuration names is executed: no hook,
no file system monitor, no filter, no pager, no external diff, no transport. Git never reads or
writes a file of the workspace other than ``.gitignore``; contents pass through us.
"""

import os
import re
from collections.abc import AsyncGenerator, Container, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import attrs
import trio

from sagent.checkpoint._conversation import Conversation
from sagent.errors import CheckpointError, ProcessError
from sagent.process import Output, clean_environment, open_duplex_process

OLDEST = (2, 30)

_LEFTOVERS = ("*.lock", "refs/**/*.lock", "objects/**/tmp_*", "fast_import_crash_*")
_CLEAR_S = 2.0

# From a directory inside the workspace, git would list that directory only.
_CWD = Path("/")

_SETTINGS = (
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.protectHFS=false",  # every name that the file system allows is a name;
    "core.protectNTFS=false",  # what we write later we write ourselves, below our own directories
    "core.quotePath=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "pack.compression=1",
    "protocol.allow=never",
)


@attrs.frozen
class Git:
    """A private repository in *store*, laid over the files of *workspace*."""

    store: Path
    workspace: Path

    @property
    def index(self) -> Path:
        """The index, which holds no file; see ``_listing``."""
        return self.store / "listing.index"

    @property
    def over_workspace(self) -> str:
        """The option for a command that looks at the workspace; others must not be given it."""
        return f"--work-tree={self.workspace}"

    def environment(self) -> Mapping[str, str]:
        """Give git's whole environment."""
        inherited = {
            name: value
            for name, value in clean_environment(os.environ).items()
            if not name.startswith(("GIT_", "XDG_"))
        }
        return inherited | {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_DIR": str(self.store),
            "GIT_INDEX_FILE": str(self.index),
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
            "HOME": str(self.store),  # before 2.32 git knows no GIT_CONFIG_GLOBAL
            "LC_ALL": "C",
        }

    @asynccontextmanager
    async def conversation(
        self, *arguments: str, fine: Container[int] = (0,)
    ) -> AsyncGenerator[Conversation]:
        """Run git for the length of the block, at whose end it is waited for.

        Args:
            arguments: the command and what it takes.
            fine: the exit codes that are no failure.

        Raises:
            CheckpointError: there is no git, or it failed.
        """
        settings = [word for setting in _SETTINGS for word in ("-c", setting)]
        command = ["git", "--no-pager", *settings, *arguments]
        broken: trio.BrokenResourceError | None = None
        environment = self.environment()
        try:
            async with open_duplex_process(command, cwd=_CWD, env=environment) as process:
                conversation = Conversation(process.stream)
                try:
                    yield conversation
                    await conversation.finish()
                except trio.BrokenResourceError as error:
                    broken = error
                exit_code = await process.wait()
        except ProcessError as error:
            raise CheckpointError(
                f"files are not kept: {error}; install git {_dotted(OLDEST)} or later"
            ) from error
        except BaseException:
            await self.clear()
            raise
        if broken is not None or exit_code not in fine:
            await self.clear()
            name = next(word for word in arguments if not word.startswith("-"))
            complaint = _complaint(process.output) or f"it ended with {exit_code}"
            raise CheckpointError(f"git {name} failed: {complaint}") from broken

    async def clear(self) -> None:
        """Remove what a git that was cut short left: locks, and packs that were never whole."""
        with trio.move_on_after(_CLEAR_S, shield=True):
            await trio.to_thread.run_sync(_clear, self.store)

    async def run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Run git to its end and give what it wrote.

        Raises:
            CheckpointError: there is no git, or it failed.
        """
        output = bytearray()
        async with self.conversation(*arguments) as conversation:
            if stdin:
                await conversation.say(stdin)
            await conversation.finish()
            while chunk := await conversation.chunk():
                output += chunk
        return bytes(output)

    async def check_version(self) -> None:
        """Make sure that git is there and not too old.

        Raises:
            CheckpointError: it is not.
        """
        told = (await self.run("version")).decode(errors="replace").strip()
        found = re.search(r"(\d+)\.(\d+)", told)
        if found is None or (int(found[1]), int(found[2])) < OLDEST:
            raise CheckpointError(
                f"files are not kept: this is {told!r}; install git {_dotted(OLDEST)} or later"
            )


def _clear(store: Path) -> None:
    for pattern in _LEFTOVERS:
        for path in store.glob(pattern):
            with suppress(OSError):
                path.unlink()


def _complaint(output: Output) -> str:
    # What follows the fatal line tells of its own clearing up.
    lines = output.text.splitlines()
    return next((line for line in lines if line.startswith("fatal:")), output.last_line)


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))
