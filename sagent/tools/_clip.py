from collections.abc import Callable

from sagent.process import Output
from sagent.tools._plain_text import plain_text

_HEAD_LINES = 250
_TAIL_LINES = 250
_LINE_CHARS = 2000


def clipped(output: Output, shown: Callable[[str], str] = plain_text) -> str:
    """Show a command's *output*: its first and last lines where it is too long to show.

    Undecodable bytes are replaced; *shown* gives what is to be seen of a text.
    """
    if not output.omitted_bytes:
        lines = _lines(output.head + output.tail, shown)
        omitted = len(lines) - _HEAD_LINES - _TAIL_LINES
        if omitted > 0:
            lines[_HEAD_LINES:-_TAIL_LINES] = [f"... [{omitted} lines omitted] ..."]
        return "\n".join(lines)
    head, tail = _lines(output.head, shown), _lines(output.tail, shown)
    known = max(0, len(head) - _HEAD_LINES) + max(0, len(tail) - _TAIL_LINES)
    gap = f"... [{known} lines and another {output.omitted_bytes} bytes omitted] ..."
    return "\n".join([*head[:_HEAD_LINES], gap, *tail[-_TAIL_LINES:]])


def _lines(content: bytes, shown: Callable[[str], str]) -> list[str]:
    text = shown(content.decode(errors="replace")).removesuffix("\n")
    return [_cut(line) for line in text.split("\n")]


def _cut(line: str) -> str:
    if len(line) <= _LINE_CHARS:
        return line
    return f"{line[:_LINE_CHARS]}... [{len(line) - _LINE_CHARS} more characters in this line]"
