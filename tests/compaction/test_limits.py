"""When a history is to be compacted, whatever the model."""

from pathlib import Path

import pytest
from genai_prices.data_snapshot import get_snapshot
from hypothesis import given
from hypothesis import strategies as st

from sagent.compaction import ContextLimits, Meter
from sagent.errors import UsageError
from sagent.message import Descriptor, TextMessage
from sagent.prompt import system_prompt
from sagent.providers import guess_window
from sagent.providers._prices import _FAMILIES
from sagent.providers._prices_override import WINDOWS
from sagent.tool import spec_of
from sagent.tools import TOOLS

MODELS = {
    f"{vendor.id}/{model.id}": model.context_window or guess_window(model.id)
    for vendor in get_snapshot().providers
    for model in vendor.models
} | {f"{vendor}/{model}": known.tokens for (vendor, model), known in WINDOWS.items()}
GUESSES = {name: guess_window(name) for name in (*_FAMILIES, "nobody's")}
KNOWN_WINDOWS = sorted({*MODELS.values(), *GUESSES.values()})
LONGEST_ANSWERS = (None, 4_096, 8_192, 65_536, 128_000, 1_000_000)

windows = st.integers(2_000, 10_000_000)
longest_answers = st.none() | st.integers(1, 20_000_000)


def first_prompt() -> Meter:
    """Measure the default prompt and tools, as large as they may become, and 2 KB of words."""
    tools = [spec_of(tool()) for tool in TOOLS.values()]
    prompt = system_prompt(Path("/home/someone/project"))
    room = 16_000 - 4 * Meter.of(prompt, tools).tokens
    assert room > 0
    meter = Meter.of(prompt + "x" * room, tools)
    return meter.with_message(TextMessage("y" * 2_000, Descriptor.USER))


FIRST_PROMPT = first_prompt().tokens


def assert_usable(limits: ContextLimits) -> None:
    window = limits.window
    room = limits.output_room(limits.compact_at)
    assert window // 2 <= limits.compact_at < window
    assert room >= limits.answer
    assert 0 < limits.recap <= room
    assert limits.compact_at + 300 + limits.recap <= window
    if window >= 8_192:
        assert limits.compact_at > FIRST_PROMPT


@pytest.mark.parametrize("longest_answer", [*LONGEST_ANSWERS, "window", "half"])
def test_every_model_of_the_catalogue_can_be_used(longest_answer: int | str | None) -> None:
    for window in KNOWN_WINDOWS:
        if window < 2_000:
            continue
        told = {"window": window, "half": window // 2}
        longest = told[longest_answer] if isinstance(longest_answer, str) else longest_answer

        assert_usable(ContextLimits.of(window, longest))


@given(windows, longest_answers)
def test_every_window_can_be_used(window: int, longest_answer: int | None) -> None:
    limits = ContextLimits.of(window, longest_answer)

    assert_usable(limits)


@pytest.mark.parametrize(
    ("window", "longest_answer", "compact_at"),
    [
        (200_000, 128_000, 140_000),  # claude-sonnet-4-6, as it was first sold
        (1_048_576, 1_048_576, 734_004),  # kimi-k3
        (204_800, 204_800, 143_360),  # MiniMax-M2.7
        (8_192, 8_192, 5_504),  # gpt-4, moonshot-v1-8k
        (200_000, 8_192, 181_808),
        (1_000_000, None, 918_000),
    ],
)
def test_an_answer_is_held_a_quarter_of_the_window_at_most(
    window: int, longest_answer: int | None, compact_at: int
) -> None:
    assert ContextLimits.of(window, longest_answer).compact_at == compact_at


def test_a_tiny_window_is_shared_out_too() -> None:
    limits = ContextLimits.of(100, None)

    assert (limits.compact_at, limits.recap) == (50, 25)


@given(windows, longest_answers, st.integers(0, 20_000_000))
def test_what_is_used_and_its_answer_fit_the_window(
    window: int, longest_answer: int | None, used: int
) -> None:
    limits = ContextLimits.of(window, longest_answer)

    room = limits.output_room(used)

    assert room == 0 or used + room <= window
    assert room <= (longest_answer or window)


def test_the_more_is_used_the_less_room_there_is() -> None:
    limits = ContextLimits.of(10_000, 4_000)

    rooms = [limits.output_room(used) for used in (0, 5_000, 7_000, 9_800, 20_000)]

    assert rooms == [4_000, 4_000, 2_860, 4, 0]


def test_a_window_of_nothing_cannot_be_meant() -> None:
    with pytest.raises(UsageError, match="0 tokens"):
        ContextLimits.of(0, None)
