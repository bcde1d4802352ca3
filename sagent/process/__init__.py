"""The one way this project starts another process: nothing of it outlives its owner.

``run_command`` runs a command to its end; ``open_process`` keeps a service for the length of a
block; ``open_duplex_process`` keeps a worker that speaks over its standard input and output.
"""

from ._command import Completed, run_command
from ._environment import clean_environment, secret_values
from ._output import Output
from ._process import (
    MAX_OUTPUT_BYTES,
    TERM_GRACE_S,
    DuplexProcess,
    Process,
    open_duplex_process,
    open_process,
)

__all__ = [
    "MAX_OUTPUT_BYTES",
    "TERM_GRACE_S",
    "Completed",
    "DuplexProcess",
    "Output",
    "Process",
    "clean_environment",
    "open_duplex_process",
    "open_process",
    "run_command",
    "secret_values",
]
