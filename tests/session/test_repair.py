from pathlib import Path

from sessions import called, resulted, said

from sagent.home import Home
from sagent.message import Message, MultipartMessage, get_queue_id, is_error, result_text
from sagent.session import MessageRecord, Repair, create_session, open_session, repair


def answers(result: Message) -> str:
    assert isinstance(result, MultipartMessage)
    return get_queue_id(result)


def test_a_whole_conversation_needs_nothing() -> None:
    asked = said("go")
    model = called("1", parent=asked)
    result = resulted("1", model)

    assert repair((asked, model, result)) == Repair(head=result.id)


def test_no_conversation_needs_nothing() -> None:
    assert repair(()) == Repair(head=None)


def test_open_calls_at_the_end_get_a_result_that_says_so() -> None:
    asked = said("go")
    model = called("1", "2", parent=asked)
    result = resulted("1", model)

    needed = repair((asked, model, result))

    (synthetic,) = needed.messages
    assert (needed.head, needed.interrupted) == (result.id, 1)
    assert (answers(synthetic), synthetic.parent_id) == ("2", result.id)
    assert is_error(synthetic)
    assert "outcome unknown" in result_text(synthetic)


def test_a_result_without_a_call_is_left_out() -> None:
    asked = said("go")
    stray = resulted("9", asked)
    after = said("and then", stray)

    needed = repair((asked, stray, after))

    (again,) = needed.messages
    assert (needed.head, needed.stray) == (asked.id, frozenset({stray.id}))
    assert (again.content, again.parent_id) == ("and then", asked.id)
    assert again.id != after.id


def test_a_second_result_of_one_call_is_left_out() -> None:
    model = called("1")
    first = resulted("1", model)
    second = resulted("1", first)

    needed = repair((model, first, second))

    assert (needed.head, needed.messages, needed.stray) == (first.id, (), frozenset({second.id}))


def test_a_call_in_the_middle_gets_its_result_where_vendors_look_for_it() -> None:
    model = called("1")
    after = said("and then", model)

    needed = repair((model, after))

    synthetic, again = needed.messages
    assert needed.head == model.id
    assert answers(synthetic) == "1"
    assert (again.content, again.parent_id) == ("and then", synthetic.id)


def test_ids_that_a_model_uses_again_are_told_apart_by_their_round() -> None:
    first = called("call_0")
    result = resulted("call_0", first)
    second = called("call_0", parent=result)

    needed = repair((first, result, second))

    assert (needed.head, needed.interrupted) == (second.id, 1)


def test_two_calls_of_one_id_have_a_result_each() -> None:
    model = called("call_0", "call_0")
    first = resulted("call_0", model)

    assert repair((model, first)).interrupted == 1
    assert repair((model, first, second := resulted("call_0", first))) == Repair(head=second.id)


def test_a_repaired_session_needs_no_repair(home: Home) -> None:
    model = called("1", "2")
    messages: tuple[Message, ...] = (model, stray := resulted("9", model), said("x", stray))
    with create_session(home, cwd=Path.cwd()) as session:
        session.append(*map(MessageRecord, messages))

    with open_session(session.directory) as again:
        needed = again.repair()
        head = again.transcript.head

        assert (needed.interrupted, needed.stray) == (2, frozenset({stray.id}))
        assert again.repair() == Repair(head=head)
        assert len(again.transcript.conversation) == 4
