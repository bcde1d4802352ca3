import attrs
import pytest

from sagent.errors import JsonError, UsageError
from sagent.message import (
    BytesMessage,
    Descriptor,
    JsonMessage,
    Message,
    MultipartMessage,
    TextMessage,
    child_of,
    error_message,
    get_directive,
    get_queue_id,
    get_tool_name,
    is_error,
    new_id,
    response_text,
    response_tool_calls,
    result_text,
    tool_call_message,
    tool_result_message,
)


def test_ids_sort_by_the_clock_and_never_repeat() -> None:
    ids = [new_id() for _ in range(1000)]

    assert len(set(ids)) == 1000
    assert ids[0][:12] <= ids[-1][:12]


def test_messages_hash_by_id_whatever_they_hold() -> None:
    message = JsonMessage({"a": []})

    assert {message: 1}[message] == 1


def test_nan_in_a_json_message_is_refused() -> None:
    with pytest.raises(JsonError, match="nan"):
        JsonMessage({"a": float("nan")})


def test_a_tool_call_knows_its_name_id_and_directive() -> None:
    call = tool_call_message("Read", {"file_path": "a"}, call_id="c1")

    assert (get_tool_name(call), get_queue_id(call)) == ("Read", "c1")
    assert get_directive(call) == {"file_path": "a"}
    assert call.content[-1].descriptor == "application/x-tool-read"


def test_malformed_arguments_are_kept_and_refused_when_read() -> None:
    call = tool_call_message("Read", '{"file_', call_id="c1")

    with pytest.raises(UsageError, match="not a JSON object"):
        get_directive(call)


def test_a_call_without_parts_carries_no_directive() -> None:
    with pytest.raises(UsageError, match="carries no directive"):
        get_directive(MultipartMessage((), Descriptor.TOOL_CALL))


def test_a_result_answers_its_call_and_keeps_all_parts() -> None:
    call = tool_call_message("Edit", {}, call_id="c1")
    diff = TextMessage("-a\n+b", Descriptor.DIFF)

    result = tool_result_message(call, MultipartMessage((TextMessage("done"), diff)))

    assert get_queue_id(result) == "c1"
    assert response_text(result) == "done"
    assert diff in result.content


def test_a_model_reads_text_of_any_kind_json_and_the_names_of_what_is_no_text() -> None:
    call = tool_call_message("T", {}, call_id="c1")
    parts = (
        TextMessage("# hi", "text/markdown"),
        JsonMessage({"a": 1}),
        BytesMessage(b"123"),
        TextMessage("-a", Descriptor.DIFF),
    )

    told = result_text(tool_result_message(call, MultipartMessage(parts)))

    assert told == '# hi\n{"a":1}\n[image/png, 3 bytes]'
    assert result_text(TextMessage("-a", Descriptor.DIFF)) == "-a"


def test_an_empty_result_says_so() -> None:
    call = tool_call_message("Bash", {}, call_id="c1")

    assert response_text(tool_result_message(call, TextMessage(""))) == (
        "(Bash completed with no output)"
    )


def test_an_error_is_seen_through_the_result_around_it() -> None:
    call = tool_call_message("Bash", {}, call_id="c1")

    assert is_error(tool_result_message(call, error_message("no")))
    assert not is_error(tool_result_message(call, TextMessage("yes")))


def test_a_response_gives_its_text_without_thinking_and_its_calls_in_order() -> None:
    first, second = (tool_call_message(name, {}, call_id=name) for name in ("A", "B"))
    message = MultipartMessage(
        (TextMessage("hm", Descriptor.THINKING), TextMessage("so"), first, second),
        Descriptor.MODEL,
    )

    assert response_text(message) == "so"
    assert response_tool_calls(message) == (first, second)


@pytest.mark.parametrize(
    "message",
    [
        TextMessage("a", Descriptor.USER, source="/peer"),
        BytesMessage(b"png"),
        JsonMessage({"a": [1]}),
        MultipartMessage((TextMessage("a"),), Descriptor.MODEL, parent_id="another"),
    ],
    ids=["text", "bytes", "json", "multipart"],
)
def test_a_child_is_the_same_message_under_another(message: Message) -> None:
    child = child_of(message, "its parent")

    assert child == attrs.evolve(message, parent_id="its parent")
    assert hash(child) == hash(message)
    assert child_of(child, message.parent_id) == message
