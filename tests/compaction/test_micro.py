"""Old tool results are taken out while the vendor's cache is cold."""

from collections.abc import Sequence

from conversations import PNG, calling, conversations, result, said, user
from hypothesis import given

from sagent.compaction import micro_compact
from sagent.message import (
    Descriptor,
    Message,
    MultipartMessage,
    TextMessage,
    error_message,
    get_queue_id,
    result_text,
)

HOUR_NS = 3_600 * 10**9
LONG = "x" * 8_000


def history(*results: str | Message, name: str = "Read") -> list[Message]:
    """Make a history in which each call of a tool has one of *results*."""
    messages: list[Message] = [user()]
    for number, told in enumerate(results):
        call = calling(f"call_{number}", name, {"file_path": f"{number}.txt"})
        messages += [said(call), result(call, told)]
    return [*messages, said("done")]


def compacted(
    messages: Sequence[Message], *, idle_ns: int = HOUR_NS, keep: int = 1
) -> tuple[Message, ...] | None:
    return micro_compact(
        messages, clearable={"Read"}, now_ns=idle_ns, last_response_ns=0, keep=keep
    )


def test_all_but_the_newest_results_give_way_to_how_to_get_them_again() -> None:
    after = compacted(history(LONG, LONG, LONG))

    assert after is not None
    told = [
        result_text(message) for message in after if message.descriptor == Descriptor.TOOL_RESULT
    ]
    assert told[0] == (
        "[The output of Read(file_path='0.txt') was taken out of the conversation: "
        "8000 characters. Call the tool again if you need it.]"
    )
    assert "1.txt" in told[1]
    assert told[2] == LONG


def test_nothing_changes_while_the_vendors_cache_may_be_warm() -> None:
    assert compacted(history(LONG, LONG), idle_ns=HOUR_NS - 1) is None


def test_how_long_a_cache_stays_warm_is_the_callers_to_say() -> None:
    messages = history(LONG, LONG)

    after = micro_compact(
        messages,
        clearable={"Read"},
        now_ns=300 * 10**9,
        last_response_ns=0,
        cold_after_s=300,
        keep=1,
    )

    assert after is not None


def test_errors_small_results_and_those_of_other_tools_stay() -> None:
    assert compacted(history(error_message(LONG), "x" * 700, LONG)) is None
    assert compacted(history(LONG, LONG, LONG, name="Bash")) is None


def test_what_the_model_has_not_answered_yet_stays() -> None:
    call = calling("call_9")
    messages = [*history(LONG, LONG)[:-1], said(call), result(call, LONG)]

    after = compacted(messages, keep=0)

    assert after is not None
    assert result_text(after[-1]) == LONG
    assert "taken out" in result_text(after[-3])


def test_pictures_are_told_of_and_diffs_for_people_stay() -> None:
    diff = TextMessage("+a", Descriptor.DIFF)

    after = compacted(history(MultipartMessage([TextMessage(LONG), PNG, diff]), LONG))

    assert after is not None
    cleared = after[2]
    assert isinstance(cleared, MultipartMessage)
    assert "characters and 1 attachment(s)." in result_text(cleared)
    assert diff in cleared.content
    assert not any(part.descriptor == "image/png" for part in cleared.content)


def test_the_messages_from_the_first_change_on_are_others_and_those_before_are_not() -> None:
    before = history("short", LONG, LONG)

    after = compacted(before)

    assert after is not None
    assert list(after[:4]) == before[:4]
    assert not {message.id for message in before} & {message.id for message in after[4:]}
    parents = [message.parent_id for message in after[4:]]
    assert parents == [message.id for message in after[3:-1]]


def test_what_was_taken_out_once_is_left_alone() -> None:
    after = compacted(history(LONG, LONG, LONG))

    assert after is not None
    assert compacted(after) is None


@given(conversations())
def test_every_result_keeps_its_place_and_its_call(messages: tuple[Message, ...]) -> None:
    after = compacted(messages, keep=0) or messages

    kept = [(message.descriptor, ids_in(message)) for message in after]
    assert kept == [(message.descriptor, ids_in(message)) for message in messages]


def ids_in(message: Message) -> str:
    return get_queue_id(message) if isinstance(message, MultipartMessage) else ""
