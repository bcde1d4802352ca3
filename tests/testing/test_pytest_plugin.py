"""What the plugin makes of a user's tests, in a pytest of their own."""

import re
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs" / "testing.md"
ORDER = """
import pytest
import trio


async def order() -> str:
    names = []

    async def note(name):
        await trio.lowlevel.checkpoint()
        names.append(name)

    async with trio.open_nursery() as nursery:
        for name in "abcdefgh":
            nursery.start_soon(note, name)
    return "".join(names)


"""
PRINT = f"""{ORDER}
async def test_order(any_schedule):
    print("order=" + await order())
"""


@pytest.fixture(autouse=True)
def a_users_project(pytester: pytest.Pytester) -> None:
    pytester.makeconftest('pytest_plugins = ["sagent.testing.pytest_plugin"]')
    write_ini(pytester)


def write_ini(pytester: pytest.Pytester, *lines: str) -> None:
    options = "addopts = --strict-markers --strict-config --import-mode=importlib"
    pytester.makeini("\n".join(["[pytest]", "trio_mode = true", options, *lines]))


def orders(pytester: pytest.Pytester, *options: str) -> list[str]:
    result = pytester.runpytest("-s", *options)
    assert result.ret == 0
    return re.findall(r"order=(\w+)", result.stdout.str())


def test_a_test_that_takes_any_schedule_runs_under_twenty_in_virtual_time(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(f"""{ORDER}
async def test_an_hour(any_schedule):
    await trio.sleep(3600)
    assert any_schedule.current_time() == trio.current_time() == 3600
""")

    pytester.runpytest().assert_outcomes(passed=20)


def test_so_does_one_that_uses_it_and_takes_nothing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(f"""{ORDER}
@pytest.mark.usefixtures("any_schedule")
async def test_an_hour():
    await trio.sleep(3600)
    assert trio.current_time() == 3600
""")

    pytester.runpytest().assert_outcomes(passed=20)


def test_a_clock_that_the_test_takes_goes_first(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(f"""{ORDER}
@pytest.mark.usefixtures("any_schedule")
async def test_the_clock(mock_clock):
    assert trio.lowlevel.current_clock() is mock_clock
""")

    pytester.runpytest().assert_outcomes(passed=20)


def test_twenty_schedules_are_many_orders_and_each_time_the_same(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(PRINT)

    first = orders(pytester)

    assert len(first) == 20
    assert len(set(first)) > 15
    assert orders(pytester) == first


def test_the_id_names_the_schedule_and_runs_it_alone_in_any_process(
    pytester: pytest.Pytester,
) -> None:
    path = pytester.makepyfile(PRINT)
    every = orders(pytester)

    result = pytester.runpytest_subprocess("-s", f"{path.name}::test_order[schedule-13]")

    assert f"order={every[13]}" in result.stdout.str()


def test_a_race_fails_under_the_schedules_that_lose_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_print=PRINT)
    lost = {number for number, order in enumerate(orders(pytester)) if order.startswith("c")}
    pytester.makepyfile(
        test_print=f"""{ORDER}
async def test_somebody_is_faster(any_schedule):
    assert not (await order()).startswith("c")
"""
    )

    result = pytester.runpytest("-rf")

    failed = re.findall(
        r"FAILED .*::test_somebody_is_faster\[schedule-(\d+)\]", result.stdout.str()
    )
    assert lost
    assert {int(number) for number in failed} == lost


def test_a_mark_says_how_many_schedules_a_test_runs_under(pytester: pytest.Pytester) -> None:
    write_ini(pytester, "schedules = 5")
    pytester.makepyfile(f"""{ORDER}
async def test_five(any_schedule):
    pass


@pytest.mark.schedules(30)
async def test_thirty(any_schedule):
    pass
""")

    pytester.runpytest().assert_outcomes(passed=35)
    pytester.runpytest("--schedules", "2").assert_outcomes(passed=4)


def test_a_number_that_cannot_be_meant_is_refused(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(PRINT)

    result = pytester.runpytest("--schedules", "0")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--schedules: 0: a test runs under at least 1 schedule"])

    write_ini(pytester, "schedules = many")
    result = pytester.runpytest()
    assert result.ret != 0
    result.stdout.fnmatch_lines(["*ini value schedules: a number of schedules, please: *'many'*"])


def test_a_mark_without_a_number_is_refused(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(f"""{ORDER}
@pytest.mark.schedules
async def test_order(any_schedule):
    pass
""")

    result = pytester.runpytest()

    assert result.ret != 0
    result.stdout.fnmatch_lines(["*::test_order: a number of schedules, please: *"])


def test_a_test_may_name_its_schedules_itself(pytester: pytest.Pytester) -> None:
    path = pytester.makepyfile(PRINT)
    every = orders(pytester)
    path.write_text(
        PRINT.replace(
            "async def test",
            "@pytest.mark.parametrize('any_schedule', [7, 13], indirect=True)\nasync def test",
        )
    )

    assert orders(pytester) == [every[7], every[13]]


def test_other_parameters_are_multiplied_by_the_schedules(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(f"""{ORDER}
@pytest.mark.parametrize("number", [1, 2])
async def test_number(any_schedule, number):
    pass
""")

    pytester.runpytest("--schedules=3").assert_outcomes(passed=6)


def test_a_test_that_runs_trio_itself_has_the_schedule_and_the_clock(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        PRINT.replace("async def test_order", "def test_order").replace(
            "await order()", "trio.run(order, clock=any_schedule)"
        )
    )

    first = orders(pytester)

    assert len(set(first)) > 15
    assert orders(pytester) == first


def test_the_plugin_needs_no_pytest_trio(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\naddopts = --strict-markers")
    pytester.makepyfile(f"""{ORDER}
def test_an_hour(any_schedule):
    trio.run(trio.sleep, 3600, clock=any_schedule)
""")

    pytester.runpytest("-p", "no:trio").assert_outcomes(passed=20)


def test_sagent_testing_brings_no_pytest(pytester: pytest.Pytester) -> None:
    code = "import sagent.testing, sys; sys.exit('pytest' in sys.modules)"

    assert pytester.run(sys.executable, "-c", code).ret == 0


def test_the_files_in_the_docs_are_a_project_that_passes(pytester: pytest.Pytester) -> None:
    files = re.findall(r"```python (\w+)\.py\n(.*?)```", DOCS.read_text(), re.DOTALL)
    pytester.makepyfile(**dict(files))

    pytester.runpytest("-W", "error").assert_outcomes(passed=20 + 50)
