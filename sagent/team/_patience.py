from collections.abc import Callable

import attrs
import trio


@attrs.define(eq=False)
class Patience:
    """Where items wait whose first call the budget refused, since calls of others hold it.

    What those do not take comes back when they have ended. One that waits is let try again with
    each that ends; when nobody is left but who waits, nothing can come back.
    """

    _running: Callable[[], int]
    """Tells how many items are worked on, those that wait included."""
    _waiting: int = attrs.field(default=0, init=False)
    _lot: trio.lowlevel.ParkingLot = attrs.field(factory=trio.lowlevel.ParkingLot, init=False)

    async def wait(self) -> bool:
        """Wait for one's turn to try again; False at once if nothing can come back."""
        if self._waiting + 1 >= self._running():
            return False
        self._waiting += 1
        try:
            await self._lot.park()
        finally:
            self._waiting -= 1
        return True

    def ended(self) -> None:
        """Let the one that has waited longest try again."""
        self._lot.unpark()
