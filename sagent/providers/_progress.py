from collections.abc import Callable

import attrs


@attrs.frozen(kw_only=True)
class Progress:
    """How far a model's file has come."""

    what: str
    """What is being done, as a phrase for a progress bar."""
    done_bytes: int
    """How much of it is there."""
    total_bytes: int
    """How much there is."""


type OnProgress = Callable[[Progress], None]


def in_silence(progress: Progress) -> None:
    """Let *progress* go: nobody watches."""
