"""Known secrets on their way to people: they end here."""

import json
from collections.abc import Iterable

import attrs

MASK = "[secret]"
_SHORTEST_CHARS = 6
"""What is shorter, ordinary text holds by chance; providers draw the same line."""


def _with_escaped(secrets: Iterable[str]) -> tuple[str, ...]:
    whole = {secret for secret in secrets if len(secret) >= _SHORTEST_CHARS}
    forms = whole | {json.dumps(secret)[1:-1] for secret in whole}  # as they stand in JSON
    return tuple(sorted(forms, key=len, reverse=True))


@attrs.frozen
class Mask:
    """Hides secrets in what is written; the longest first, of which others may be a part."""

    _secrets: tuple[str, ...] = attrs.field(default=(), converter=_with_escaped, repr=False)

    def hide(self, text: str) -> str:
        """Give *text* without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text

    def is_in(self, content: bytes) -> bool:
        """Tell whether *content* has one in it."""
        return any(secret.encode(errors="replace") in content for secret in self._secrets)
