"""What an agent is asked about an item."""

from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import cast

import attrs

from sagent.agent import Prompt
from sagent.errors import JsonError, UsageError
from sagent.lib.json import JSON, json_dumps
from sagent.message import TextMessage

type Prompting[I] = str | Callable[[I], str | Prompt]
"""What makes a prompt of an item: a text with ``{item}`` in it, or a function."""


@attrs.frozen
class Slot:
    """Where items go in the text of a prompt.

    Attributes:
        name: what stands there.
        text: writes an item.
    """

    name: str
    text: Callable[[object], str]


def prompting[I](prompt: Prompting[I], slot: Slot) -> Callable[[I], Prompt]:
    """Give the function that makes prompts.

    A text is taken as it is but for its slot, so that braces in it, or in an item, mean nothing.

    Raises:
        UsageError: the text has no slot, so that all would be asked the same.
    """
    if isinstance(prompt, str):
        if slot.name not in prompt:
            raise UsageError(
                f"the prompt has no {slot.name}: say where it goes, or pass a function that makes "
                "the prompt"
            )
        return lambda item: Prompt(prompt.replace(slot.name, slot.text(item)))
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


def _numbered(parts: object) -> str:
    """Write each of *parts* under a heading with its number."""
    each = enumerate(cast("tuple[object, ...]", parts), 1)  # as a group is
    return "\n\n".join(f"## Part {number}\n\n{text_of(part)}" for number, part in each)


def prompt_identity(prompt: Prompt) -> Mapping[str, JSON]:
    """Give what makes *prompt* another one than others."""
    return {
        "text": prompt.text,
        "attachments": [
            {"type": part.descriptor, "text": part.content}
            if isinstance(part, TextMessage)
            else {"type": part.descriptor, "bytes": part.content.hex()}
            for part in prompt.attachments
        ],
    }


ITEM = Slot("{item}", text_of)
ITEMS = Slot("{items}", _numbered)
