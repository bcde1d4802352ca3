"""What an agent is given to do, and the prompt in it."""

from collections.abc import Mapping

from sagent.agent._mail import Prompt
from sagent.errors import UsageError
from sagent.lib.json import JSON
from sagent.message import JsonMessage, TextMessage

type Directive = str | Mapping[str, JSON] | JSON | TextMessage | JsonMessage | Prompt
"""What to do: a JSON object with the key ``prompt``, frozen or not, or the prompt itself.

A `Prompt` can have images and files with it.
"""


def prompt_in(directive: Directive) -> Prompt:
    """Give the prompt in *directive*.

    Raises:
        UsageError: there is none.
    """
    match directive:
        case Prompt():
            return _checked(directive)
        case str(text) | TextMessage(content=text):
            prompt: JSON = text
        case JsonMessage(content=Mapping() as content):
            prompt = content.get("prompt")
        case Mapping():
            prompt = directive.get("prompt")
        case _:
            prompt = None
    return _checked(Prompt(prompt if isinstance(prompt, str) else ""))


def _checked(prompt: Prompt) -> Prompt:
    if not prompt.text.strip() and not prompt.attachments:
        raise UsageError('there is no prompt: pass a text, or an object like {"prompt": TEXT}')
    return prompt
