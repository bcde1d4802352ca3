"""How many pages stay at hand."""

from trio.testing import MockClock

from sagent.tools.web._page import Page
from sagent.tools.web._page_cache import PageCache


def kept_in(cache: PageCache, count: int) -> list[int]:
    return [number for number in range(count) if cache.get(str(number))]


async def test_the_pages_that_were_used_last_stay() -> None:
    cache = PageCache()
    for number in range(64):
        cache.keep(str(number), Page(url="", text=""))

    cache.get("0")
    cache.keep("64", Page(url="", text=""))

    assert kept_in(cache, 65) == [0, *range(2, 65)]


async def test_large_pages_make_room_for_one_another() -> None:
    cache = PageCache()
    for number in range(5):
        cache.keep(str(number), Page(url="", text="", image=(bytes(4_000_000), "image/png")))

    assert kept_in(cache, 5) == [1, 2, 3, 4]


async def test_a_page_that_is_kept_again_counts_once() -> None:
    cache = PageCache()
    for _ in range(10):
        cache.keep("0", Page(url="", text="x" * 9_000_000))

    assert kept_in(cache, 1) == [0]


async def test_a_page_is_kept_for_a_quarter_of_an_hour(mock_clock: MockClock) -> None:
    cache = PageCache()
    cache.keep("0", Page(url="", text=""))

    mock_clock.jump(900)
    fresh = kept_in(cache, 1)
    mock_clock.jump(1)

    assert (fresh, kept_in(cache, 1)) == ([0], [])
