"""Files that come with a message, as the model gets them."""

import attrs

from sagent.errors import SlackError
from sagent.message import BytesMessage
from sagent.model import IMAGE_TYPES, MOST_IMAGE_BYTES
from sagent.slack._heard import SharedFile
from sagent.slack._web_api import WebApi

MOST_FILES = 10
MOST_PDF_BYTES = 20_000_000
MOST_TEXT_BYTES = 100_000
"""Slack makes snippets of long pastes, which are part of what was said."""
_TEXTS = frozenset(
    f"application/{kind}"
    for kind in ("json", "javascript", "sql", "toml", "x-sh", "x-yaml", "xml", "yaml")
)
_PDF = "application/pdf"


@attrs.frozen(kw_only=True)
class Enclosure:
    """What came with a message.

    Attributes:
        attachments: what the model sees as it is.
        text: what is added to the message: texts, and what cannot be had and why.
    """

    attachments: tuple[BytesMessage, ...] = ()
    text: str = ""


async def enclosure(api: WebApi, files: tuple[SharedFile, ...]) -> Enclosure:
    """Fetch *files*; what cannot be had is told to the model."""
    attachments: list[BytesMessage] = []
    lines: list[str] = []
    for file in files[:MOST_FILES]:
        try:
            found = await _fetched(api, file)
        except SlackError as error:
            found = f"[{file.name} cannot be had: {error}]"
        if isinstance(found, BytesMessage):
            attachments.append(found)
            lines.append(f"[attached: {file.name}]")
        else:
            lines.append(found)
    if len(files) > MOST_FILES:
        lines.append(f"[{len(files) - MOST_FILES} more files are not attached: send them apart]")
    return Enclosure(attachments=tuple(attachments), text="\n".join(lines))


async def _fetched(api: WebApi, file: SharedFile) -> BytesMessage | str:
    most_bytes = _most_bytes(file.mime_type)
    if not most_bytes:
        return f"[{file.name} is not attached: {file.mime_type or 'it'} is no image, PDF or text]"
    if file.size_bytes > most_bytes:
        raise SlackError(f"it has {file.size_bytes:,} bytes, and {most_bytes:,} are the most")
    if not file.url:
        raise SlackError("Slack gives it out to no app")
    kind, content = await api.download(file.url, most_bytes=most_bytes)
    if kind == "text/html" and file.mime_type != kind:  # the page that asks one to sign in
        raise SlackError("it is not given out: the app needs the scope files:read")
    if _is_text(file.mime_type):
        return f"[{file.name}]\n{content.decode(errors='replace')}\n[end of {file.name}]"
    return BytesMessage(content, file.mime_type)


def _most_bytes(mime_type: str) -> int:
    if mime_type in IMAGE_TYPES:
        return MOST_IMAGE_BYTES
    if mime_type == _PDF:
        return MOST_PDF_BYTES
    return MOST_TEXT_BYTES if _is_text(mime_type) else 0


def _is_text(mime_type: str) -> bool:
    return mime_type.startswith("text/") or mime_type in _TEXTS
