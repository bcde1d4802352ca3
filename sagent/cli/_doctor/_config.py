"""The files that set what flags do not."""

import os
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sagent.cli._doctor._finding import Finding, failed, ok
from sagent.errors import UsageError
from sagent.home import Home

CONFIG_FILE = "config.toml"


def look_at_config() -> Iterator[Finding]:
    """See whether the user's and the project's configuration can be read."""
    for path in _config_files():
        if os.path.lexists(path):
            yield _judged(path)


def _config_files() -> Iterator[Path]:
    with suppress(UsageError):  # told in its own section
        yield Home.default().root / CONFIG_FILE
    with suppress(OSError):  # the same
        yield Path.cwd() / ".sagent" / CONFIG_FILE


def _judged(path: Path) -> Finding:
    try:
        tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        return failed(f"{path} cannot be read: {error.strerror}", f"chmod u+r {path}")
    except ValueError as error:  # no UTF-8, or no TOML
        return failed(f"{path}: {error}", "correct the file")
    return ok(f"{path} can be read")
