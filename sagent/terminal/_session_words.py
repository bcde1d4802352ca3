import time
from decimal import Decimal

from sagent.session import SessionInfo
from sagent.terminal._clean import one_line

_AGES = ((86_400, "d"), (3_600, "h"), (60, "min"))
_CENT = Decimal("0.01")


def age(updated_ns: int, now_ns: int | None = None) -> str:
    """Tell how long ago *updated_ns* was, in one unit."""
    now_ns = time.time_ns() if now_ns is None else now_ns
    seconds = max(0, now_ns - updated_ns) // 10**9
    for length, unit in _AGES:
        if seconds >= length:
            return f"{seconds // length} {unit} ago"
    return "now"


def cost(usd: Decimal) -> str:
    """Write what a session has cost; nothing for one of no known price."""
    if not usd:
        return ""
    return f"${usd:.2f}" if usd >= _CENT else f"<${_CENT}"


def title(session: SessionInfo) -> str:
    """Give the session's title, or else the user's first words, in one line."""
    return one_line(session.name or session.first_prompt)
