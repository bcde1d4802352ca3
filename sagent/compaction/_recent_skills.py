from collections.abc import Sequence

from sagent.compaction._attachments import SkillText
from sagent.compaction._exchange import exchanges_in
from sagent.errors import UsageError
from sagent.message import (
    Message,
    MultipartMessage,
    get_directive,
    get_tool_name,
    is_error,
    result_text,
)

_SKILL_TOOL = "Skill"


def recent_skills(history: Sequence[Message], *, limit: int = 3) -> tuple[SkillText, ...]:
    """Give the skills that the agent took up last, the newest first, *limit* at most.

    Each has the instructions that the tool Skill gave for it last; calls that failed do not count.
    """
    skills: dict[str, SkillText] = {}
    for exchange in exchanges_in(history):
        if get_tool_name(exchange.call) != _SKILL_TOOL or is_error(exchange.result):
            continue
        if name := _name_in(exchange.call):
            skills.pop(name, None)
            skills[name] = SkillText(name, result_text(exchange.result))
    return tuple([*reversed(skills.values())][: max(0, limit)])


def _name_in(call: MultipartMessage) -> str:
    try:
        name = get_directive(call).get("skill")
    except UsageError:
        return ""
    return name if isinstance(name, str) else ""
