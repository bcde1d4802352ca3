"""Which events are news for a log, and how much they matter."""

import logging
from decimal import Decimal

import pytest
import trio

from sagent.actors import Actor, open_system
from sagent.agent import Agent, ModelAsked, Responded, ToolReturned
from sagent.errors import ModelError
from sagent.message import TextMessage, error_message
from sagent.model import Usage
from sagent.testing import ScriptedModel
from sagent.trace import open_log
from sagent.trace._log_lines import LogLines

SECOND_NS = 1_000_000_000


def test_a_response_tells_what_it_took() -> None:
    lines = LogLines()
    lines.of_agent("Agent", ModelAsked("m"), 0)

    line = lines.of_agent(
        "Agent",
        Responded(Usage(input_tokens=7, cached_tokens=5, output_tokens=2), Decimal("0.01")),
        SECOND_NS,
    )

    assert line is not None
    assert line.level == logging.INFO
    assert line.text == "has a response: 7 tokens in (5 cached), 2 out, $0.01, after 1.00 s"


@pytest.mark.parametrize(
    ("message", "level"),
    [(TextMessage("fine"), logging.INFO), (error_message("not fine"), logging.WARNING)],
)
def test_a_tool_that_failed_is_a_warning_without_its_words(
    message: TextMessage, level: int
) -> None:
    line = LogLines().of_agent("Agent", ToolReturned(call_id="c", name="T", message=message), 0)

    assert line is not None
    assert line.level == level
    assert "fine" not in line.text


class Crashing(Actor[str]):
    async def receive(self, message: str) -> None:
        raise KeyError(message)


async def test_lives_of_actors_are_logged_by_their_paths(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "sagent")

    async with open_system() as system, open_log(system):
        ref = await system.spawn(Crashing, name="it", restart="temporary")
        ref.tell("nowhere")
        await ref.closed()

    told = [r.getMessage() for r in caplog.records if r.name == "sagent.run"]
    assert "/it is spawned" in told
    assert "/it has started" in told
    assert any(line.startswith("/it has ended") for line in told)


async def test_a_model_that_fails_is_an_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "sagent")

    async with open_system() as system, open_log(system):
        with pytest.raises(ModelError):
            await Agent(model=ScriptedModel(ModelError("out of luck")), name="it").run(
                "hi", system=system
            )
        await trio.testing.wait_all_tasks_blocked()

    assert "/it has failed: out of luck" in [record.getMessage() for record in caplog.records]
