"""What is loaded before anything is done."""

import sys

import pytest
import trio
from loopback import answer, open_loopback


@pytest.mark.parametrize("flag", ["--help", "--version"])
async def test_help_and_version_load_none_of_the_heavy_libraries(flag: str) -> None:
    code = (
        "import sys; from sagent.cli import main\n"
        "try: main([sys.argv[1]])\n"
        "except SystemExit as end: assert not end.code\n"
        "heavy = {'httpx', 'rich', 'prompt_toolkit', 'trio', 'attrs', 'typing'} & set(sys.modules)\n"
        "assert not heavy - ({'typing'} if sys.argv[1] == '--version' else set()), heavy"
    )

    done = await trio.run_process(
        [sys.executable, "-c", code, flag], capture_stdout=True, capture_stderr=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, b"")


async def test_importing_sagent_loads_no_other_library() -> None:
    code = "import sys, sagent; assert not {'httpx', 'rich', 'trio', 'attrs'} & set(sys.modules)"

    await trio.run_process([sys.executable, "-c", code])


async def test_sessions_are_listed_without_what_agents_need() -> None:
    code = (
        "import sys; from sagent.cli import main\n"
        "assert main(['sessions', 'list', '--all']) == 0\n"
        "heavy = {'httpx', 'rich', 'sagent.agent', 'sagent.providers'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )

    await trio.run_process([sys.executable, "-c", code], capture_stderr=True)


async def test_a_turn_loads_nothing_that_few_turns_need() -> None:
    code = (
        "import sys; from sagent.cli import main\n"
        "assert main() == 0\n"
        "rare = {'asyncio', 'cattrs', 'click', 'prompt_toolkit', 'rich',\n"
        "    'sagent.tools._function', 'sagent.tools.papers._library'} & set(sys.modules)\n"
        "assert not rare, rare"
    )

    async with open_loopback(answer("Hello.")) as server:
        done = await trio.run_process(
            [sys.executable, "-c", code, "--base-url", server.base_url, "--model", "m", "Hello"],
            capture_stdout=True,
            capture_stderr=True,
            check=False,
        )

    assert (done.returncode, done.stdout, done.stderr) == (0, b"Hello.\n", b"")


async def test_the_prompt_waits_for_nothing_that_agents_need() -> None:
    code = (
        "import sys, sagent.cli._interactive\n"
        "late = {'httpx', 'rich', 'sagent.agent', 'sagent.providers', 'sagent.tools'}\n"
        "assert not late & set(sys.modules), late & set(sys.modules)"
    )

    await trio.run_process([sys.executable, "-c", code])


async def test_after_its_start_the_command_looks_for_garbage_again() -> None:
    code = (
        "import gc, sys; from sagent.cli import main\n"
        "assert main() == 0\n"
        "assert gc.isenabled() and gc.get_freeze_count()"
    )

    await trio.run_process(
        [sys.executable, "-c", code, "sessions", "list"], capture_stdout=True, capture_stderr=True
    )
