"""Every example runs offline and prints what it says."""

import os
import re
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
    "bank.py": ([], "1 True\n2 line broke\n3 True\n4 False\nin all 150\n"),
    "thread_ring.py": (
        ["100", "1000"],
        "100 actors, 1000 hops: actor 1 holds the token\nSO MANY messages/s\n",
    ),
    "rate_limited_pool.py": (
        [],
        (
            "/pool has its max_children=3: wait until one has ended\n"
            "all sent after 0.6 s, 6 done\n"
            "all done after 1.2 s, sum 506\n"
        ),
    ),
    "restartable_cache.py": (
        [],
        (
            "a herb after 2.0 s\n"
            "/cache crashed on the ask: KeyError('rosemary')\n"
            "system idle\n"
            "├─ cache backing off inbox=1 last=crashed\n"
            "└─ watcher idle\n"
            "system idle\n"
            "├─ cache idle stashed=1 restarts=1 last=crashed\n"
            "└─ watcher idle\n"
            "answered by the next life after 5.0 s\n"
            "cache is gone for good: stopped\n"
        ),
    ),
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

    out = re.sub(r"\d+ messages/s", "SO MANY messages/s", done.stdout.decode())
    assert (out, done.stderr.decode()) == (printed, "")
