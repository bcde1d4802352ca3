"""Which skills go along with a recap."""

from sagent.compaction import SkillText, recent_skills
from sagent.message import (
    Descriptor,
    Message,
    MultipartMessage,
    TextMessage,
    error_message,
    new_id,
    tool_call_message,
    tool_result_message,
)


def taken_up(skill: str, result: Message, *, tool: str = "Skill") -> list[Message]:
    call = tool_call_message(tool, {"skill": skill}, call_id=new_id())
    return [MultipartMessage((call,), Descriptor.MODEL), tool_result_message(call, result)]


def test_the_skills_taken_up_last_come_first_each_once_as_it_was_given_last() -> None:
    history = [
        *taken_up("pdf", TextMessage("old")),
        *taken_up("mail", TextMessage("post it")),
        *taken_up("pdf", TextMessage("new")),
    ]

    assert recent_skills(history) == (SkillText("pdf", "new"), SkillText("mail", "post it"))
    assert recent_skills(history, limit=1) == (SkillText("pdf", "new"),)


def test_other_tools_and_calls_that_failed_do_not_count() -> None:
    history = [
        *taken_up("pdf", error_message("Unknown skill: 'pdf'")),
        *taken_up("mail", TextMessage("x"), tool="Read"),
    ]

    assert recent_skills(history) == ()


def test_a_call_that_has_no_result_yet_is_passed_over() -> None:
    call, _ = taken_up("pdf", TextMessage("x"))

    assert recent_skills([call]) == ()
