from collections.abc import Mapping, Sequence
from typing import Protocol, get_args, runtime_checkable

from sagent.errors import UsageError
from sagent.model._protocol import Model
from sagent.model._request import Effort

EFFORTS: tuple[Effort, ...] = get_args(Effort.__value__)
"""All of them, from not at all to the most."""
IMAGE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""The MIME types of images that all vendors take, for models that look at any."""
MOST_IMAGE_BYTES = 5_000_000
"""How large an image may be for all vendors: Anthropic takes no larger one, others do."""
_PLURALS: Mapping[str, str] = {"image": "images", "application": "documents"}


@runtime_checkable
class Capable(Protocol):
    """A model that can tell what it takes beside text."""

    @property
    def efforts(self) -> Sequence[Effort]:
        """How hard it can be told to think, the least first; none for one that cannot be told."""
        ...

    @property
    def media_types(self) -> frozenset[str]:
        """The images and documents that it looks at, by their MIME types."""
        ...


def as_capable(model: object) -> Capable | None:
    """Give *model* as one that knows what it takes; None if it does not."""
    return model if isinstance(model, Capable) else None


def check_effort(model: Model, effort: Effort) -> None:
    """See whether *model* can be told to think with *effort*; one that does not know is tried.

    Requests may say any effort all the same, and are sent with the nearest: this is for people, who
    are to hear that they do not get what they ask for.

    Raises:
        UsageError: it cannot; the message lists what it can.
    """
    capable = as_capable(model)
    if capable is None or effort in capable.efforts:
        return
    offered = ", ".join(capable.efforts)
    raise UsageError(
        f"{model.model_id} has no effort {effort!r}: choose {offered}"
        if offered
        else f"{model.model_id} cannot be told how hard to think: leave out the effort"
    )


def check_media(model: Model, media_type: str) -> None:
    """See whether *model* looks at what is of *media_type*; one that does not know is tried.

    Raises:
        UsageError: it does not; the message lists what it looks at.
    """
    capable = as_capable(model)
    if capable is None or media_type in capable.media_types:
        return
    kind = media_type.partition("/")[0]
    taken = ", ".join(sorted(each for each in capable.media_types if each.startswith(kind)))
    what = f"{media_type}: it takes {taken}" if taken else f"{_PLURALS.get(kind, 'files')}"
    raise UsageError(f"{model.model_id} does not look at {what}")
