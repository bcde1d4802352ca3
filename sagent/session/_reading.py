"""A session's file, read whole: what can be read counts, and what cannot is told."""

import gc
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from sagent.errors import SessionError
from sagent.session._line import Line, read_line
from sagent.session._transcript import Transcript

SESSION_FILE = "session.jsonl"


def read_session(directory: Path) -> Transcript:
    """Read the session in *directory*, whoever writes it.

    Lines that cannot be read are left out and told as `Transcript.damaged_lines`; a line that is
    just being written is one of them.

    Raises:
        SessionError: there is no session, or it cannot be read.
    """
    transcript = Transcript(directory.name)
    with _collector_paused():
        for number, _, line in read_lines(directory):
            if line is None:
                transcript.add_damage(number)
            else:
                transcript.add(line)
    return transcript


def read_lines(directory: Path) -> Iterator[tuple[int, bytes, Line | None]]:
    """Give the lines of the session in *directory*: number, text, what it says.

    A line that cannot be read says None.

    Raises:
        SessionError: there is no session, or it cannot be read.
    """
    try:
        with (directory / SESSION_FILE).open("rb") as file:
            for number, raw in enumerate(file, start=1):
                # A crash of the machine can leave zeros where the last record would have been.
                if text := raw.strip(b"\n\0"):
                    yield number, text, read_line(text)
    except FileNotFoundError as error:
        raise SessionError(f"there is no session in {directory}: choose another") from error
    except OSError as error:
        raise SessionError(f"{directory} cannot be read: {error.strerror}") from error


@contextmanager
def _collector_paused() -> Generator[None]:
    # Nothing of a load is garbage, so looking for it only costs. Who finds the collector off
    # leaves it to who turned it off, so that loads in several threads do not leave it off.
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
