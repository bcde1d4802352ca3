"""What tools need of this machine."""

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs
import trio

from sagent.cli._doctor._finding import Finding, absent, failed, ok, warning
from sagent.errors import ProcessError
from sagent.process import run_command
from sagent.tool._exact import opens_at_once

_VERSION_S = 2.0
_VERSION = re.compile(r"\d+(?:\.\d+)+")


@attrs.frozen(kw_only=True)
class _Program:
    name: str
    lack: Finding
    """What it means that it is not there."""


_PROGRAMS = (
    _Program(
        name="bash",
        lack=failed("bash is not on PATH: the tool Bash cannot work", "install bash"),
    ),
    _Program(
        name="rg",
        lack=warning("ripgrep (rg) is not on PATH: Grep searches slowly", "install ripgrep"),
    ),
    _Program(
        name="git",
        lack=warning(
            "git is not on PATH: no checkpoints of a repository's files, no .gitignore of its own",
            "install git",
        ),
    ),
    _Program(name="bwrap", lack=absent("bubblewrap (bwrap) is not on PATH; nothing needs it yet")),
)


async def examine_programs() -> Iterable[Finding]:
    """See whether programs are there and run, and what the system lets us do."""
    found: dict[str, Finding] = {}
    async with trio.open_nursery() as nursery:
        for program in _PROGRAMS:
            nursery.start_soon(_examine, program, found)
    return (*(found[program.name] for program in _PROGRAMS), *_look_at_system())


async def _examine(program: _Program, found: dict[str, Finding]) -> None:
    path = shutil.which(program.name)
    if path is None:
        found[program.name] = program.lack
        return
    found[program.name] = warning(
        f"{path} does not tell its version within {_VERSION_S:g} s", f"install {program.name} anew"
    )
    with trio.move_on_after(_VERSION_S):
        found[program.name] = await _asked(program.name, path)


async def _asked(name: str, path: str) -> Finding:
    try:
        ended = await run_command([path, "--version"])
    except ProcessError as error:
        return failed(f"{path} cannot be run: {error}", f"install {name} anew")
    version = _VERSION.search(ended.output.text)
    if ended.exit_code or version is None:
        return failed(
            f"{path} --version ends with code {ended.exit_code}: {ended.output.last_line}",
            f"install {name} anew",
        )
    return ok(f"{name} {version[0]} ({path})")


def _look_at_system() -> Iterator[Finding]:
    yield (
        ok("files are opened in one step (openat2)")
        if opens_at_once()
        else ok("files are opened step by step: no openat2 here, which is slower and as safe")
    )
    try:
        for end in os.openpty():
            os.close(end)
    except OSError as error:
        yield failed(
            f"no pseudo-terminal can be made: {error.strerror}", "mount /dev/pts, or allow more"
        )
    else:
        yield ok("pseudo-terminals can be made")
    if not Path("/proc/self/environ").exists():
        yield warning(
            "there is no /proc: what leaves its process group may outlive its command",
            "mount /proc, where the system has it",
        )
