"""Make the pictures of the documentation: what a person at a terminal sees.

    .venv/bin/uv run python scripts/make_pictures.py

Each is the screen of a real session at a pseudo-terminal, with a scripted model. What differs from
run to run is made the same: the spinner, and how long something takes.
"""

import json
import re
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from io import StringIO
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import attrs
import pyte.graphics
import trio
from pyte.screens import Char, HistoryScreen
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "tests" / "support"))

from loopback import DONE, Reply, answer, call, chat, open_loopback  # noqa: E402
from terminal import DOWN, Terminal, open_terminal  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
MODEL = "gpt-5"
MODULES = ("parser", "storage", "network")
DIM = "8a8a8a"
pyte.graphics.FG_ANSI[2] = DIM  # pyte knows no dim
_LIGHT = (0xFB, 0xFB, 0xFA)
_DARK = (0x24, 0x24, 0x28)
_THEME = TerminalTheme(
    _LIGHT,
    _DARK,
    [(0, 0, 0), (205, 49, 49), (13, 150, 80), (150, 120, 0), (36, 114, 200), (188, 63, 188),
     (17, 130, 170), (110, 110, 110)],
)  # fmt: skip
_FONT = re.compile(r"@font-face \{\{.*?\}\}\s*", re.DOTALL)
"""What a reader's browser would load from elsewhere."""
_FORMAT = (
    _FONT.sub("", CONSOLE_SVG_FORMAT)
    .replace("Fira Code", "ui-monospace, Menlo, Consolas")
    .replace('height="{terminal_height}"', 'height="100%"')  # else the last line loses its feet
)
_SPINNERS = re.compile("[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]")
_SECONDS = re.compile(r"\b\d{1,2}s\b")


@attrs.frozen
class Scene:
    """A picture.

    Attributes:
        name: of its file, without its ending.
        title: what stands above it.
        replies: what the model says.
        play: does what the person does, until the screen is as wished.
        rows: how many it has.
        arguments: of the command, if it is no conversation.
        varies: whether chance has a part in it.
    """

    name: str
    title: str
    replies: tuple[Reply, ...]
    play: Callable[[Terminal], Awaitable[None]]
    rows: int = 24
    arguments: tuple[str, ...] = ()
    varies: bool = False


async def _start(terminal: Terminal) -> None:
    await terminal.shows("ready")
    terminal.type("explain this project")
    await terminal.shows("explain this project")


async def _turn(terminal: Terminal) -> None:
    await terminal.shows("ready")
    await terminal.says("greet everybody by name")
    await terminal.shows("in any case.", "ready")


async def _menu(terminal: Terminal) -> None:
    await terminal.shows("ready")
    await terminal.says("add a cache")
    await terminal.shows("▸ 1. ")
    terminal.type(DOWN)
    await terminal.shows("▸ 2. ")


async def _tree(terminal: Terminal) -> None:
    await terminal.shows("ready")
    await terminal.says("have the three modules reviewed")

    def all_work() -> bool:
        rows = [row for row in terminal.rows if "Bash sleep" in row and "2k tokens" in row]
        return len(rows) == len(MODULES) and "working" in terminal.text

    await terminal.until(all_work)


async def _map(terminal: Terminal) -> None:
    await terminal.until(lambda: terminal.text.count("working") == len(MODULES))


def _reading_and_editing() -> tuple[Reply, ...]:
    change = {
        "file_path": "hello.py",
        "old_string": '    print("hello")',
        "new_string": '    print(f"hello, {name}")',
    }
    words = (
        "`greet` now says **hello** to whom it is given:\n\n"
        "- `hello.py` takes the name as an argument\n"
        "- nothing else called it\n\n"
        "```python\ngreet('Ada')  # hello, Ada\n```\n\n"
        "The tests pass in any case."
    )
    return (
        call("Read", {"file_path": "hello.py"}, call_id="c1"),
        call("Edit", change, call_id="c2"),
        call("Bash", {"command": "python3 -c 'import hello'"}, call_id="c3"),
        answer(words, prompt_tokens=5210, completion_tokens=148),
    )


def _question() -> tuple[Reply, ...]:
    choices = [
        {"label": "in memory", "description": "gone when the program ends"},
        {"label": "in a file", "description": "kept, and shared by processes"},
        {"label": "in Redis", "description": "needs a server"},
    ]
    return (call("AskUser", {"question": "Where should the cache be?", "choices": choices}),)


class _Call(NamedTuple):
    name: str
    arguments: dict[str, str]


def _calls(*requests: _Call) -> Reply:
    """Call tools, and tell what that took."""
    calls = [
        {"index": n, "id": f"c{n}", "function": {"name": name, "arguments": json.dumps(arguments)}}
        for n, (name, arguments) in enumerate(requests)
    ]
    return chat(
        {"choices": [{"delta": {"tool_calls": calls}}]},
        {"choices": [{"delta": {}, "finish_reason": "tool_calls"}]},
        {"choices": [], "usage": {"prompt_tokens": 2300, "completion_tokens": 60}},
        DONE,
    )


def _spawning() -> tuple[Reply, ...]:
    spawns = [_Call("AgentSpawn", {"label": n, "prompt": f"Review {n}.py"}) for n in MODULES]
    return (_calls(*spawns), _testing())


def _testing() -> Reply:
    return _calls(_Call("Bash", {"command": "sleep 60; pytest -q"}))


MAP = ("map", "--over", "src/*.py", "--prompt", "Review it.", "--limit", "3")
SCENES = (
    Scene("start", "sagent", (answer("Hello."),), _start, rows=8),
    Scene("turn", "sagent", _reading_and_editing(), _turn, rows=28),
    Scene("menu", "sagent", _question(), _menu, rows=13),
    Scene("tree", "sagent", _spawning(), _tree, rows=12),
    Scene("map", "sagent map", (_testing(),), _map, rows=7, arguments=MAP, varies=True),
)


async def picture(scene: Scene) -> str:
    """Play *scene*, and give its SVG."""
    async with _stage(scene) as terminal:
        await scene.play(terminal)
        return _svg(scene, terminal.screen)


@asynccontextmanager
async def _stage(scene: Scene) -> AsyncGenerator[Terminal]:
    with TemporaryDirectory() as root:
        project = Path(root) / "project"
        (project / "src").mkdir(parents=True)
        for name in MODULES:
            (project / "src" / f"{name}.py").touch()
        (project / "hello.py").write_text('def greet(name):\n    print("hello")\n')
        environ = {"HOME": root, "SAGENT_HOME": f"{root}/.sagent", "COLORTERM": "truecolor"}
        async with open_loopback(*scene.replies) as server:
            at = ("--base-url", server.base_url, "--model", MODEL)
            async with open_terminal(
                *scene.arguments, *at, environ=environ, columns=80, rows=scene.rows, cwd=project
            ) as terminal:
                yield terminal


def _svg(scene: Scene, screen: HistoryScreen) -> str:
    console = Console(
        file=StringIO(), record=True, width=screen.columns, force_terminal=True, _environ={}
    )
    lines = [
        _line([screen.buffer[y][x] for x in range(screen.columns)]) for y in range(screen.lines)
    ]
    while lines and not lines[-1].plain.strip():
        lines.pop()
    for line in lines:
        console.print(line, no_wrap=True, crop=True, soft_wrap=False)
    return console.export_svg(
        title=scene.title, theme=_THEME, code_format=_FORMAT, unique_id=f"sagent-{scene.name}"
    )


def _line(row: list[Char]) -> Text:
    line = Text()
    for style, run in groupby(row, _style):
        line.append("".join(char.data for char in run), style)
    for pattern, stead in ((_SPINNERS, "⠹"), (_SECONDS, "4s")):
        for found in pattern.finditer(line.plain):
            style = line.get_style_at_offset(Console(), found.start())
            fixed = Text(stead.rjust(len(found.group())), style)
            line = line[: found.start()] + fixed + line[found.end() :]
    return line


def _style(char: Char) -> Style:
    return Style(
        color=_colour(char.fg),
        bgcolor=_colour(char.bg),
        bold=char.bold or None,
        italic=char.italics or None,
        underline=char.underscore or None,
        reverse=char.reverse or None,
    )


def _colour(name: str) -> str | None:
    if name == "default":
        return None
    return f"#{name}" if re.fullmatch("[0-9a-f]{6}", name) else name.replace("brown", "yellow")


async def main() -> None:
    """Make all pictures."""
    PICTURES.mkdir(exist_ok=True)
    for scene in SCENES:
        file = PICTURES / f"{scene.name}.svg"
        file.write_text(await picture(scene))
        print(file.relative_to(ROOT))


if __name__ == "__main__":
    trio.run(main)
