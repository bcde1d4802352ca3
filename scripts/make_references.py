"""Make what is written about the command line and the config out of what reads them.

    .venv/bin/uv run python scripts/make_references.py

It writes the schema of a config file, and the parts of docs/cli.md and docs/config.md that stand
between two marks; all else there is written by hand.
"""

import argparse
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sagent.cli._commands import PARSERS
from sagent.cli._config.amounts import Number, Whole
from sagent.cli._config.keys import KEYS, Key, schema
from sagent.cli._config.kinds import Kind, ListOf, OneOf, Place, Url, YesNo
from sagent.cli._parser import Parser
from sagent.slack._parser import slack_parser

DOCS = Path(__file__).parent.parent / "docs"
BEGIN, END = "<!-- made by scripts/make_references.py -->", "<!-- until here -->"
MADE = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
PROJECTS = {
    "free": "yes",
    "lower": "to lower it",
    "narrower": "to choose among yours",
    "never": "no",
}
"""What a project's own file may do with a key."""
KINDS: Mapping[type[Kind], str] = {
    Number: "number",
    OneOf: "name",
    Place: "path",
    Url: "address",
    Whole: "whole number",
    YesNo: "true or false",
}
"""How kinds are called; all else is text."""
FEW = 3
"""As many names as read well in a row."""


def main() -> None:
    """Write the files."""
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
        print(path)


def files() -> Mapping[Path, str]:
    """Give the text of each file."""
    return {
        DOCS / "config.schema.json": f"{json.dumps(schema(), indent=2)}\n",
        DOCS / "config.md": _with(DOCS / "config.md", "\n".join(key_rows())),
        DOCS / "cli.md": _with(DOCS / "cli.md", "\n".join(command_lines())),
    }


def _with(path: Path, made: str) -> str:
    text = path.read_text(encoding="utf-8")
    return MADE.sub(lambda _: f"{BEGIN}\n\n{made.strip()}\n\n{END}", text)


def key_rows() -> Iterator[str]:
    """Give the table of keys, a row each; those of providers, which are alike, once."""
    yield "| key | what it holds | what it says | flag | a project's file may |"
    yield "|---|---|---|---|---|"
    for key in KEYS:
        parts = key.name.split(".")
        if parts[0] != "providers":
            yield _key_row(key, key.name.replace("*", "NAME"))
        elif parts[1] == "Anthropic":
            about = key.about.replace(" of Anthropic", " of that provider")
            yield _key_row(key, f"providers.NAME.{parts[2]}", about)


def _key_row(key: Key, name: str, about: str = "") -> str:
    default = f" ({key.default})" if key.default else ""
    flag = f"`{key.flag}`" if key.flag else ""
    told = f"{about or key.about}{default}"
    return f"| `{name}` | {_holds(key)} | {told} | {flag} | {PROJECTS[key.from_project]} |"


def _holds(key: Key) -> str:
    if isinstance(key.kind, ListOf):
        return f"list of {KINDS.get(type(key.kind.kind), 'text')}s"
    if isinstance(key.kind, OneOf) and len(key.kind.names) <= FEW:
        return " or ".join(f"`{name}`" for name in key.kind.names)
    return KINDS.get(type(key.kind), "text")


def command_lines() -> Iterator[str]:
    """Give a section for each command."""
    for name, make in PARSERS.items():
        yield from _section(make(), "sagent" if not name else f"sagent {name}")
    yield from _section(slack_parser(), "sagent-slack")


def _section(parser: Parser, name: str) -> Iterator[str]:
    of_runs = [] if name == "sagent" else _shared(parser)
    yield f"## {name}"
    yield ""
    yield from _prose(parser.description or "")
    if below := parser.commands():
        for command, about, each in below:
            yield f"### {name} {command}"
            yield ""
            yield f"{about[:1].upper()}{about[1:]}."
            yield ""
            yield from _table(each)
        return
    yield from _table(parser, without=of_runs)
    if of_runs:
        flags = ", ".join(f"`{flag}`" for action in of_runs for flag in action.option_strings)
        yield f"With the same meaning as those of [sagent](#sagent): {flags}."
        yield ""


def _shared(parser: Parser) -> list[argparse.Action]:
    """Give the options that mean for *parser* what they mean for a run."""
    known = {(*action.option_strings, action.help) for action in PARSERS[""]().actions()}
    return [
        action
        for action in parser.actions()
        if action.option_strings and (*action.option_strings, action.help) in known
    ]


def _prose(text: str) -> Iterator[str]:
    """Give paragraphs, a sentence a line, and examples as they stand."""
    for block in text.strip().split("\n\n"):
        if block.startswith("  "):
            yield "```text"
            yield from (line.removeprefix("  ") for line in block.split("\n"))
            yield "```"
        else:
            yield _escaped(re.sub(r"(?<=[.:?]) (?=[A-Z])", "\n", " ".join(block.split())))
        yield ""


def _table(parser: Parser, *, without: Sequence[argparse.Action] = ()) -> Iterator[str]:
    yield "| argument | meaning |"
    yield "|---|---|"
    for action in (each for each in parser.actions() if each not in without):
        about = _escaped(" ".join((action.help or "").split()))
        yield f"| {_written(action)} | {about} |"
    yield ""


def _written(action: argparse.Action) -> str:
    value = _value(action)
    if not action.option_strings:
        return f"`{value}`"
    return ", ".join(
        f"`{flag} {value}`" if value else f"`{flag}`" for flag in action.option_strings
    )


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    choices = None if action.choices is None else "{" + ",".join(map(str, action.choices)) + "}"
    name = str(action.metavar or choices or action.dest)
    several: Mapping[object, str] = {"+": f"{name}...", "*": f"[{name}...]", "?": f"[{name}]"}
    return several.get(action.nargs, name)


def _escaped(text: str) -> str:
    """Give *text* as Markdown that shows it as it is."""
    return re.sub(r"([|*<>])", r"\\\1", text).replace("__", r"\_\_")


if __name__ == "__main__":
    main()
