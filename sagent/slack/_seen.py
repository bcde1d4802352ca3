from collections import OrderedDict
from collections.abc import Iterable

import attrs

MOST_KEYS = 20_000
"""Slack gives up on what is not acknowledged after an hour or so; this is more than that brings."""


@attrs.define(eq=False)
class Seen:
    """What was taken in already, as far back as there is room."""

    most_keys: int = MOST_KEYS
    _keys: OrderedDict[str, None] = attrs.field(factory=OrderedDict[str, None], init=False)

    def has(self, keys: Iterable[str]) -> bool:
        """Tell whether one of *keys* was there before."""
        return any(key in self._keys for key in keys)

    def keep(self, keys: Iterable[str]) -> None:
        """Remember *keys*."""
        for key in keys:
            self._keys[key] = None
            self._keys.move_to_end(key)
        while len(self._keys) > self.most_keys:
            self._keys.popitem(last=False)
