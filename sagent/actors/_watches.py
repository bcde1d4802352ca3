from collections.abc import Callable, Hashable


class Watches[K: Hashable, W: Hashable, N]:
    """Who is to be told what becomes of which thing.

    K are the things, W the watchers and N the news.
    """

    __slots__ = ("_things", "_watchers")

    def __init__(self) -> None:
        self._watchers: dict[K, dict[W, Callable[[N], object]]] = {}
        self._things: dict[W, dict[K, None]] = {}

    def add(self, thing: K, watcher: W, told: Callable[[N], object]) -> bool:
        """Call *told* with the news of *thing*, until *watcher* is forgotten or *thing* ends.

        Returns:
            Whether this is new: to watch twice is to watch once.
        """
        watchers = self._watchers.setdefault(thing, {})
        if watcher in watchers:
            return False
        watchers[watcher] = told
        self._things.setdefault(watcher, {})[thing] = None
        return True

    def tell(self, thing: K, news: N) -> None:
        """Tell all who watch *thing*."""
        for told in tuple(self._watchers.get(thing, {}).values()):
            told(news)

    def end(self, thing: K, news: N) -> None:
        """Tell all who watch *thing*, for the last time."""
        watchers = self._watchers.pop(thing, None)
        for watcher in watchers or ():
            things = self._things[watcher]
            del things[thing]
            if not things:
                del self._things[watcher]
        for told in (watchers or {}).values():
            told(news)

    def forget(self, watcher: W) -> None:
        """Tell *watcher* no more."""
        for thing in self._things.pop(watcher, ()):
            watchers = self._watchers[thing]
            del watchers[watcher]
            if not watchers:
                del self._watchers[thing]
