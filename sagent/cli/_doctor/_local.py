"""Whether a model can run on this machine."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from sagent.cli._doctor._finding import Finding, absent, ok, warning
from sagent.errors import ServerStartError
from sagent.providers.local import CATALOGUE, LocalModel, default_cache_dir, find_server

_CHECKED = ".checked"


def look_at_local() -> Iterator[Finding]:
    """See what Local needs: a server, and a model's file or the room for one."""
    try:
        server = find_server()
    except ServerStartError as error:
        yield absent(f"--provider Local is not installed: {error}")
        return
    yield ok(f"--provider Local runs {server.path}")
    try:
        cache_dir = default_cache_dir(os.environ)
    except RuntimeError:
        yield warning("there is no home directory for models", "export SAGENT_CACHE_DIR=/a/dir")
        return
    for model in CATALOGUE.values():
        yield _model(model, cache_dir)


def _model(model: LocalModel, cache_dir: Path) -> Finding:
    file = cache_dir / model.file_name
    size_mb = model.size_bytes // 1_000_000
    try:
        is_whole = file.stat().st_size == model.size_bytes
    except FileNotFoundError:
        return _to_be_fetched(model, cache_dir, size_mb)
    except OSError as error:
        return warning(f"{file} cannot be read: {error.strerror}", f"chmod u+r {file}")
    if not is_whole:
        return warning(f"{file} is not whole", f"rm {file}: the next use fetches it anew")
    checked = "checked" if os.path.lexists(f"{file}{_CHECKED}") else "not checked yet"
    return ok(f"{model.name} is there ({size_mb} MB, {checked})")


def _to_be_fetched(model: LocalModel, cache_dir: Path, size_mb: int) -> Finding:
    above = next(path for path in (cache_dir, *cache_dir.parents) if os.path.lexists(path))
    if shutil.disk_usage(above).free < model.size_bytes:
        return warning(
            f"{model.name} needs {size_mb} MB at {cache_dir}, and there is less",
            "make room, or export SAGENT_CACHE_DIR=/a/dir",
        )
    return ok(f"{model.name} would be downloaded at its first use ({size_mb} MB)")
