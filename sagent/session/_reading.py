"""A session's file, read whole: what can be read counts, and what cannot is told."""

from collections.abc import Iterator
from pathlib import Path

from sagent.errors import SessionError
from sagent.session._collector import collector_paused
from sagent.session._line import parse_line, read_seal
from sagent.session._transcript import Transcript

SESSION_FILE = "session.jsonl"


def holds_session(directory: Path) -> bool:
    """Tell whether there is a session in *directory*."""
    return (directory / SESSION_FILE).exists()


def read_session(directory: Path) -> Transcript:
    """Read the session in *directory*, whoever writes it.

    Lines that cannot be read are left out and told as `Transcript.damaged_lines`; a line that is
    just being written is one of them.

    Raises:
        SessionError: there is no session, or it cannot be read.
    """
    transcript = Transcript(directory.name)
    with collector_paused():
        for number, text in read_lines(directory):
            if seal := read_seal(text):
                transcript.add_sealed(seal, text)
            elif line := parse_line(text):
                transcript.add(line)
            else:
                transcript.add_damage(number)
    return transcript


def read_lines(directory: Path) -> Iterator[tuple[int, bytes]]:
    """Give the lines of the session in *directory* that are not empty, with their numbers.

    Raises:
        SessionError: there is no session, or it cannot be read.
    """
    try:
        with (directory / SESSION_FILE).open("rb") as file:
            for number, raw in enumerate(file, start=1):
                # A crash of the machine can leave zeros where the last record would have been.
                if text := raw.strip(b"\n\0"):
                    yield number, text
    except FileNotFoundError as error:
        raise SessionError(f"there is no session in {directory}: choose another") from error
    except OSError as error:
        raise SessionError(f"{directory} cannot be read: {error.strerror}") from error
