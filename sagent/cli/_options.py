"""What a command line asks for."""

import argparse
from types import MappingProxyType

TYPE_CHECKING = False  # typing itself takes as long to import as all else here
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal

    from sagent.cli._config import Config

type OutputFormat = Literal["text", "json", "stream-json"]
type InputFormat = Literal["text", "stream-json"]
type Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
type ToolProtocol = Literal["native", "constrained"]


LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class Options(argparse.Namespace):
    """What was asked for on the command line.

    Attributes with a value here have it where nothing else is said.
    """

    config_file: str | None
    """A config file in place of the user's own; ``none`` for none at all."""
    config: "Config | None" = None
    """What is set beside the command line; None until it is read."""
    config_tables: "Mapping[str, tuple[str, ...]]" = MappingProxyType({})
    """Which options stand in tables of the config, by the names of those."""
    prompt: list[str]
    """The prompt's words; none for standard input."""
    provider: str | None
    model: str | None
    effort: "Effort | None"
    base_url: str | None
    tool_protocol: "ToolProtocol | None"
    auth: str | None
    """Where the key is; None for the provider's own variable."""
    key: str = ""
    """What was found there."""
    account: str | None
    """Who pays, of those that a key may name."""
    agent: str | None
    """The agent of a file that the run is to have."""
    name: str | None
    system: str | None
    """What stands in place of our own words about who the agent is."""
    append_system: str = ""
    add_dir: list[str]
    no_project_instructions: bool | None
    """None for what the config says, else no; likewise below."""
    continue_newest: bool
    resume: str | None
    """A session's id or the beginning of one; "" to choose from a list."""
    continue_all: bool = False
    resume_all: bool = False
    session: str | None
    fork: bool
    no_session_persistence: bool | None
    tools: list[str] | None
    """Names of tools; None for the provider's default set."""
    headless: bool
    """Whether there is no conversation, even at a terminal."""
    image: list[str]
    """Files of images that go with the prompt."""
    output_schema: str | None
    """A file with the JSON Schema of the answer."""
    input_format: "InputFormat"
    advisor: str | None = None
    """A model that the agent may ask for advice."""
    advisor_max_uses: int | None = None
    output_format: "OutputFormat" = "text"
    max_tool_call_rounds: int | None
    max_response_tokens: int | None
    max_budget_usd: str | None
    max_budget_tokens: int | None
    max_budget_seconds: float | None
    no_compact: bool | None
    history: str | None = None
    """A file for what is typed in conversations; None for the one in the home."""
    trace: str | None
    """A file for what the run's agents did, and what it took."""
    log_level: str | None = None
    """One of `LOG_LEVELS`; None for what the environment says."""
    log_file: str | None = None
    """Where the log is; None for what the environment says, else standard error."""
    debug: bool

    @property
    def goes_on(self) -> bool:
        """Whether a session is named that the run is to go on with."""
        named = self.resume is not None or self.session is not None
        return named or self.continue_newest or self.continue_all or self.resume_all
