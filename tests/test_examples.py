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
    "structured_output.py": (
        [],
        (
            "Your answer does not fit the JSON schema that was asked for:\n"
            '- total: "120.50" is not of type "number"\n'
            "Answer again with the JSON value alone.\n"
            '{"customer":"Lind","total":120.5,"currency":"EUR"}\n'
        ),
    ),
    "fallback.py": (
        [],
        "[the first vendor is overloaded (529); now second]\nTwelve.\nSix.\n",
    ),
    "multi_agent_reviewer.py": (
        [],
        (
            "[reviewer] An empty list divides by zero.\n"
            "The reviewer is right: I raise a ValueError for an empty list now.\n"
        ),
    ),
    "map_reduce.py": (
        [],
        (
            "5 notes, 0 of them known, in 2 levels\n"
            "Rain in the cellar again. The pump is loud; Ada says the bearing is worn. "
            "A quiet day. Ordered a bearing, 38 euros. Bearing mounted.\n"
            "$0.007 for 7 calls\n"
            "7 notes, 5 of them known, in 2 levels\n"
            "Rain in the cellar again. The pump is loud; Ada says the bearing is worn. "
            "A quiet day. Ordered a bearing, 38 euros. Bearing mounted. "
            "Rain, and all is dry. Rest.\n"
            "$0.004 for 4 calls\n"
        ),
    ),
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
        out = await _printed(name, arguments, {"OPENAI_COMPAT_BASE_URL": server.base_url})

    assert re.sub(r"\d+ messages/s", "SO MANY messages/s", out) == printed


async def test_the_example_of_a_vendor_of_ones_own_speaks_its_dialect() -> None:
    async with open_loopback(answer("Hello there.")) as server:
        vendor = {"ACME_API_KEY": "a-key", "ACME_BASE_URL": server.base_url}
        out = await _printed("openai_compatible_provider.py", ["acme-1", "hi"], vendor)

    assert out == "Hello there.\n"
    assert "Authorization: Bearer a-key" in server.seen[0].head
    assert server.seen[0].body["thinking"] == {"type": "enabled", "budget_tokens": 8192}


async def test_the_example_of_a_structured_answer_takes_a_provider() -> None:
    invoice = '{"customer": "Lind", "total": 120.5, "currency": "EUR"}'
    async with open_loopback(answer(invoice)) as server:
        where = {"OPENAI_COMPAT_BASE_URL": server.base_url}
        out = await _printed("structured_output.py", ["OpenAICompat", "m"], where)

    assert out == '{"customer":"Lind","total":120.5,"currency":"EUR"}\n'
    assert server.seen[0].body["response_format"]["json_schema"]["strict"] is True


async def _printed(name: str, arguments: list[str], env: dict[str, str]) -> str:
    done = await trio.run_process(
        [sys.executable, "-W", "error", str(EXAMPLES / name), *arguments],
        capture_stdout=True,
        capture_stderr=True,
        check=False,
        env=os.environ | env,
    )
    assert done.stderr.decode() == ""
    return done.stdout.decode()
