"""Every example runs offline and prints what it says."""

import os
import sys
from pathlib import Path

import pytest
import trio
from loopback import answer, open_loopback

EXAMPLES = Path(__file__).parent.parent / "examples"
PRINTED: dict[str, tuple[list[str], str]] = {
    "offline_custom_tool.py": ([], "Echo said: hello\n"),
    "decorator_tool.py": ([], "3\n"),
    "openai_compatible_provider.py": (["m", "hi"], "Hello there.\n"),
}


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.py")))
async def test_an_example_prints_what_it_says(name: str) -> None:
    arguments, printed = PRINTED[name]
    async with open_loopback(answer("Hello there.")) as server:
        done = await trio.run_process(
            [sys.executable, "-W", "error", str(EXAMPLES / name), *arguments],
            capture_stdout=True,
            capture_stderr=True,
            check=False,
            env=os.environ | {"OPENAI_COMPAT_BASE_URL": server.base_url},
        )

    assert (done.stdout.decode(), done.stderr.decode()) == (printed, "")
