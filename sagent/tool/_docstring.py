import inspect
import re

import attrs

_ARGS = re.compile(r"^(?:Args|Arguments|Attributes|Parameters):\s*$")
_PARAMETER = re.compile(r"^\*{0,2}(?P<name>\w+)\s*(?:\([^)]*\))?\s*:\s*(?P<text>.*)$")


@attrs.frozen
class Docstring:
    """What a Google-style docstring says: its first paragraph, and a line for each parameter."""

    first_paragraph: str
    parameters: dict[str, str]

    @classmethod
    def of(cls, text: str) -> "Docstring":
        """Read *text*."""
        lines = inspect.cleandoc(text).split("\n")
        first: list[str] = []
        for line in lines:
            if not line.strip():
                break
            first.append(line.strip())
        start = next((i + 1 for i, line in enumerate(lines) if _ARGS.match(line)), len(lines))
        return cls(" ".join(first), _parameters(lines[start:]))


def _parameters(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    indent, name = 0, ""
    for line in lines:
        text = line.strip()
        depth = len(line) - len(line.lstrip())
        if not text:
            continue
        if depth == 0:  # the next section
            break
        indent = indent or depth
        match = _PARAMETER.match(text) if depth == indent else None
        if match:
            name = match["name"]
            found[name] = match["text"]
        elif name:
            found[name] = f"{found[name]} {text}".strip()
    return found
