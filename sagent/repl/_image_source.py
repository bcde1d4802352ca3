"""Images from the clipboard, and from files."""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from shutil import which

import attrs
import trio

from sagent.errors import ProcessError, UsageError
from sagent.model import MOST_IMAGE_BYTES
from sagent.process import run_command
from sagent.repl._pasted import PastedImage
from sagent.tools._image_fault import image_fault
from sagent.tools._image_type import image_type

CLIPBOARD_S = 5
"""How long who holds the clipboard may take to give it."""
_HEX = re.compile(r"data PNGf([0-9A-F]+)")


@attrs.frozen
class _Tool:
    """A program that gives the image of a clipboard.

    Attributes:
        argv: how it is called.
        variable: what is set where there is such a clipboard; "" for everywhere.
    """

    argv: tuple[str, ...]
    variable: str = ""


_TOOLS: tuple[_Tool, ...] = (
    _Tool(("wl-paste", "--type", "image/png"), "WAYLAND_DISPLAY"),
    _Tool(("xclip", "-selection", "clipboard", "-target", "image/png", "-out"), "DISPLAY"),
    _Tool(("pngpaste", "-")),
    _Tool(("osascript", "-e", "the clipboard as «class PNGf»")),
)


async def clipboard_image(environ: Mapping[str, str]) -> PastedImage:
    """Take the image that is in the clipboard.

    Raises:
        UsageError: there is none, or no program here that could give it.
    """
    path = environ.get("PATH")
    tools = [
        tool
        for tool in _TOOLS
        if (not tool.variable or environ.get(tool.variable)) and which(tool.argv[0], path=path)
    ]
    if not tools:
        name = "pngpaste" if sys.platform == "darwin" else "wl-clipboard (Wayland) or xclip (X11)"
        raise UsageError(
            f"nothing here can read the clipboard: install {name}, or paste the name of a file"
        )
    for tool in tools:
        content = await _given(tool.argv)
        if descriptor := image_type(content):
            return checked(PastedImage("", content, descriptor))
    raise UsageError("there is no image in the clipboard")


async def _given(argv: tuple[str, ...]) -> bytes:
    with trio.move_on_after(CLIPBOARD_S):
        try:
            done = await run_command(argv, max_output_bytes=4 * MOST_IMAGE_BYTES)
        except ProcessError:
            return b""
        output = done.output
        content = output.head + output.tail
        if argv[0] == "osascript" and (found := _HEX.search(content.decode(errors="replace"))):
            return bytes.fromhex(found[1])
        return content
    return b""


def read_image(name: str, directory: Path) -> PastedImage:
    """Read the image file *name*, relative to *directory*; in a thread.

    Raises:
        UsageError: there is none that a model could see.
    """
    try:
        path = directory / Path(name).expanduser()
        with open(path, "rb", opener=_at_once) as file:
            content = file.read(MOST_IMAGE_BYTES + 1) if path.is_file() else b""
    except (OSError, RuntimeError, ValueError) as error:
        raise UsageError(f"{name} cannot be read: {error}") from error
    descriptor = image_type(content)
    if descriptor is None:
        raise UsageError(f"{name} is no image")
    return checked(PastedImage(path.name, content, descriptor, str(path)))


def checked(image: PastedImage) -> PastedImage:
    """Give *image*, which a model can see.

    Raises:
        UsageError: none could.
    """
    name = image.name or "the image"
    if len(image.content) > MOST_IMAGE_BYTES:
        raise UsageError(f"{name} is too large: {MOST_IMAGE_BYTES:,} bytes are the most")
    if fault := image_fault(image.content, image.descriptor):
        raise UsageError(f"{name} cannot be shown as {image.descriptor}: {fault}")
    return image


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)
