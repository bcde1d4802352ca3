"""A long history becomes a recap."""

from pathlib import Path

import attrs
import pytest
from conversations import ANSWER_SCHEMA, PNG, TOOLS, said, user, user_parts
from recaps import ANSWER, LIMITS, TEMPLATE, compacted, history, text_of, tokens_sent, words_of

from sagent.compaction import (
    Attachments,
    ContextLimits,
    FileText,
    Meter,
    SkillText,
    SummaryCompactor,
    is_recap,
)
from sagent.errors import (
    UsageError,
)
from sagent.message import (
    Descriptor,
    TextMessage,
    response_text,
)
from sagent.model import Usage
from sagent.testing import ScriptedModel
from sagent.tool import PlanItem


async def test_the_history_becomes_one_message_of_the_user_and_the_last_round() -> None:
    before = history()

    recap = await compacted(before, ScriptedModel(ANSWER))

    first, last = recap.messages
    assert is_recap(first)
    assert first.descriptor == Descriptor.USER_PARTS
    assert "Repair the clock." in text_of(recap)
    assert response_text(last) == "Done."
    assert last.id not in {message.id for message in before}
    assert last.parent_id == first.id
    assert recap.dropped_rounds == 0
    assert recap.tokens_after < recap.tokens_before


async def test_the_recap_is_what_stands_under_the_headings() -> None:
    recap = await compacted(history(), ScriptedModel(ANSWER))

    assert recap.text == (
        "## Goal\nRepair the clock.\n\n"
        '## Decisions and constraints\n"Never touch the bell."\n\n'
        "## Next step\nWind it up."
    )


async def test_the_request_is_the_history_as_it_is_and_then_the_question() -> None:
    model = ScriptedModel(ANSWER)
    before = history()

    await compacted(before, model)

    (request,) = model.requests
    assert tuple(request.messages[:-1]) == before
    assert request.messages[-1].descriptor == Descriptor.USER
    assert "## Next step" in response_text(request.messages[-1])
    assert (request.system, request.tools, request.cache_key) == ("Be terse.", TOOLS, "c1")
    assert request.tools is TEMPLATE.tools


async def test_the_answer_is_text_whatever_the_run_asks_of_its_answers() -> None:
    model = ScriptedModel(ANSWER)
    template = attrs.evolve(TEMPLATE, output_schema=ANSWER_SCHEMA, max_response_tokens=10)

    await SummaryCompactor().compact(history(), ask=model.buffer, limits=LIMITS, template=template)

    (request,) = model.requests
    assert request.output_schema is None
    assert request.max_response_tokens == 4_000


@pytest.mark.parametrize(("window", "longest"), [(200_000, None), (12_000, 3_000)])
async def test_of_a_model_nothing_is_known_of_no_more_is_asked_than_all_can_write(
    window: int, longest: int | None
) -> None:
    model = ScriptedModel(ANSWER)

    await compacted(history(), model, limits=ContextLimits.of(window, None))

    assert model.requests[0].max_response_tokens == longest


async def test_what_the_user_said_last_stays_and_is_not_summarised() -> None:
    model = ScriptedModel(ANSWER)
    before = history()
    last = (user("Now the bell after all."), user("Please."))

    recap = await compacted((*before, *last), model)

    assert tuple(model.requests[0].messages[:-1]) == before
    assert [response_text(message) for message in recap.messages[-2:]] == [
        "Now the bell after all.",
        "Please.",
    ]


@pytest.mark.parametrize(("keep", "texts"), [(0, []), (2, ["I look at 3.", "Done."])])
async def test_so_many_of_the_last_rounds_stay_as_are_asked_for(
    keep: int, texts: list[str]
) -> None:
    recap = await compacted(history(), ScriptedModel(ANSWER), SummaryCompactor(keep_recent=keep))

    kept = [message for message in recap.messages if message.descriptor == Descriptor.MODEL]
    assert [response_text(message) for message in kept] == texts
    assert len(recap.messages) == 1 + len(kept) + (keep == 2)


async def test_rounds_that_take_more_than_an_eighth_of_the_window_do_not_stay() -> None:
    recap = await compacted(
        history()[:-1], ScriptedModel(ANSWER), limits=ContextLimits.of(7_000, None)
    )

    assert len(recap.messages) == 1


async def test_the_only_round_does_not_stay() -> None:
    before = (user("x" * 40_000), said("y" * 400))

    recap = await compacted(before, ScriptedModel(ANSWER))

    assert len(recap.messages) == 1


async def test_instructions_for_every_recap_and_for_this_one_are_in_the_question() -> None:
    model = ScriptedModel(ANSWER)

    await compacted(
        history(),
        model,
        SummaryCompactor(instructions="Keep all paths."),
        instructions="Keep the API names.",
    )

    asked = response_text(model.requests[0].messages[-1])
    assert "Keep all paths.\nKeep the API names." in asked


async def test_a_recap_may_be_asked_to_be_shorter() -> None:
    model = ScriptedModel(ANSWER)

    await compacted(history(), model, SummaryCompactor(recap_tokens=1_000))

    assert "in 700 words at most" in response_text(model.requests[0].messages[-1])


@pytest.mark.parametrize("options", [{"keep_recent": -1}, {"recap_tokens": 0}])
def test_a_number_that_cannot_be_meant_is_refused(options: dict[str, int]) -> None:
    with pytest.raises(UsageError, match=next(iter(options))):
        SummaryCompactor(
            keep_recent=options.get("keep_recent", 0), recap_tokens=options.get("recap_tokens")
        )


async def test_plan_files_skills_and_the_transcript_come_along() -> None:
    attachments = Attachments(
        transcript=Path("/home/s/session.jsonl"),
        files=(FileText("clock.py", "tick()"),),
        skills=(SkillText("repair", "Wear gloves."),),
        plan=(PlanItem(content="Oil it"),),
    )

    recap = await compacted(history(), ScriptedModel(ANSWER), attachments=attachments)

    text = text_of(recap)
    assert "/home/s/session.jsonl" in text
    assert text.index("[ ] Oil it") < text.index("Wear gloves.") < text.index("tick()")


async def test_attachments_are_left_out_where_they_would_fill_the_window_again() -> None:
    files = tuple(FileText(f"{number}", "x" * 40_000) for number in range(10))
    attachments = Attachments(files=files, plan=(PlanItem(content="Oil it"),))

    recap = await compacted(history(1, 9_000), ScriptedModel(ANSWER), attachments=attachments)

    assert "xxx" not in text_of(recap)
    assert "[ ] Oil it" in text_of(recap)  # a plan takes little
    assert recap.tokens_after < recap.tokens_before


async def test_a_meter_says_how_the_vendor_counts() -> None:
    before = history(4, 8_000)
    estimated = Meter.of(TEMPLATE.system, TEMPLATE.tools).with_history(before)
    meter = estimated.with_usage(Usage(input_tokens=estimated.tokens * 2, output_tokens=10))

    recap = await compacted(
        before, ScriptedModel(ANSWER), meter=meter, limits=ContextLimits.of(60_000, None)
    )

    assert recap.tokens_before == meter.tokens
    assert recap.tokens_after == meter.with_history(recap.messages).tokens


async def test_another_model_may_write_recaps_and_has_a_window_of_its_own() -> None:
    small = ScriptedModel(ANSWER, context_window=8_000)
    compactor = SummaryCompactor(model=small)

    recap = await compacted(
        history(10, 20_000), small, compactor, limits=ContextLimits.of(200_000, None)
    )

    assert tokens_sent(small.requests[0]) < 8_000
    assert recap.dropped_rounds > 0


async def test_an_original_history_can_be_summarised_anew() -> None:
    before = history()
    first = await compacted(before, ScriptedModel(ANSWER))
    model = ScriptedModel(ANSWER.replace("Wind it up.", "Wind it up slowly."))

    again = await compacted(before, model, instructions="Say how fast.")

    assert tuple(model.requests[0].messages[:-1]) == before
    assert again.text != first.text


async def test_a_recap_of_a_recap_is_told_to_carry_it_over() -> None:
    first = await compacted(history(), ScriptedModel(ANSWER))
    model = ScriptedModel(ANSWER)

    second = await compacted((*first.messages, *history()), model)

    assert is_recap(model.requests[0].messages[0])
    assert "earlier recap" in response_text(model.requests[0].messages[-1])
    assert sum(map(is_recap, second.messages)) == 1


class TestTheUsersOwnWords:
    async def test_they_go_with_the_recap_word_for_word(self) -> None:
        recap = await compacted(history(), ScriptedModel(ANSWER))

        assert words_of(recap) == ["Repair the clock. Never touch the bell."]

    async def test_they_outlive_the_recap_after(self) -> None:
        first = await compacted(history(), ScriptedModel(ANSWER))

        second = await compacted(
            (*first.messages, user("And oil it."), *history()[1:]), ScriptedModel(ANSWER)
        )

        assert words_of(second) == ["Repair the clock. Never touch the bell.", "And oil it."]

    async def test_what_comes_with_a_picture_is_among_them_and_other_agents_words_are_not(
        self,
    ) -> None:
        other = attrs.evolve(user("I am a colleague."), source="/agents/b")
        before = (user_parts(TextMessage("Look."), PNG), other, *history()[1:])

        recap = await compacted(before, ScriptedModel(ANSWER))

        assert words_of(recap) == ["Look."]

    async def test_the_newest_stay_within_a_twentieth_of_the_window(self) -> None:
        spoken = [user(f"{number} " + "x" * 600) for number in range(20)]
        before = [message for each in spoken for message in (each, said("yes"))]

        words = words_of(await compacted((*before, *history()[1:]), ScriptedModel(ANSWER)))

        assert [word.split()[0] for word in words] == ["14", "15", "16", "17", "18", "19"]

    async def test_a_long_one_loses_its_middle(self) -> None:
        before = (user("Repair " + "x" * 9_000 + " today."), *history()[1:])

        (word,) = words_of(await compacted(before, ScriptedModel(ANSWER)))

        assert word.startswith("Repair xxx")
        assert word.endswith("xxx today.")
        assert len(word) < 1_100


@pytest.mark.parametrize(
    "answer",
    [
        "**Goal:**\nRepair the clock.\n**Next step**\nWind it up.",
        "1. Goal\nRepair the clock.\n\n7. Next step:\nWind it up.",
        "Sure!\n```markdown\n# goal\nRepair the clock.\n# NEXT STEP\nWind it up.\n```",
        "### **Next step**\nWind it up.\n### **Goal**:\nRepair the clock.",
        '{"goal": "Repair the clock.", "next_step": " Wind it up. "}',
        '```json\n{"goal": "Repair the clock.", "next_step": "Wind it up."}\n```',
        "## Goal\r\nRepair the clock.\r\n## Next step\r\nWind it up.\r\n",
    ],
)
async def test_headings_are_found_in_whatever_form_the_model_writes_them(answer: str) -> None:
    recap = await compacted(history(), ScriptedModel(answer))

    assert recap.text == "## Goal\nRepair the clock.\n\n## Next step\nWind it up."


@pytest.mark.parametrize("line", ["Goal is a clock that runs.", "Files:", "## Goals"])
async def test_a_line_of_the_text_is_no_heading(line: str) -> None:
    answer = ANSWER.replace("Wind it up.", f"Wind it up.\n{line}")

    recap = await compacted(history(), ScriptedModel(answer))

    assert recap.text.endswith(f"Wind it up.\n{line}")


def test_no_other_message_is_a_recap() -> None:
    assert not is_recap(user())
    assert not is_recap(said("## Goal"))
    assert not is_recap(TextMessage("x"))
