"""The line below the prompt."""

import attrs

from sagent.agent import AgentStatus, Phase
from sagent.repl._figures import duration, thousands
from sagent.terminal import cost, one_line

_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
SPIN_S = 0.1
"""How long the spinner stands."""
_MODEL_CHARS = 30


@attrs.frozen(kw_only=True)
class Standing:
    """What the line tells.

    Attributes:
        status: how the agent stands; None before it has said.
        phase: what it is at; idle while only a command of the user runs.
        asks: whether it waits for the person's answer.
        busy_s: for how long; None if nothing runs.
        agents: how many live.
        queued: how many messages wait.
        hint: what stands in place of all that, if anything.
    """

    status: AgentStatus | None = None
    phase: Phase = "idle"
    asks: bool = False
    busy_s: float | None = None
    agents: int = 1
    queued: int = 0
    hint: str = ""


def status_line(standing: Standing) -> str:
    """Write *standing* in one line, what matters most first."""
    status = standing.status
    if standing.hint or status is None:
        return standing.hint or "starting"
    words = [
        _activity(standing),
        one_line(status.model_id)[-_MODEL_CHARS:],
        context_used(status),
        cost(status.cost_usd),
        f"{standing.queued} queued" if standing.queued else "",
        f"{standing.agents} agents" if standing.agents > 1 else "",
        f"{len(status.tasks)} in background" if status.tasks else "",
        "" if standing.asks or standing.busy_s is None else "Esc interrupts",
        one_line(status.title),
    ]
    return " · ".join(filter(None, words))


def _activity(standing: Standing) -> str:
    if standing.asks:
        return "? waits for your answer"
    busy_s = standing.busy_s
    if busy_s is None:
        return "ready"
    mark = _SPINNER[int(busy_s / SPIN_S) % len(_SPINNER)]
    return f"{mark} {'busy' if standing.phase == 'idle' else standing.phase} {duration(busy_s)}"


def context_used(status: AgentStatus) -> str:
    """Tell how much of the model's window is used."""
    if not status.context_window:
        return f"{thousands(status.context_tokens)} tokens" if status.context_tokens else ""
    percent = 100 * status.context_tokens // status.context_window
    return f"{percent}% of {thousands(status.context_window)}"
