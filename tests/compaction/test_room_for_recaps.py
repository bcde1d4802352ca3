"""What is too long even for the request for its recap."""

import pytest
from conversations import PNG, calling, result, said, user
from recaps import ANSWER, compacted, history, text_of, tokens_sent

from sagent.errors import (
    CompactionError,
    ContextOverflowError,
)
from sagent.message import (
    Descriptor,
    response_text,
    result_text,
)
from sagent.testing import ScriptedModel


def overflow(detail: str = "prompt is too long") -> ContextOverflowError:
    return ContextOverflowError(f"the conversation does not fit m (400): {detail}", status=400)


class TestWhatDoesNotFit:
    async def test_pictures_become_words_first(self) -> None:
        call = calling("call_p")
        pictures = [PNG] * 12
        before = (user("look"), said(call), result(call, "seen", *pictures), said("nice"))
        model = ScriptedModel(ANSWER)

        await compacted(before, model)

        sent = result_text(model.requests[0].messages[2])
        assert "[image/png, 8 bytes, left out here]" in sent

    async def test_then_long_results_are_shortened_at_their_middle(self) -> None:
        model = ScriptedModel(ANSWER)

        await compacted(history(5, 40_000), model)

        sent = result_text(model.requests[0].messages[2])
        assert sent.startswith("000")
        assert "characters left out here ...]" in sent
        assert sent.endswith("000")
        assert len(sent) < 9_000

    async def test_then_the_oldest_rounds_go_and_the_first_words_stay(self) -> None:
        model = ScriptedModel(ANSWER)

        recap = await compacted(history(40, 4_000), model)

        request = model.requests[0]
        assert response_text(request.messages[0]).startswith("Repair the clock.")
        assert "was left out here" in response_text(request.messages[1])
        assert request.messages[2].descriptor == Descriptor.MODEL
        assert recap.dropped_rounds > 20
        assert f"The oldest {recap.dropped_rounds} round(s)" in text_of(recap)

    async def test_first_words_that_are_long_lose_their_middle(self) -> None:
        model = ScriptedModel(ANSWER)
        before = (user("Repair " + "x" * 40_000 + " today."), *history(20, 4_000)[1:])

        await compacted(before, model)

        first = response_text(model.requests[0].messages[0])
        assert first.startswith("Repair xxx")
        assert first.endswith("xxx today.")
        assert len(first) < 16_000

    async def test_a_single_round_beyond_the_window_is_no_recap(self) -> None:
        before = (user("go"), said("x" * 400_000))
        model = ScriptedModel(ANSWER)

        with pytest.raises(CompactionError, match="too long for a recap"):
            await compacted(before, model)

        assert not model.requests


class TestWhatTheVendorRefusesAsTooLong:
    async def test_a_fifth_less_is_sent(self) -> None:
        model = ScriptedModel(overflow(), overflow(), ANSWER)

        recap = await compacted(history(20, 2_000), model)

        first, second, third = map(tokens_sent, model.requests)
        assert 0.6 * first < second < 0.9 * first
        assert 0.6 * second < third < 0.9 * second
        assert recap.dropped_rounds > 0

    @pytest.mark.parametrize(
        "told",
        [
            "prompt is too long: 10000 tokens > 5000 maximum",
            "input length and `max_tokens` exceed context limit: 10000 + 2000 > 7000",
            "This model's maximum context length is 5000 tokens. However, your messages resulted in 10000 tokens.",
            "This model's maximum context length is 5000 tokens. However, your prompt contains at least 10000 input tokens",
            "request (10000 tokens) exceeds the available context size (5000 tokens), try increasing it",
            "Invalid request: Your request exceeded model token limit: 5000 (requested: 10000)",
            "The input token count (10,000) exceeds the maximum number of tokens allowed (5,000).",
        ],
    )
    async def test_as_much_less_is_sent_as_the_vendor_says(self, told: str) -> None:
        model = ScriptedModel(overflow(told), ANSWER)

        await compacted(history(20, 2_000), model)

        first, second = map(tokens_sent, model.requests)
        assert 0.2 * first < second < 0.5 * first

    @pytest.mark.parametrize(
        "told",
        ["Range of input length should be [1, 983616]", "prompt is too long: 5 tokens > 9 maximum"],
    )
    async def test_what_makes_no_sense_is_no_number(self, told: str) -> None:
        model = ScriptedModel(overflow(told), ANSWER)

        await compacted(history(20, 2_000), model)

        first, second = map(tokens_sent, model.requests)
        assert 0.6 * first < second < 0.9 * first

    async def test_three_times_is_enough(self) -> None:
        model = ScriptedModel(overflow(), overflow(), overflow("still too long"), ANSWER)

        with pytest.raises(CompactionError, match=r"3 times.*still too long") as failure:
            await compacted(history(20, 2_000), model)

        assert len(model.requests) == 3
        assert isinstance(failure.value.__cause__, ContextOverflowError)
