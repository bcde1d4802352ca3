"""The commands that begin with a slash, as a table."""

import attrs

from sagent.errors import UnknownNameError
from sagent.nearness import nearest


@attrs.frozen(kw_only=True)
class Command:
    """A command.

    Attributes:
        name: without its slash.
        arguments: what may follow, as help shows it.
        summary: what it does, in a few words.
    """

    name: str
    arguments: str = ""
    summary: str


@attrs.frozen
class Order:
    """A command that was given, with what followed it."""

    command: Command
    rest: str = ""


COMMANDS = (
    Command(name="agents", summary="show the agents that live, as a tree"),
    Command(name="clear", summary="forget the conversation"),
    Command(name="compact", arguments="[WHAT TO HEED]", summary="replace it by a recap of it"),
    Command(name="context", summary="show how full the model's window is"),
    Command(name="cost", summary="show what was spent"),
    Command(name="export", arguments="[FILE]", summary="write it as .md, .html or .jsonl"),
    Command(name="follow", arguments="[AGENT]", summary="show each step of an agent, or no more"),
    Command(name="fork", summary="go on in a copy of the session"),
    Command(name="help", summary="show this"),
    Command(name="kill", arguments="ID|AGENT", summary="end a background call, or an agent"),
    Command(name="last", arguments="[N]", summary="show a tool's result, the Nth last (Ctrl-O)"),
    Command(name="memory", summary="show what is remembered of this project"),
    Command(name="model", arguments="[NAME]", summary="show the model, or go on with another"),
    Command(name="quit", summary="leave (Ctrl-D)"),
    Command(name="recompact", arguments="[WHAT TO HEED]", summary="make the last recap anew"),
    Command(name="resume", arguments="[ID]", summary="go on with another session"),
    Command(name="rewind", arguments="[ID]", summary="go back to before a message of yours"),
    Command(name="send", arguments="AGENT TEXT", summary="say something to another agent"),
    Command(name="skills", summary="show the skills"),
    Command(name="status", summary="show how the agent stands"),
    Command(name="tasks", summary="show what runs in the background"),
    Command(name="thinking", summary="show what the model thought last"),
    Command(name="tools", summary="show the tools"),
    Command(name="undo", summary="take the last turn and its files back"),
)
_SYNONYMS = {"exit": "quit", "q": "quit", "?": "help"}


def read_order(line: str) -> Order:
    """Read a line that begins with a slash.

    Raises:
        UnknownNameError: there is no such command; the nearest is told.
    """
    word, _, rest = line[1:].partition(" ")
    name = _SYNONYMS.get(word.strip(), word.strip())
    for command in COMMANDS:
        if command.name == name:
            return Order(command, rest.strip())
    near = nearest(name, (command.name for command in COMMANDS))
    hint = "see /help" if near is None else f"did you mean /{near}?"
    raise UnknownNameError(f"unknown command: /{name}; {hint}")


def help_text() -> str:
    """Give the commands and the keys, for people."""
    width = max(len(f"{command.name} {command.arguments}") for command in COMMANDS)
    rows = (
        f"  /{f'{command.name} {command.arguments}':<{width}}  {command.summary}"
        for command in COMMANDS
    )
    return "\n".join([*rows, *_KEYS])


_KEYS = (
    "",
    "  !COMMAND         run it in a shell for you alone; with !!, the agent reads it",
    "  @FILE            name a file; Tab completes it, and commands",
    "  Enter            send; while the model speaks it waits, and Up edits it",
    "  Alt-Enter, \\     a new line",
    "  Esc, Ctrl-C      interrupt; Ctrl-C twice, or Ctrl-D, leaves",
    "  Ctrl-R           search what you wrote; Ctrl-Z suspends",
    "  Ctrl-X Ctrl-E    write in your editor",
)
