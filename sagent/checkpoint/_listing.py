"""Which files of a workspace there are to keep: those that no ``.gitignore`` of it ignores.

The index is empty, so that the listing depends on the files alone, and not on what was kept
before. Git does not look into a repository inside the workspace, unless the index knows a file in
it; so a name that no file has is entered for each.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import attrs
import trio

from sagent.checkpoint._contents import EMPTY
from sagent.checkpoint._git import Git
from sagent.errors import CheckpointError

_PLACEHOLDER = b"\x01sagent"
_LISTING_S = 30.0


@attrs.define(eq=False)
class Listing:
    """Lists the files of a workspace, again and again.

    Attributes:
        leave_out: directories that are not looked into; no links.
    """

    _git: Git
    _leave_out: Sequence[Path]
    _max_files: int
    _nested: set[bytes] = attrs.field(factory=set[bytes], init=False)

    async def keys(self) -> list[bytes]:
        """List the files.

        Raises:
            CheckpointError: there are too many, or looking at them takes too long.
        """
        found: list[bytes] = []
        with trio.move_on_after(_LISTING_S) as patience:
            found = await self._look()
            while nested := {key for key in found if key.endswith(b"/")} - self._nested:
                await self._enter(nested)
                found = await self._look()
        if patience.cancelled_caught:
            raise CheckpointError(
                f"files are not kept: listing {self._git.workspace} took more than "
                f"{_LISTING_S:.0f} s; work in a smaller directory, or name in .gitignore what "
                "need not be kept"
            )
        return [key for key in found if not key.endswith(b"/")]

    async def ignores(self, path: Path) -> bool:
        """Tell whether a file, which need not exist, is not listed; *path* has no links."""
        within = path.is_relative_to(self._git.workspace)
        if not within or any(map(path.is_relative_to, self._leave_out)):
            return True
        key = os.fsencode(path.relative_to(self._git.workspace))
        arguments = [self._git.over_workspace, "check-ignore", "-z", "--stdin", "--no-index"]
        async with self._git.conversation(*arguments, fine=(0, 1)) as talk:
            await talk.say(key + b"\0")
            await talk.finish()
            return bool(await talk.chunk())

    async def _look(self) -> list[bytes]:
        if not await trio.Path(self._git.workspace).is_dir():
            raise CheckpointError(
                f"files are not kept: there is no directory {self._git.workspace}"
            )
        arguments = [self._git.over_workspace, "ls-files", "-z", "--others", "--exclude-standard"]
        async with self._git.conversation(*arguments, *self._exclusions()) as talk:
            listed, count = bytearray(), 0
            while chunk := await talk.chunk():
                listed += chunk
                count += chunk.count(b"\0")
                if count > self._max_files:
                    raise CheckpointError(
                        f"files are not kept: {self._git.workspace} holds more than "
                        f"{self._max_files} files; work in a smaller directory, name in "
                        ".gitignore what need not be kept, or raise Limits.max_files"
                    )
        return bytes(listed).split(b"\0")[:-1]

    async def _enter(self, nested: set[bytes]) -> None:
        rows = b"".join(
            b"%s %s 0\t%s%s\0" % (EMPTY.mode.encode(), EMPTY.oid.encode(), key, _PLACEHOLDER)
            for key in sorted(nested)
        )
        await self._git.run("update-index", "-z", "--index-info", stdin=rows)
        self._nested |= nested

    def _exclusions(self) -> list[str]:
        workspace = self._git.workspace
        return [
            f"--exclude={_pattern(str(place.relative_to(workspace)))}"
            for place in self._leave_out
            if place != workspace and place.is_relative_to(workspace)
        ]


def _pattern(path: str) -> str:
    # A rule of .gitignore for this very path, of gitignore(5).
    escaped = "".join(f"\\{letter}" if letter in "\\*?[" else letter for letter in path)
    return f"/{escaped}/"
