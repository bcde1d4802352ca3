"""The commands that begin with a slash, as a table."""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import attrs


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
    Command(name="copy", summary="copy the last answer to the clipboard"),
    Command(name="cost", summary="show what was spent"),
    Command(
        name="effort", arguments="[LEVEL]", summary="show how hard the model thinks, or set it"
    ),
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
    Command(name="vi", summary="edit as in vi, or as before"),
)
_SYNONYMS: Mapping[str, str] = MappingProxyType({"exit": "quit", "q": "quit", "?": "help"})
OWN_NAMES = frozenset({*(command.name for command in COMMANDS), *_SYNONYMS})
"""What no file can be called by."""


def read_order(line: str) -> Order | None:
    """Read a line that begins with a slash; None if that is no command of sagent's own."""
    word, rest = name_and_rest(line)
    name = _SYNONYMS.get(word, word)
    for command in COMMANDS:
        if command.name == name:
            return Order(command, rest)
    return None


def name_and_rest(line: str) -> tuple[str, str]:
    """Part what begins with a slash into the name behind that, and what follows, on any line."""
    found = _NAMED.match(line)
    return ("", line.strip()) if found is None else (found["name"], found["rest"].strip())


def help_text(others: Sequence[Command] = ()) -> str:
    """Give the commands, those of files and skills last, and the keys, for people."""
    more = ("", *_rows(others)) if others else ()
    return "\n".join([*_rows(COMMANDS), *more, *_KEYS])


def _rows(commands: Sequence[Command]) -> Iterator[str]:
    width = min(_MOST_WIDTH, max(len(f"{each.name} {each.arguments}") for each in commands))
    for command in commands:
        yield f"  /{f'{command.name} {command.arguments}':<{width}}  {command.summary}"


_MOST_WIDTH = 32
_NAMED = re.compile(r"\s*/(?P<name>\S*)(?P<rest>.*)", re.DOTALL)
_KEYS = (
    "",
    "  !COMMAND         run it in a shell for you alone; with !!, the agent reads it",
    "  @FILE            send a file along (@FILE#L3-9 some lines); Tab completes it, and commands",
    "  Enter            send; while the model speaks it waits, and Up edits it",
    "  Alt-Enter, \\     a new line",
    "  Esc, Ctrl-C      interrupt; Ctrl-C twice, or Ctrl-D, leaves",
    "  Esc Esc          clear what is written; else go back to before a message of yours",
    "  Ctrl-V           paste the clipboard's image; a file's name that is dropped does it, too",
    "  Ctrl-R           search what you wrote; Ctrl-Z suspends",
    "  Ctrl-X Ctrl-E    write in your editor",
)
