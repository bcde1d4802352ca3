"""What is set beside the command line: in files of the user and the project, and in variables."""

from sagent.cli._config.config import Config
from sagent.cli._config.files import Sources, load_config, sources_of
from sagent.cli._config.filling import as_option, config_of, configure, fill, with_config
from sagent.cli._config.naming import Naming

__all__ = [
    "Config",
    "Naming",
    "Sources",
    "as_option",
    "config_of",
    "configure",
    "fill",
    "load_config",
    "sources_of",
    "with_config",
]
