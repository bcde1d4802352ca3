"""Every example runs offline and prints what it says."""

import os
import re
import signal
import sys
from functools import partial
from pathlib import Path
from subprocess import PIPE

import pytest
import trio
from loopback import answer, chat, open_loopback

EXAMPLES = Path(__file__).parent.parent / "examples"
APART = {"starlette_service.py"}
"""Has tests of its own."""
ARGUMENTS = {"thread_ring.py": ["100", "1000"]}
TYPED = {"chat.py": "hello\nand again\n"}
CHANGING = {
    r"\d+ messages/s": "SO MANY messages/s",
    r"msg_[0-9a-f]{32}": "msg_ID",
    r"expected to take \$[\d.]+": "expected to take SO MUCH",
}
UNORDERED = {"budgeted_team.py", "supervised_researcher.py"}
"""Some of what they print happens at once."""
PRINTED: dict[str, str] = {
    "bank.py": "1 True\n2 line broke\n3 True\n4 False\nin all 150\n",
    "budgeted_team.py": (
        "[spelling] Deer, Mai, then.\n"
        "[tone] It is firm and polite.\n"
        "! the budget of facts is $0.05, with $0.0315 spent and $0.00 reserved for calls that go on; "
        "the next call is expected to take SO MUCH: allow more dollars (--max-budget-usd, or "
        "usd=...), or ask for less\n"
        "Mend the spelling; the tone is right; the facts are open.\n"
        "letter       $0.0645  7 calls\n"
        "  spelling   $0.0105  1 calls\n"
        "  tone       $0.0105  1 calls\n"
        "  facts      $0.0315  3 calls\n"
    ),
    "chat.py": ("> You said 'hello', which makes 1.\n> You said 'and again', which makes 2.\n> "),
    "custom_tool.py": (
        "Query SELECT town, sum(mm) FROM rains GROUP BY town\n"
        "  SQLite: no such table: rains\n"
        "Query SELECT town, sum(mm) FROM rain GROUP BY town\n"
        '  ["Bergen",29.5]\n'
        '  ["Oslo",3.5]\n'
        "Bergen, with 29.5 mm.\n"
    ),
    "decorator_tool.py": (
        '{"type":"object","properties":{"text":{"type":"string","description":"what to count in."}},'
        '"required":["text"],"additionalProperties":false}\n'
        'count_vowels of {"text":"Structured"}\n'
        "is 3\n"
        "There are 3.\n"
    ),
    "fallback.py": "[the first vendor is overloaded (529); now second]\nTwelve.\nSix.\n",
    "hot_swap.py": (
        "\nPOST /v1/messages\n"
        '    {"role": "user", "content": [{"type": "text", "text": "Name a colour.", '
        '"cache_control": {"type": "ephemeral"}}]}\n'
        "claude-sonnet-4-6: Blue.\n"
        "\nPOST /responses\n"
        '    {"type": "message", "role": "user", '
        '"content": [{"type": "input_text", "text": "Name a colour."}]}\n'
        '    {"type": "message", "id": "msg_ID", "role": "assistant", "status": "completed", '
        '"content": [{"type": "output_text", "text": "Blue.", "annotations": [], "logprobs": []}]}\n'
        '    {"type": "message", "role": "user", '
        '"content": [{"type": "input_text", "text": "A warmer one?"}]}\n'
        "gpt-5.5: Orange.\n"
        "\nPOST /v1beta/models/gemini-3.1-pro-preview:streamGenerateContent?alt=sse\n"
        '    {"role": "user", "parts": [{"text": "Name a colour."}]}\n'
        '    {"role": "model", "parts": [{"text": "Blue."}]}\n'
        '    {"role": "user", "parts": [{"text": "A warmer one?"}]}\n'
        '    {"role": "model", "parts": [{"text": "Orange."}]}\n'
        '    {"role": "user", "parts": [{"text": "Which one was the first?"}]}\n'
        "gemini-3.1-pro-preview: Blue was the first.\n"
    ),
    "map_reduce.py": (
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
    "multi_agent_reviewer.py": (
        "[reviewer] An empty list divides by zero.\n"
        "The reviewer is right: I raise a ValueError for an empty list now.\n"
    ),
    "offline_custom_tool.py": "Echo said: hello\n",
    "openai_compatible_provider.py": "Loopback says hello.\n",
    "rate_limited_pool.py": (
        "/pool has its max_children=3: wait until one has ended\n"
        "all sent after 0.6 s, 6 done\n"
        "all done after 1.2 s, sum 506\n"
    ),
    "record_and_replay.py": (
        "recorded: It is 21.5 degrees.\n"
        "the key is on the tape: False\n"
        "replayed: It is 21.5 degrees.\n"
        "told otherwise: POST /v1/chat/completions is not on forecast.json: unlike in number 1, "
        "messages[0].role is 'system', and on the tape 'user'\n"
    ),
    "restartable_cache.py": (
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
    "structured_output.py": (
        "Your answer does not fit the JSON schema that was asked for:\n"
        '- total: "120.50" is not of type "number"\n'
        "Answer again with the JSON value alone.\n"
        "Lind pays 120.50 EUR\n"
    ),
    "supervised_researcher.py": (
        "! /library/archive crashed: ConnectionError('the line broke')\n"
        "The word is from 1581.\n"
        "no answer: /library/researcher crashed on the ask: ZeroDivisionError('a bug of ours')\n"
        "! /library/researcher crashed: ZeroDivisionError('a bug of ours')\n"
        "I have said it already: 1581. I know all 8 messages.\n"
        "system idle\n"
        "└─ library idle\n"
        "   ├─ archive idle restarts=1 last=crashed\n"
        "   └─ researcher idle restarts=1 last=crashed\n"
    ),
    "thread_ring.py": "100 actors, 1000 hops: actor 1 holds the token\nSO MANY messages/s\n",
}
REPOSITORY_INDEX = "map_reduce_repository.py"
"""What it prints is of the repository as it is."""


def test_every_example_is_run_and_in_the_table() -> None:
    names = {path.name for path in EXAMPLES.glob("*.py")}
    table = (EXAMPLES / "README.md").read_text()

    assert names == {*PRINTED, *APART, REPOSITORY_INDEX}
    assert names == set(re.findall(r"^\| \[(\w+\.py)\]\(\1\)", table, re.MULTILINE))


@pytest.mark.parametrize("name", sorted(PRINTED))
async def test_an_example_prints_what_it_says(name: str) -> None:
    out = await _printed(name, ARGUMENTS.get(name, []), {}, typed=TYPED.get(name, ""))

    for changing, fixed in CHANGING.items():
        out = re.sub(changing, fixed, out)
    if name in UNORDERED:
        assert sorted(out.splitlines()) == sorted(PRINTED[name].splitlines())
    else:
        assert out == PRINTED[name]


async def test_the_example_of_a_repository_reads_its_files() -> None:
    out = await _printed(REPOSITORY_INDEX, [], {})

    files, _, index = out.partition("\n\n")
    assert "_actor.py: Actor" in files.splitlines()
    assert index.splitlines()[1].startswith("Actor, Behavior, ")


async def test_ctrl_c_gives_up_an_answer_of_the_chat_and_not_the_chat() -> None:
    said: dict[str, object] = {"choices": [{"delta": {"content": "Once"}}]}
    async with (
        open_loopback(chat(said, hang=True), answer("Twice.")) as server,
        trio.open_nursery() as nursery,
    ):
        process: trio.Process = await nursery.start(
            partial(
                trio.run_process,
                [sys.executable, str(EXAMPLES / "chat.py"), "OpenAICompat", "m"],
                stdin=PIPE,
                stdout=PIPE,
                env=_environment({"OPENAI_COMPAT_BASE_URL": server.base_url}),
            )
        )
        assert process.stdin is not None
        assert process.stdout is not None
        await process.stdin.send_all(b"hello\n")
        out = await _read_until(process.stdout, b"Once")
        process.send_signal(signal.SIGINT)
        out += await _read_until(process.stdout, b"> ")
        await process.stdin.send_all(b"again\n\n")
        out += await _read_until(process.stdout, b"Twice.\n> ")

    assert out == (b"> Once\n! the turn was interrupted\n> Twice.\n> ")


@pytest.mark.parametrize("name", ["decorator_tool.py", "custom_tool.py", "multi_agent_reviewer.py"])
async def test_an_example_takes_a_provider_and_a_model(name: str) -> None:
    async with open_loopback(answer("Hello there.")) as server:
        where = {"OPENAI_COMPAT_BASE_URL": server.base_url}
        out = await _printed(name, ["OpenAICompat", "m"], where)

    assert out.endswith("Hello there.\n")
    assert server.seen[0].body["model"] == "m"


async def test_the_example_of_a_provider_asks_the_server_that_is_named() -> None:
    async with open_loopback(answer("Hello there.")) as server:
        where = {"OPENAI_COMPAT_BASE_URL": server.base_url}
        out = await _printed("openai_compatible_provider.py", ["m", "hi"], where)

    assert out == "Hello there.\n"


async def test_the_example_of_a_recording_records_the_server_that_is_named() -> None:
    async with open_loopback(answer("It is warm.")) as server:
        where = {"OPENAI_COMPAT_BASE_URL": server.base_url}
        out = await _printed("record_and_replay.py", ["m"], where)

    assert out.startswith("recorded: It is warm.\n")
    assert "\nreplayed: It is warm.\n" in out
    assert len(server.seen) == 1


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

    assert out == "Lind pays 120.50 EUR\n"
    assert server.seen[0].body["response_format"]["json_schema"]["strict"] is True


async def _printed(name: str, arguments: list[str], env: dict[str, str], *, typed: str = "") -> str:
    done = await trio.run_process(
        [sys.executable, "-W", "error", str(EXAMPLES / name), *arguments],
        capture_stdout=True,
        capture_stderr=True,
        check=False,
        stdin=typed.encode(),
        env=_environment(env),
    )
    assert done.stderr.decode() == ""
    return done.stdout.decode()


def _environment(more: dict[str, str]) -> dict[str, str]:
    """Give the process's environment without the keys that a developer may have there."""
    mine = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    return mine | more


async def _read_until(stream: trio.abc.ReceiveStream, end: bytes) -> bytes:
    said = b""
    with trio.fail_after(30):
        while not said.endswith(end):
            said += await stream.receive_some()
    return said
