"""A disk without room, for files of this process."""

import resource
import signal
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def files_of_at_most(size_bytes: int) -> Generator[None]:
    """Let no file of this process grow beyond *size_bytes*, within the block alone.

    A fixture would hold it while pytest writes what came of the test, into a file perhaps.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
