"""The files that set what flags do not."""

from collections.abc import Iterator

from sagent.cli._config import Sources, load_config
from sagent.cli._doctor._finding import Finding, failed, ok
from sagent.errors import UsageError


def look_at_config() -> Iterator[Finding]:
    """See whether what the user's files, the project's and variables set can be meant."""
    try:
        config = load_config(Sources())
    except UsageError as error:
        yield failed(str(error), "correct it; until then, --config none reads no file")
        return
    yield from (ok(f"{path} can be read") for path in config.files)
