from collections.abc import Sequence

from sagent.compaction._attachments import SkillText
from sagent.compaction._rounds import answered_id
from sagent.errors import UsageError
from sagent.message import (
    Message,
    MultipartMessage,
    get_directive,
    get_queue_id,
    get_tool_name,
    is_error,
    response_tool_calls,
    result_text,
)

_SKILL_TOOL = "Skill"


def recent_skills(history: Sequence[Message], *, limit: int = 3) -> tuple[SkillText, ...]:
    """Give the skills that the agent took up last, the newest first, *limit* at most.

    Each has the instructions that the tool Skill gave for it last; calls that failed do not count.
    """
    open_calls: dict[str, MultipartMessage] = {}
    skills: dict[str, SkillText] = {}
    for message in history:
        for call in response_tool_calls(message):
            open_calls[get_queue_id(call)] = call
        answered = open_calls.pop(answered_id(message) or "", None)
        if answered is None or get_tool_name(answered) != _SKILL_TOOL:
            continue
        if not is_error(message) and (name := _name_in(answered)):
            skills.pop(name, None)
            skills[name] = SkillText(name, result_text(message))
    return tuple([*reversed(skills.values())][: max(0, limit)])


def _name_in(call: MultipartMessage) -> str:
    try:
        name = get_directive(call).get("skill")
    except UsageError:
        return ""
    return name if isinstance(name, str) else ""
