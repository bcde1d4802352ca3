"""Where the prompt is written to."""

import os
import sys

from prompt_toolkit.data_structures import Size
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output

_ROWS = 24
_COLUMNS = 80


class SteadyOutput(Vt100_Output):
    """Writes all of a frame at once, so that nothing in between is to be seen.

    Attributes:
        held: whether what is written waits for more.
    """

    held = False

    def flush(self) -> None:
        """Write what has come together, unless it is held."""
        if not self.held:
            super().flush()


def steady_output() -> SteadyOutput:
    """Write to standard output, in the colours that its terminal has."""
    return SteadyOutput(
        sys.stdout,
        _size,
        term=os.environ.get("TERM"),
        default_color_depth=ColorDepth.DEPTH_1_BIT if os.environ.get("NO_COLOR") else None,
        enable_cpr=False,
    )


def _size() -> Size:
    columns, rows = os.get_terminal_size(sys.stdout.fileno())
    return Size(rows=rows or _ROWS, columns=columns or _COLUMNS)
