from collections.abc import Callable, Hashable

from sagent.actors._envelope import Envelope
from sagent.actors._exit import Exit
from sagent.actors._realm import Realm
from sagent.actors._timers import Timer, Timers


class Ties[C: Hashable]:
    """What one life of an actor holds of its system, and loses with it: timers and watches."""

    __slots__ = ("_abroad", "_realm", "_timers", "_watcher")

    def __init__(self, watcher: C, realm: Realm[C]) -> None:
        self._watcher = watcher
        self._realm = realm
        self._timers: Timers | None = None
        self._abroad: dict[Realm[C], None] | None = None

    def watch(self, thing: C, realm: Realm[C], told: Callable[[Exit], object]) -> None:
        """Call *told* once when *thing*, which lives in *realm*, has ended."""
        realm.ends.add(thing, self._watcher, told)
        if realm is not self._realm:
            self._abroad = self._abroad or {}
            self._abroad[realm] = None

    def watch_name(self, name: str, told: Callable[[C | None], object]) -> None:
        """Call *told* with the holder of *name*, now and at each change."""
        self._realm.registry.watch(name, self._watcher, told)

    def set_timer(
        self, key: object, seconds: float, timer: Timer, in_hand: Envelope[object] | None
    ) -> None:
        """Start *timer* under *key*, in place of the timer that *key* names now."""
        if self._timers is None:
            self._timers = Timers(self._realm.clock)
        self._timers.set(key, seconds, timer, in_hand)

    def cancel_timer(self, key: object, in_hand: Envelope[object] | None) -> None:
        """End the timer under *key*, if there is one, and what it sent unless it is *in_hand*."""
        if self._timers is not None:
            self._timers.cancel(key, in_hand)

    def cut(self) -> None:
        """End all of them."""
        if self._timers is not None:
            self._timers.cancel_all()
        for realm in (self._realm, *(self._abroad or ())):
            realm.ends.forget(self._watcher)
        self._realm.registry.unwatch(self._watcher)
