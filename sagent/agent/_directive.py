"""What an agent is given to do, and the prompt in it."""

from collections.abc import Mapping

from sagent.errors import UsageError
from sagent.lib.json import JSON
from sagent.message import JsonMessage, TextMessage

type Directive = str | Mapping[str, JSON] | JSON | TextMessage | JsonMessage
"""What to do: a JSON object with the key ``prompt``, frozen or not, or the prompt itself."""


def prompt_in(directive: Directive) -> str:
    """Give the prompt in *directive*.

    Raises:
        UsageError: there is none.
    """
    match directive:
        case str(text) | TextMessage(content=text):
            prompt: JSON = text
        case JsonMessage(content=Mapping() as content):
            prompt = content.get("prompt")
        case Mapping():
            prompt = directive.get("prompt")
        case _:
            prompt = None
    if not isinstance(prompt, str) or not prompt.strip():
        raise UsageError('there is no prompt: pass a text, or an object like {"prompt": TEXT}')
    return prompt
