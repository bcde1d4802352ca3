"""Images that go with a prompt."""

from pathlib import Path

from sagent.errors import UsageError
from sagent.message import BytesMessage
from sagent.model import Model, check_media
from sagent.tools._image_type import image_type

MOST_IMAGE_BYTES = 5_000_000
"""What all vendors take."""
_TAKEN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


def load_image(path: str, model: Model) -> BytesMessage:
    """Read the image in the file *path* for *model*; blocks.

    Raises:
        UsageError: it cannot be read, is none, is too large, or the model looks at none.
    """
    try:
        with Path(path).open("rb") as file:
            content = file.read(MOST_IMAGE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"the image {path} cannot be read: {reason}") from error
    return image_of(content, path, model)


def image_of(content: bytes, name: str, model: Model) -> BytesMessage:
    """Take *content* as an image for *model*; its first bytes say of which type.

    Raises:
        UsageError: it is none, is too large, or the model looks at none.
    """
    kind = image_type(content[:64])
    if kind not in _TAKEN:
        raise UsageError(f"{name} is no image that a model takes: make it a PNG, JPEG, GIF or WebP")
    if len(content) > MOST_IMAGE_BYTES:
        raise UsageError(
            f"{name} is too large: an image has at most {MOST_IMAGE_BYTES:,} bytes; make it smaller"
        )
    check_media(model, kind)
    return BytesMessage(content, kind)
