"""What a recap brings along: files as they are now, skills, and where everything can be read."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

from sagent.compaction._estimate import tokens_of
from sagent.compaction._excerpt import beginning
from sagent.compaction._limits import ContextLimits
from sagent.message import TextMessage
from sagent.tool import Plan, plan_lines

_LEAST_TOKENS = 50
"""What is cut to less than this is left out."""
_FRAME_TOKENS = 20
"""What stands around a content beside title and fences: how much of it is shown."""
_TICKS = re.compile(r"`{3,}")


@attrs.frozen
class FileText:
    """A file as it is now.

    Attributes:
        path: as the agent names it.
        content: its text.
    """

    path: str
    content: str


@attrs.frozen
class SkillText:
    """A skill that the agent was given, with its instructions.

    Attributes:
        name: the skill's.
        content: its instructions.
    """

    name: str
    content: str


@attrs.frozen(kw_only=True)
class Attachments:
    """What a recap brings along.

    Attributes:
        transcript: where the whole conversation can be read; None if nowhere.
        files: the files to attach, the most important first, see `recent_files`.
        skills: the skills to attach.
        plan: what the agent has set out to do; attached while there is any of it left to do.
    """

    transcript: Path | None = None
    files: tuple[FileText, ...] = ()
    skills: tuple[SkillText, ...] = ()
    plan: Plan = ()


def attach(
    files: Sequence[FileText],
    skills: Sequence[SkillText],
    *,
    plan: Plan = (),
    limits: ContextLimits,
) -> tuple[TextMessage, ...]:
    """Write plan, skills, files as parts of a user's message, each within its share of the window.

    One is cut to a fortieth of the window, and what does not fit a quarter of it together with
    those before it is named, but not shown.
    """
    left = limits.attachments
    parts: list[TextMessage] = []
    for title, content in _titled(files, skills, plan):
        part = TextMessage(_shown(title, content, min(limits.file, left)))
        parts.append(part)
        left -= tokens_of(part)
    return tuple(parts)


def _titled(
    files: Sequence[FileText], skills: Sequence[SkillText], plan: Plan
) -> Iterator[tuple[str, str]]:
    if any(item.status != "completed" for item in plan):
        yield "Your plan, as Todo has it and the user sees it", "\n".join(plan_lines(plan))
    for skill in skills:
        yield f"The skill {skill.name}, which is in use", skill.content
    for file in files:
        yield f"The file {file.path}, as it is now", file.content


def _shown(title: str, content: str, tokens: int) -> str:
    fence = "`" * max(3, 1 + max(map(len, _TICKS.findall(content)), default=0))
    room = tokens - tokens_of(TextMessage(f"{title}{fence}{fence}")) - _FRAME_TOKENS
    if room < _LEAST_TOKENS:
        return f"{title}: {len(content)} characters, not shown for want of room."
    shown = beginning(content, room)
    cut = "" if shown == content else _cut(shown, content)
    return f"{title}{cut}:\n{fence}\n{shown}\n{fence}"


def _cut(shown: str, content: str) -> str:
    return f", the first {len(shown)} of {len(content)} characters"
