"""What earlier runs have done of a worker's work."""

import logging
from collections import Counter
from hashlib import sha256

import attrs

from sagent.lib.json import JSON, json_dumps
from sagent.team._codec import Codec
from sagent.team._journal import Journal
from sagent.team._outcome import Outcome

_log = logging.getLogger(__name__)

_LONGEST_ERROR = 500
_KEY_DIGITS = 32


@attrs.define(eq=False)
class Memory[R]:
    """Finds and keeps outcomes of one worker in a journal.

    The same work may be there more than once among the items: each time has a key of its own.
    """

    _journal: Journal
    _worker: str
    _codec: Codec[R]
    _seen: Counter[str] = attrs.field(factory=Counter[str], init=False)

    def key_of(self, identity: str) -> str:
        """Name work, which is not to be named twice."""
        key = sha256(json_dumps((self._worker, identity)).encode()).hexdigest()[:_KEY_DIGITS]
        self._seen[key] += 1
        return f"{key}-{self._seen[key]}"

    def find(self, key: str) -> tuple[R] | None:
        """Give the value that is kept under *key*, by itself in a tuple."""
        kept = self._journal.find(key)
        if kept is None:
            return None
        try:
            return (self._codec.load(kept[0]),)
        except Exception as error:  # noqa: BLE001  # a codec of the user's: the work is done again
            _log.warning("what the journal has for %s cannot be read: %s", key, error)
            return None

    def keep[I](self, key: str, outcome: Outcome[I, R]) -> Exception | None:
        """Keep *outcome* under *key*; give the reason if that is not possible."""
        try:
            what = _what(outcome, self._codec)
            self._journal.append(key=key, index=outcome.index, **_price(outcome), **what)
        except Exception as error:  # noqa: BLE001  # a codec of the user's, too: the work is done
            return error
        return None

    async def settle(self) -> None:
        """Let the disk have what was kept, from time to time."""
        await self._journal.settle()


def _price[I, R](outcome: Outcome[I, R]) -> dict[str, JSON]:
    spent = outcome.spent
    return {"usd": str(spent.usd), "tokens": spent.tokens, "calls": spent.calls}


def _what[I, R](outcome: Outcome[I, R], codec: Codec[R]) -> dict[str, JSON]:
    error = outcome.error
    if error is None:
        return {"value": codec.dump(outcome.value)}
    return {"error": f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]}
