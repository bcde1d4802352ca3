"""Sessions in lines, for people."""

from collections.abc import Iterable, Iterator, Mapping

from sagent.cli._streams import complain
from sagent.session import SearchHit, SessionInfo, Transcript
from sagent.terminal import age, cost, one_line, title

_MAX_DAMAGE = 10


def rows(sessions: Iterable[SessionInfo], columns: int | None = None) -> Iterator[str]:
    """Give a line for each of *sessions*, below a line of heads, none of them beyond *columns*."""
    return (row[:columns] for row in _rows(sessions))


def _rows(sessions: Iterable[SessionInfo]) -> Iterator[str]:
    yield f"{'ID':<12}  {'CHANGED':>10}  {'MESSAGES':>8}  {'COST':>8}  TITLE OR FIRST PROMPT"
    for session in sessions:
        yield (
            f"{session.id:<12}  {age(session.updated_ns):>10}  {session.messages:>8}  "
            f"{cost(session.cost_usd):>8}  {title(session)}"
        )


def hit_row(hit: SearchHit) -> str:
    """Give a line for what a search has found."""
    return f"{hit.session.id:<12}  {age(hit.session.updated_ns):>10}  {one_line(hit.snippet)}"


def by_directory(sessions: Iterable[SessionInfo]) -> Mapping[str, list[SessionInfo]]:
    """Group *sessions* by where they were begun."""
    groups: dict[str, list[SessionInfo]] = {}
    for session in sessions:
        place = "(unknown)" if session.cwd is None else one_line(str(session.cwd))
        groups.setdefault(place, []).append(session)
    return groups


def tell_damage(transcript: Transcript) -> None:
    """Warn of lines that cannot be read."""
    if lines := transcript.damaged_lines:
        told = ", ".join(map(str, lines[:_MAX_DAMAGE]))
        told += ", ..." if len(lines) > _MAX_DAMAGE else ""
        noun = "line" if len(lines) == 1 else "lines"
        complain(f"session {transcript.header.id}: left out {noun} {told}, which cannot be read")
