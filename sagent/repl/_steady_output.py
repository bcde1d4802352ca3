"""Where the prompt is written to."""

import os
import sys

from prompt_toolkit.data_structures import Size
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output

from sagent.terminal import Charset

_ROWS = 24
_COLUMNS = 80


class SteadyOutput(Vt100_Output):
    """Writes all of a frame at once, so that nothing in between is to be seen.

    Attributes:
        held: whether what is written waits for more.
        charset: what the terminal can show.
    """

    held = False
    charset = Charset()

    def write(self, data: str) -> None:
        """Write *data*, without what a terminal would act upon."""
        super().write(self.charset.fit(data))

    def write_raw(self, data: str) -> None:
        """Write *data* as it is, but for characters that the terminal does not have."""
        super().write_raw(self.charset.fit(data))

    def flush(self) -> None:
        """Write what has come together, unless it is held."""
        if not self.held:
            super().flush()


def steady_output() -> SteadyOutput:
    """Write to standard output, in the colours that its terminal has."""
    output = SteadyOutput(
        sys.stdout,
        _size,
        term=os.environ.get("TERM"),
        default_color_depth=ColorDepth.DEPTH_1_BIT if os.environ.get("NO_COLOR") else None,
        enable_cpr=False,
    )
    output.charset = Charset.of(os.environ)
    return output


def _size() -> Size:
    columns, rows = os.get_terminal_size(sys.stdout.fileno())
    return Size(rows=rows or _ROWS, columns=columns or _COLUMNS)
