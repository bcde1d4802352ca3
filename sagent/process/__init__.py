"""The one way this project starts another process: nothing of it outlives its owner.

``run_command`` runs a command to its end; ``open_process`` keeps a service for the length of a
block; ``open_duplex_process`` keeps a worker that speaks over its standard input and output.

What outlives it all the same:

- A process that leaves its session and wipes its environment, as by ``setsid env -i``: it is in no
  group that we know, and carries no mark. Only a pid namespace, such as a sandbox makes, ends it.
- What a command has others do for it: a daemon that was there before, ``at``, ``systemd-run``.
- A process of another user, such as ``sudo`` starts: we may not signal it, and log that.
- Where there is no /proc, as on macOS, whoever leaves the group.
- The tree of an owner that is killed at one stroke with its watcher, but without its command.
- A process in uninterruptible sleep, until it wakes: it has the signal by then.
"""

from sagent.process._command import Completed, run_command
from sagent.process._environment import clean_environment, secret_values
from sagent.process._marked import run_marks
from sagent.process._output import Output
from sagent.process._privacy import hide_from_children
from sagent.process._process import (
    MAX_OUTPUT_BYTES,
    TERM_GRACE_S,
    DuplexProcess,
    Process,
    open_duplex_process,
    open_process,
)
from sagent.process._running import Sink
from sagent.process._terminal import TerminalSize

__all__ = [
    "MAX_OUTPUT_BYTES",
    "TERM_GRACE_S",
    "Completed",
    "DuplexProcess",
    "Output",
    "Process",
    "Sink",
    "TerminalSize",
    "clean_environment",
    "hide_from_children",
    "open_duplex_process",
    "open_process",
    "run_command",
    "run_marks",
    "secret_values",
]
