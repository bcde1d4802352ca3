"""What an agent is asked about an item."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import cast

from sagent.agent import Prompt
from sagent.errors import JsonError, UsageError
from sagent.lib.json import JSON, json_dumps

ITEM = "{item}"

type Prompting[I] = str | Callable[[I], str | Prompt]
"""What makes a prompt of an item: a text with ``{item}`` in it, or a function."""


def prompting[I](prompt: Prompting[I], *, slot: str = ITEM) -> Callable[[I], Prompt]:
    """Give the function that makes prompts.

    A text is taken as it is but for its slot, so that braces in it, or in an item, mean nothing.

    Raises:
        UsageError: the text has no slot, so that all would be asked the same.
    """
    if isinstance(prompt, str):
        if slot not in prompt:
            raise UsageError(
                f"the prompt has no {slot}: say where it goes, or pass a function that makes the "
                "prompt"
            )
        return lambda item: Prompt(prompt.replace(slot, text_of(item)))
    return lambda item: _checked(prompt(item))


def text_of(item: object) -> str:
    """Write *item* for a model: a text or a path as it is, another JSON value as JSON.

    Raises:
        UsageError: it is none of these.
    """
    if isinstance(item, str):
        return item
    if isinstance(item, PurePath):
        return str(item)
    try:
        return json_dumps(cast("JSON", item))  # what is no JSON is told
    except JsonError as error:
        raise UsageError(
            f"a {type(item).__name__} makes no prompt by itself: pass prompt=, a function that "
            "makes it of an item"
        ) from error


def _checked(prompt: str | Prompt) -> Prompt:
    whole = Prompt(prompt) if isinstance(prompt, str) else prompt
    if not whole.text.strip() and not whole.attachments:
        raise UsageError("the prompt is empty: say what to do with the item")
    return whole


def numbered(parts: Sequence[object]) -> str:
    """Write *parts* under headings with their numbers."""
    return "\n\n".join(f"## Part {n}\n\n{text_of(part)}" for n, part in enumerate(parts, 1))


def prompt_identity(prompt: Prompt) -> Mapping[str, JSON]:
    """Give what makes *prompt* another one than others."""
    return {
        "text": prompt.text,
        "attachments": [
            {"type": part.descriptor, "bytes": part.content.hex()} for part in prompt.attachments
        ],
    }
