"""What has no place in a file that is shown, copied and committed: keys and tokens."""

import re
from collections.abc import Iterable, Mapping
from typing import cast

import attrs

from sagent.cli._config.keys import key_of

_KEY_LIKE = re.compile(
    r"\b(?:sk|pk|rk)-[A-Za-z0-9_-]{16,}"  # OpenAI and who copied its form; Anthropic: sk-ant-
    r"|\bxox[a-z]-[A-Za-z0-9-]{10,}|\bxapp-[A-Za-z0-9-]{10,}"  # Slack
    r"|\bgh[a-z]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}"  # GitHub
    r"|\bAIza[A-Za-z0-9_-]{30,}"  # Google
    r"|\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\."  # JSON web tokens
    r"|\bBearer\s+[A-Za-z0-9._~+/-]{16,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|://[^/\s@]+:[^/\s@]+@"  # a password in an address
)
_NAME = re.compile(r"(^|_)(key|token|secret|password|credential)s?$", re.IGNORECASE)


@attrs.frozen
class Secret:
    """Something that looks like a secret; its value is in no message.

    Attributes:
        name: the key that holds it.
    """

    name: str

    @property
    def remedy(self) -> str:
        """What is wrong, and where secrets belong."""
        return (
            f"{self.name} looks like a secret, which no config file may hold: put it into the "
            "environment (ANTHROPIC_API_KEY and so on, see sagent --help), and make it anew if "
            "others have seen the file"
        )


def find_secret(content: Mapping[str, object], parent: str = "") -> Secret | None:
    """Find what looks like a secret, by itself or by the name of a key that there is not."""
    for last, value in content.items():
        name = f"{parent}{last}"
        if _NAME.search(last) and key_of(name) is None:
            return Secret(name)
        if isinstance(value, Mapping):
            table = cast("Mapping[str, object]", value)  # TOML's keys are strings
            if (found := find_secret(table, f"{name}.")) is not None:
                return found
        elif any(map(_KEY_LIKE.search, _texts(value))):
            return Secret(name)
    return None


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in cast("list[object]", value):  # isinstance cannot tell of what
            yield from _texts(item)
