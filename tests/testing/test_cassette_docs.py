"""Cassettes with pytest as the docs have it, and what `sagent.testing` costs without them."""

import re
import sys
from pathlib import Path

import pytest
import trio
from loopback import answer, open_loopback

DOCS = Path(__file__).parents[2] / "docs" / "testing.md"


async def test_the_project_in_the_docs_records_and_then_replays_in_ci(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = re.findall(r"```python tests/(\w+)\.py\n(.*?)```", DOCS.read_text(), re.DOTALL)
    pytester.makeini("[pytest]\ntrio_mode = true")
    monkeypatch.delenv("CI", raising=False)
    async with open_loopback(answer("Hello.")) as server:
        code = {
            name: text.replace("http://127.0.0.1:8000/v1", server.base_url) for name, text in files
        }
        pytester.makepyfile(**code)
        recorded = await trio.to_thread.run_sync(pytester.runpytest_subprocess, "-W", "error")
    monkeypatch.setenv("CI", "true")

    replayed = await trio.to_thread.run_sync(pytester.runpytest_subprocess, "-W", "error")

    assert sorted(code) == ["conftest", "test_greeting"]
    recorded.assert_outcomes(passed=1)
    replayed.assert_outcomes(passed=1)
    assert (pytester.path / "tapes" / "test_the_model_greets.json").exists()
    assert len(server.seen) == 1


def test_without_a_cassette_sagent_testing_brings_no_httpx(pytester: pytest.Pytester) -> None:
    code = "import sagent.testing, sys; sys.exit('httpx' in sys.modules)"

    assert pytester.run(sys.executable, "-c", code).ret == 0
