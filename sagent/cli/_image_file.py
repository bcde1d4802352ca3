"""Images that go with a prompt."""

from collections.abc import Iterable
from pathlib import Path

from sagent.errors import UsageError
from sagent.message import BytesMessage
from sagent.model import IMAGE_TYPES, MOST_IMAGE_BYTES, Model, check_media
from sagent.tools._image_type import image_type


def load_images(images: Iterable[str | bytes], model: Model) -> tuple[BytesMessage, ...]:
    """Read *images* for *model*: files, or what is in such files; blocks.

    Raises:
        UsageError: one cannot be read, is none, is too large, or the model looks at none.
    """
    return tuple(
        _load(image, model) if isinstance(image, str) else _taken(image, f"image {number}", model)
        for number, image in enumerate(images, 1)
    )


def _load(path: str, model: Model) -> BytesMessage:
    try:
        with Path(path).open("rb") as file:
            content = file.read(MOST_IMAGE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"the image {path} cannot be read: {reason}") from error
    return _taken(content, path, model)


def _taken(content: bytes, name: str, model: Model) -> BytesMessage:
    kind = image_type(content[:64])
    if kind not in IMAGE_TYPES:
        raise UsageError(f"{name} is no image that a model takes: make it a PNG, JPEG, GIF or WebP")
    if len(content) > MOST_IMAGE_BYTES:
        raise UsageError(
            f"{name} is too large: an image has at most {MOST_IMAGE_BYTES:,} bytes; make it smaller"
        )
    check_media(model, kind)
    return BytesMessage(content, kind)
