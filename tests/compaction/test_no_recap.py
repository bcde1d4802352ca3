"""An answer that is no recap, and a history that cannot be made shorter."""

import pytest
from conversations import said, user
from recaps import ANSWER, compacted, history

from sagent.errors import (
    BudgetExceededError,
    CompactionError,
    StreamCutError,
)
from sagent.message import (
    MultipartMessage,
    response_text,
)
from sagent.model import ModelResponse, StopReason
from sagent.testing import ScriptedModel, calls


def answered(text: str, stop: StopReason) -> ModelResponse:
    return ModelResponse(content=said(text), stop_reason=stop)


NO_RECAPS: tuple[str | MultipartMessage, ...] = (
    "",
    "The clock is repaired.",
    "## Goal\nRepair it.",
    "## Goal\n\n## Next step\nWind it up.",
    '{"goal": "Repair it."}',
    '["goal"]',
    "## Goal\nWhat does the user want in the end, and what did they ask for last?\n## Next step\nNone.",
    calls(("Read", {"file_path": "a"})),
)


class TestNoRecap:
    @pytest.mark.parametrize(
        ("answer", "reason"),
        [
            (answered(ANSWER, StopReason.MAX_TOKENS), "cut off"),
            (answered("I would rather not", StopReason.REFUSAL), "I would rather not"),
            (answered("", StopReason.FILTERED), "it said nothing"),
        ],
    )
    async def test_an_answer_that_breaks_off_is_an_error(
        self, answer: ModelResponse, reason: str
    ) -> None:
        before = history()
        handed_in = [*before]

        with pytest.raises(CompactionError, match=reason):
            await compacted(handed_in, ScriptedModel(answer))

        assert tuple(handed_in) == before

    @pytest.mark.parametrize("answer", NO_RECAPS)
    async def test_a_model_that_says_something_else_is_held_to_the_sections(
        self, answer: str | MultipartMessage
    ) -> None:
        held = (
            '{"goal": "Repair the clock.", "files": ["a", "b"], "errors": "", "next_step": "Wind."}'
        )
        model = ScriptedModel(answer, held)

        recap = await compacted(history(), model)

        first, second = model.requests
        assert first.output_schema is None
        assert second.output_schema is not None
        assert "no tool will be run" in response_text(second.messages[-1])
        assert (
            recap.text == "## Goal\nRepair the clock.\n\n## Files\n- a\n- b\n\n## Next step\nWind."
        )

    @pytest.mark.parametrize("answer", NO_RECAPS)
    async def test_a_model_that_says_something_else_again_is_an_error(
        self, answer: str | MultipartMessage
    ) -> None:
        model = ScriptedModel(answer, answer)

        with pytest.raises(CompactionError, match="nothing under Goal and Next step, twice"):
            await compacted(history(), model)

        assert not model.unused

    @pytest.mark.parametrize("mark", ["#", "1.", "**", "## 1.", "## Goal", "## Goal:"])
    async def test_a_line_of_blanks_is_read_in_no_time(self, mark: str) -> None:
        answer = f"{mark}{' ' * 50_000}x"

        with pytest.raises(CompactionError, match="nothing under Goal"):
            await compacted(history(), ScriptedModel(answer, answer))

    async def test_a_history_in_which_the_model_said_nothing_cannot_be_shortened(self) -> None:
        model = ScriptedModel(ANSWER)

        with pytest.raises(CompactionError, match="the model has said nothing"):
            await compacted((user("x" * 100_000),), model)

        assert not model.requests

    async def test_a_history_that_is_short_already_stays(self) -> None:
        with pytest.raises(CompactionError, match="little to shorten"):
            await compacted((user(), said("hello")), ScriptedModel(ANSWER))

    async def test_a_last_word_that_fills_the_window_cannot_be_shortened(self) -> None:
        before = (*history(), user("x" * 60_000))

        with pytest.raises(CompactionError, match="what was said last"):
            await compacted(before, ScriptedModel(ANSWER))

    async def test_a_request_that_fails_is_an_error_that_says_why(self) -> None:
        failed = StreamCutError("the stream ended")

        with pytest.raises(CompactionError, match="the stream ended") as failure:
            await compacted(history(), ScriptedModel(failed))

        assert failure.value.__cause__ is failed

    async def test_a_spent_budget_is_the_callers(self) -> None:
        spent = BudgetExceededError("spent")

        with pytest.raises(BudgetExceededError):
            await compacted(history(), ScriptedModel(spent))
