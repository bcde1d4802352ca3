"""The command with the real local model, as the README promises it."""

import json
import sys
from pathlib import Path

import pytest
import trio

ROOT = Path(__file__).parent.parent.parent
QUESTION = "Which Python version does the file .python-version name?"

pytestmark = pytest.mark.weights


@pytest.mark.parametrize("time", range(3))
async def test_the_readmes_question_is_answered_from_the_file_every_time(time: int) -> None:
    command = [sys.executable, "-m", "sagent", "--provider", "Local"]
    done = await trio.run_process(
        [*command, "--output-format", "stream-json", QUESTION],
        stdin=b"",
        capture_stdout=True,
        cwd=ROOT,
    )

    events = [json.loads(line) for line in done.stdout.splitlines()]
    results = [event for event in events if event["descriptor"] == "multipart/x-tool-result"]
    assert results[0]["name"] == "Read"
    assert "3.12" in results[0]["content"]
    assert "3.12" in events[-1]["content"]
