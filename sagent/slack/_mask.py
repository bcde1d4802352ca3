"""Known secrets on their way to people in a channel: they end here."""

import json
from collections.abc import Iterable

import attrs

from sagent.slack._mrkdwn import escape

_MASK = "[secret]"


def _with_forms(secrets: Iterable[str]) -> tuple[str, ...]:
    whole = {secret for secret in secrets if secret}
    whole |= {escape(secret) for secret in whole}
    forms = whole | {json.dumps(secret)[1:-1] for secret in whole}  # as they stand in blocks
    return tuple(sorted(forms, key=len, reverse=True))


@attrs.frozen
class Mask:
    """Hides secrets in what is written into Slack."""

    _secrets: tuple[str, ...] = attrs.field(default=(), converter=_with_forms, repr=False)

    def hide(self, text: str) -> str:
        """Give *text* without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, _MASK)
        return text

    def is_in(self, content: bytes) -> bool:
        """Tell whether *content* has one in it."""
        return any(secret.encode(errors="replace") in content for secret in self._secrets)
