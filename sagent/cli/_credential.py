"""From ``--auth`` to a key: out of the environment, a file, or a command such as a keyring's."""

import os
import re
from copy import copy
from pathlib import Path

import trio

from sagent.cli._options import Options
from sagent.cli._streams import complain
from sagent.errors import MissingKeyError, UsageError
from sagent.process import run_command, secret_values

COMMAND_S = 60.0
"""How long a command may take: it may ask its user first."""
_OPEN_TO_OTHERS = 0o077
_LONGEST_BYTES = 64 * 1024
_WAY = re.compile(r"[a-z]+:")


def keyed[O: Options](options: O) -> O:
    """Do as `with_key` does before anything else is begun, so that all know what to keep secret."""
    return options if options.auth is None else trio.run(with_key, options)


def secrets_of(options: Options) -> frozenset[str]:
    """List what is never written: what the environment has, and what ``--auth`` has given."""
    return secret_values(os.environ) | {options.key}


async def with_key[O: Options](options: O) -> O:
    """Give *options* with the key that ``--auth`` tells of; with none for the provider's own.

    Raises:
        UsageError: there is no such way, or it cannot be gone.
        MissingKeyError: there is no key at its end.
    """
    auth = options.auth
    if auth is None or options.key:
        return options
    if auth == "env":
        options = copy(options)
        options.auth = None
        return options
    key = await _key(auth)
    if not key.strip():
        raise MissingKeyError(f"--auth {_shown(auth)} gives no key: it is empty")
    options = copy(options)
    options.key = key.strip()
    return options


async def _key(auth: str) -> str:
    way, _, what = auth.partition(":")
    match way if _WAY.match(auth) else "":
        case "env":
            await trio.lowlevel.checkpoint()
            if (value := os.environ.get(what)) is None:
                raise MissingKeyError(f"--auth {auth}: {what} is not set")
            return value
        case "file":
            return await trio.to_thread.run_sync(_in_file, what)
        case "command":
            return await _told_by(what)
        case "":
            await trio.lowlevel.checkpoint()
            complain(
                "the key on the command line is seen by whoever may list processes, and stays in "
                "the shell's history: better --auth env:NAME, file:PATH or command:LINE"
            )
            return auth
        case _:
            raise UsageError(
                f"--auth {way}: is no way to a key: write env:NAME, file:PATH or command:LINE"
            )


def _in_file(name: str) -> str:
    path = Path(name).expanduser()
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(_LONGEST_BYTES).decode(errors="replace").strip()
    except OSError as error:
        raise UsageError(f"--auth: {path} cannot be read: {error.strerror}") from error
    if text and mode & _OPEN_TO_OTHERS:
        complain(f"{path} holds a key and is open to other users: chmod 600 {path}")
    return text.partition("\n")[0]


async def _told_by(line: str) -> str:
    """Run *line* in a shell with all of our environment, and take the first line that it writes."""
    with trio.move_on_after(COMMAND_S):
        ended = await run_command(
            ["/bin/sh", "-c", f"exec 2>/dev/null\n{line}"], env=dict(os.environ)
        )
        if ended.exit_code:
            raise UsageError(
                f"--auth command: {line} ended with code {ended.exit_code}: run it by itself to "
                "see why"
            )
        return ended.output.text.strip().partition("\n")[0]
    raise UsageError(f"--auth command: {line} gave no key within {COMMAND_S:g} s")


def _shown(auth: str) -> str:
    return auth if _WAY.match(auth) else "KEY"
