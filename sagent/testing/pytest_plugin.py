"""A pytest plugin: a test with `any_schedule` runs under many schedules, in virtual time.

    pytest_plugins = ["sagent.testing.pytest_plugin"]    # in the conftest.py of the root directory

    async def test_both_are_answered(any_schedule: MockClock) -> None: ...

The option `--schedules N`, the mark `schedules(N)` of a test and the ini value `schedules` say how
many, in this order. The id of a test names its schedule: `pytest "test_x.py::test_y[schedule-7]"`.
"""

from argparse import ArgumentTypeError
from collections.abc import Awaitable, Callable, Iterator, Sequence

import pytest
import trio
from trio.abc import Clock, Instrument
from trio.testing import MockClock

from sagent.testing._schedule import SCHEDULES, scheduled


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the command line and the ini file say how many schedules there are."""
    parser.getgroup("sagent").addoption(
        "--schedules",
        type=_count,
        metavar="N",
        help="run each test that has any_schedule under N schedules",
    )
    parser.addini(
        "schedules",
        "under how many schedules a test with any_schedule runs, unless marked",
        default=str(SCHEDULES),
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line(
        "markers", "schedules(n): run a test that has any_schedule under n schedules"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test of each schedule, unless the test's own `parametrize` says which."""
    if "any_schedule" not in metafunc.fixturenames or _names_its_own(metafunc):
        return
    seeds = range(_schedules(metafunc))
    ids = [f"schedule-{seed}" for seed in seeds]
    metafunc.parametrize("any_schedule", seeds, ids=ids, indirect=True)


@pytest.fixture
def any_schedule(request: pytest.FixtureRequest) -> Iterator[MockClock]:
    """Run the test under each of the schedules, in virtual time; gives the clock.

    Asked for as a parameter or with `usefixtures`; another clock that the test takes goes first.
    """
    clock = MockClock(autojump_threshold=0)
    _set_clock(request.node, clock)
    with scheduled(request.param):
        yield clock


def _names_its_own(metafunc: pytest.Metafunc) -> bool:
    for mark in metafunc.definition.iter_markers("parametrize"):
        names: str | Sequence[str] = mark.args[0] if mark.args else mark.kwargs["argnames"]
        if "any_schedule" in (names.replace(",", " ").split() if isinstance(names, str) else names):
            return True
    return False


def _schedules(metafunc: pytest.Metafunc) -> int:
    option: int | None = metafunc.config.getoption("schedules")
    if option is not None:
        return option
    mark = metafunc.definition.get_closest_marker("schedules")
    try:
        if mark is None:
            return _count(metafunc.config.getini("schedules"))
        (number,) = mark.args
        return _count(number)
    except (ArgumentTypeError, ValueError) as error:
        where = metafunc.definition.nodeid if mark else "ini value schedules"
        raise pytest.UsageError(f"{where}: a number of schedules, please: {error}") from error


def _count(number: str | int) -> int:
    count = int(number)
    if count < 1:
        raise ArgumentTypeError(f"{number}: a test runs under at least 1 schedule")
    return count


def _set_clock(item: pytest.Item, virtual: MockClock) -> None:
    """Let pytest-trio run *item* in *virtual* time; by itself it looks for parameters alone."""
    runs = [mark.kwargs.get("run") for mark in item.iter_markers("trio")]
    inner = next((run for run in runs if run is not None), trio.run)

    def run(
        main: Callable[[], Awaitable[object]],
        *,
        clock: Clock | None,
        instruments: Sequence[Instrument],
    ) -> object:
        return inner(main, clock=clock or virtual, instruments=instruments)

    if runs:
        item.add_marker(pytest.mark.trio(run=run), append=False)
