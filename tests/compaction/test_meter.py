"""How full a window is."""

from collections.abc import Sequence

import pytest
from conversations import PDF, PNG, calling, conversations, foreign_echo, result, said, user
from hypothesis import given

from sagent.compaction import Meter
from sagent.message import BytesMessage, Descriptor, JsonMessage, Message, TextMessage
from sagent.model import Usage
from sagent.tool import ToolSpec


def filled(messages: Sequence[Message], meter: Meter | None = None) -> Meter:
    meter = meter or Meter.of()
    for message in messages:
        meter = meter.with_message(message)
    return meter


def cost(message: Message) -> int:
    return filled([message]).tokens - Meter.of().tokens


def test_before_the_first_answer_all_is_estimated_tools_among_it() -> None:
    tool = ToolSpec(
        "Read", "d" * 400, {"type": "object", "properties": {"p": {"const": "x" * 400}}}
    )

    with_tool = Meter.of("s" * 4_000, [tool]).tokens - Meter.of("s" * 4_000).tokens

    assert Meter.of("s" * 4_000).tokens == pytest.approx(1_000, rel=0.01)
    assert 200 < with_tool < 230


@pytest.mark.parametrize(
    ("message", "least", "most"),
    [
        (user("x" * 4_000), 1_000, 1_010),
        (user("\u4e2d" * 1_000), 750, 760),
        (user("\ud800" * 4), 1, 10),
        (JsonMessage({"a": ["x" * 400, 1, None, True]}), 100, 115),
        (said(calling("call_1", "Read", {"file_path": "x" * 400})), 100, 125),
        (result(calling("call_1"), PNG), 1_600, 1_620),
        (BytesMessage(bytes(2_000_000), "image/png"), 1_600, 1_620),
        (BytesMessage(bytes(100_000), "application/pdf"), 5_000, 5_010),
        (PDF, 1_600, 1_620),
        (BytesMessage(bytes(32_000), "audio/wav"), 32, 40),
        (said(foreign_echo()), 0, 10),
        (result(calling("call_1"), TextMessage("x" * 4_000, Descriptor.DIFF)), 0, 15),
    ],
)
def test_a_message_is_estimated_by_what_is_sent_of_it(
    message: Message, least: int, most: int
) -> None:
    assert least <= cost(message) <= most


@given(conversations())
def test_messages_count_the_same_one_by_one_and_at_once(messages: Sequence[Message]) -> None:
    meter = Meter.of("Be brief.").with_usage(Usage(input_tokens=500, output_tokens=50))

    assert meter.with_messages(messages) == filled(messages, meter)


def test_after_an_answer_the_vendors_count_stands_for_all_before() -> None:
    meter = filled([user("x" * 400), said("y" * 400)]).with_usage(
        Usage(input_tokens=5_000, output_tokens=70)
    )

    assert meter.tokens == 5_070


def test_the_answer_may_be_put_in_before_its_usage_or_after() -> None:
    usage = Usage(input_tokens=150, output_tokens=70)
    asked, answer, more = user("x" * 400), said("y" * 400), user("z" * 400)

    before = filled([asked, answer]).with_usage(usage)
    after = filled([answer], filled([asked]).with_usage(usage))

    assert before.tokens == after.tokens == 220
    assert filled([more], before).tokens == filled([more], after).tokens > 220


def test_what_comes_later_is_estimated_as_the_vendor_was_found_to_count() -> None:
    meter = filled([user("x" * 40_000)]).with_usage(Usage(input_tokens=20_016, output_tokens=0))

    grown = filled([said("ok"), user("x" * 40_000)], meter)

    assert grown.tokens - meter.tokens == pytest.approx(20_000, rel=0.01)
    assert grown.measure([user("x" * 4_000)]) == pytest.approx(2_000, rel=0.01)


def test_thinking_that_is_long_does_not_make_the_estimate_wrong() -> None:
    asked = user("x" * 4_000)
    sent = filled([asked]).tokens

    meter = filled([asked, said("yes")]).with_usage(
        Usage(input_tokens=sent, output_tokens=30_000, thinking_tokens=29_999)
    )

    assert meter.ratio == 1


@pytest.mark.parametrize("usage", [Usage(), Usage(output_tokens=9)])
def test_a_server_that_does_not_count_is_passed_over(usage: Usage) -> None:
    meter = filled([user("x" * 400), said("y" * 400)])

    assert meter.with_usage(usage) == meter


def test_a_count_out_of_all_proportion_is_believed_for_what_it_counts_alone() -> None:
    meter = filled([user("x" * 4_000)]).with_usage(Usage(input_tokens=1, output_tokens=1))

    assert meter.tokens == 2
    assert filled([user("x" * 4_000)], meter).tokens > 500


def test_a_new_history_is_measured_anew_by_what_was_learnt() -> None:
    head = Meter.of("s" * 4_000)
    learnt = filled([user("x" * 4_000)], head).with_usage(Usage(input_tokens=4_032))

    meter = learnt.with_history([user("x" * 400)])

    assert meter.tokens == pytest.approx(2 * filled([user("x" * 400)], head).tokens, rel=0.02)


@given(conversations())
def test_what_is_measured_message_by_message_is_what_is_measured_at_once(
    messages: tuple[Message, ...],
) -> None:
    assert filled(messages).tokens == Meter.of().with_history(messages).tokens
