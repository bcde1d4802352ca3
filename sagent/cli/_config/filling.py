"""From settings to options, where the command line says nothing."""

from collections.abc import Callable, Iterable
from decimal import Decimal

from sagent.cli._config.config import Config
from sagent.cli._config.files import load_config, sources_of
from sagent.cli._config.kinds import Value
from sagent.cli._exit_code import USAGE
from sagent.cli._options import Options
from sagent.cli._streams import complain_of
from sagent.errors import UsageError

_AT_ONCE = (
    "advisor_max_uses",
    "agent",
    "append_system",
    "add_dir",
    "history",
    "log_file",
    "log_level",
    "max_response_tokens",
    "trace",
    "output_format",
)
"""What no agent's file has a say in."""


def with_config[O: Options](
    options: O, work: Callable[[O], Callable[[], int]]
) -> Callable[[], int]:
    """Give the *work* of *options* with what the user's and the project's files say, too.

    If they say what cannot be meant, that is told, and what is given fails as wrong usage.
    """
    try:
        configure(options)
    except UsageError as error:
        complain_of(error)
        return lambda: USAGE
    return work(options)


def configure(options: Options) -> None:
    """Read the config that *options* ask for, and fill in what an agent's file cannot say.

    Raises:
        UsageError: a file or a variable says what cannot be meant.
    """
    config = load_config(sources_of(options))
    options.config = config
    fill(options, config, ("advisor",))
    if options.advisor_max_uses is not None and options.advisor is None:
        raise UsageError("--advisor-max-uses goes with --advisor: say whom to ask")
    fill(options, config, _AT_ONCE)
    for table, names in options.config_tables.items():
        fill(options, config, names, f"{table}.")
    if options.no_project_instructions is None:
        options.no_project_instructions = config.get("project_instructions", bool) is False
    if options.no_compact is None:
        options.no_compact = config.get("compact", bool) is False
    if options.no_session_persistence is None:
        kept = options.goes_on or config.get("session_persistence", bool) is not False
        options.no_session_persistence = not kept


def config_of(options: Options) -> Config:
    """Give what is set beside the command line; nothing, where nobody has read it."""
    return options.config or Config()


def fill(options: Options, config: Config, names: Iterable[str], table: str = "") -> None:
    """Set each of *names* that nothing has been said of to what *config* says, if it does.

    Args:
        options: to fill.
        config: what is set.
        names: of options and, in *table*, of keys.
        table: the beginning of the keys' names, with its point.
    """
    for name in names:
        setting = config.settings.get(f"{table}{name}")
        if setting is not None and not _is_said(options, name):
            setattr(options, name, as_option(name, setting.value))


def _is_said(options: Options, name: str) -> bool:
    said = vars(options).get(name)
    return said is not None and (said != [] or name == "tools")  # none can be asked for of tools


def as_option(name: str, value: Value) -> object:
    """Give *value*, which the option *name* is set to, as the command line would have it."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Decimal):
        if name.endswith("_usd"):
            return f"{value:f}"
        return float(value) if name.endswith("_seconds") else int(value)
    return value
