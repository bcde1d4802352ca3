import os
import termios

import attrs


@attrs.frozen(kw_only=True)
class TerminalSize:
    """The size of a terminal that is not there but for the command that writes to it.

    Attributes:
        columns: how many characters fit a row.
        rows: how many rows there are.
    """

    columns: int = 120
    rows: int = 40


def open_terminal(size: TerminalSize) -> tuple[int, int]:
    """Make a terminal; give our end, which reads what is written to it, and the command's.

    Whoever gets the latter does not come under its control, for which it would have to be opened by
    its name: so there is no ``/dev/tty`` at which a command could wait for a password.

    Raises:
        OSError: the system has no more of them.
    """
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (size.rows, size.columns))
    return ours, theirs
