"""Where whatever a command raises ends: as one line for a person, and an exit code."""

import traceback
from collections.abc import Callable

from sagent.cli._exit_code import FAILED, USAGE
from sagent.cli._options import Options
from sagent.cli._streams import complain_of
from sagent.errors import UsageError


def settled(work: Callable[[], int], tell: Callable[[Exception], object] = complain_of) -> int:
    """Do *work* and give its exit code, or that of what it raises, which *tell* is told."""
    try:
        return work()
    except BrokenPipeError:  # the reader has gone, and knows it
        return FAILED
    except Exception as error:  # noqa: BLE001  # the last stop
        tell(error)
        return USAGE if isinstance(error, UsageError) else FAILED


def tell_error(options: Options, error: Exception, *, way_on: str = "") -> None:
    """Write *error* as one line that ends with *way_on*.

    If *options* ask for that, where it comes from stands before it.
    """
    if options.debug:
        traceback.print_exception(error)
    complain_of(error, way_on=way_on)
