"""What people tell the bot itself, rather than one of its agents."""

import re
from collections.abc import Iterable

import attrs

COMMANDS = ("create", "list", "stop", "help")
"""Their first words, which no agent may be called."""

_NAME = r"[a-z0-9][a-z0-9_-]{0,30}"
_CREATE = re.compile(
    rf"create\s+(?P<persona>{_NAME})(?:\s+as\s+(?P<label>{_NAME}))?"
    r"(?:\s+in\s+<#(?P<channel>[A-Z0-9]+)(?:\|[^>]*)?>)?",
    re.IGNORECASE,
)
_STOP = re.compile(rf"stop\s+@?(?P<label>{_NAME})", re.IGNORECASE)

USAGE = """\
• `create PERSONA [as NAME] [in #CHANNEL]`: a new agent; with a channel, that is its own
• `list`: the agents, and what they are at
• `stop NAME`: end an agent, and what it does
• `help`: this
Talk to an agent by its name, `NAME: ...`, and go on in the thread that it answers in.
`stop` and `tree`, said in its thread alone, interrupt it, and show what it and those below it are \
at and have cost.
Each thread is a conversation of its own, which I go on with later, too.
A 🛑 (`:octagonal_sign:`) on one of its messages interrupts an agent."""


@attrs.frozen(kw_only=True)
class Create:
    """Let there be an agent.

    Attributes:
        persona: who it is.
        label: what it is called.
        log_channel: the id of its own channel; "" for none.
    """

    persona: str
    label: str
    log_channel: str = ""


@attrs.frozen
class ListAgents:
    """Say which agents there are."""


@attrs.frozen
class StopAgent:
    """End an agent."""

    label: str


@attrs.frozen
class Help:
    """Say what can be said; or what was wrong with what was said.

    Attributes:
        complaint: what was wrong; "" if nothing was.
    """

    complaint: str = ""


type Command = Create | ListAgents | StopAgent | Help


def guidance(labels: Iterable[str]) -> str:
    """Say how it is done, to somebody who was not understood."""
    names = ", ".join(f"`{label}`" for label in labels)
    whom = f"There are several agents here: {names}." if names else "There is nobody here yet."
    return f"{whom}\n{USAGE}"


def read_command(text: str) -> Command | None:
    """Read a command; None for a text that begins with none."""
    words = text.split()
    first = words[0].lower() if words else ""
    if first not in COMMANDS:
        return None
    line = " ".join(words)
    if line.lower() == "list":
        return ListAgents()
    if line.lower() == "help":
        return Help()
    if stop := _STOP.fullmatch(line):
        return StopAgent(stop["label"].lower())
    if create := _CREATE.fullmatch(line):
        return _create(create)
    return Help(f"that is no `{first}` that I know") if first != "help" else Help()


def _create(found: re.Match[str]) -> Command:
    persona = found["persona"].lower()
    label = (found["label"] or persona).lower()
    if label in COMMANDS:
        return Help(f"`{label}` is a command, and no name of an agent")
    return Create(persona=persona, label=label, log_channel=found["channel"] or "")
