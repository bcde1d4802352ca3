"""The prompt, and what stands about it: prompt_toolkit's side, in a thread of its own.

prompt_toolkit needs asyncio, and agents run on trio. Trio could be asyncio's guest, in one thread;
but then a terminal that does not take what is written, or a signal in the midst of that, holds up
agents too, and each step of trio goes through a thread. So the prompt has a thread with a loop of
its own: a key is echoed however busy the agents are, they go on however slow the terminal is, and
signals, deadlines and children stay with trio in the main thread. Across go values alone: gestures
one way, what is to be printed and shown the other.
"""

import asyncio  # noqa: TID251  # see above; prompt_toolkit runs on nothing else
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
from prompt_toolkit.application import Application, run_in_terminal
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import Completer, ThreadedCompleter
from prompt_toolkit.data_structures import Size
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import ANSI, StyleAndTextTuples
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.input import create_input
from prompt_toolkit.layout import (
    BufferControl,
    ConditionalContainer,
    Dimension,
    FormattedTextControl,
    HSplit,
    Layout,
    Window,
)
from prompt_toolkit.layout.menus import CompletionsMenu
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.styles import Style
from prompt_toolkit.widgets import SearchToolbar

from sagent.repl._keys import Desk, key_bindings
from sagent.repl._menu import Menu
from sagent.repl._printed import Printed, Remark
from sagent.repl._screen import Gesture, View
from sagent.terminal import clean, one_line

if TYPE_CHECKING:
    from sagent.repl._paint import Painter

FRAME_S = 0.04
"""How long at least between two paintings of what an agent does; keys do not wait for them."""
MOST_WAITING = 5000
"""How much may wait to be printed, where a terminal takes nothing."""
RESIZE_S = 0.1
"""How often the terminal is asked for its size: only a main thread hears of a new one."""
_ESCAPE_S = 0.05
_TITLE_CHARS = 80
_ROWS = 24
_COLUMNS = 80
_STYLE = Style([("status", "fg:ansibrightblack"), ("queue", "italic"), ("bar", "bold")])


class _SteadyOutput(Vt100_Output):
    """Writes all of a frame at once, so that nothing in between is to be seen."""

    held = False

    def flush(self) -> None:
        if not self.held:
            super().flush()


@attrs.define(eq=False)
class Stage(Desk):
    """Paints what it is given, and delivers what the user does; `run` is for one thread."""

    _deliver: Callable[[Gesture], object]
    _completer: Completer
    _history: Path | None
    _is_shown: Callable[[], object]
    """Called once the prompt is there."""
    _stop: Callable[[], object]
    """Stops the process, and returns when it goes on."""
    _painter: "Painter | None" = attrs.field(default=None, init=False)
    _printed: deque[Printed] = attrs.field(factory=deque[Printed], init=False)
    _fills: deque[str] = attrs.field(factory=deque[str], init=False)
    _left_out: int = attrs.field(default=0, init=False)
    _next: View = attrs.field(factory=View, init=False)
    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)
    _loop: asyncio.AbstractEventLoop | None = attrs.field(default=None, init=False)
    _frame_is_due: bool = attrs.field(default=False, init=False)
    _painted_s: float = attrs.field(default=0, init=False)
    _live: str = attrs.field(default="", init=False)
    _title: str = attrs.field(default="", init=False)
    _away: bool = attrs.field(default=False, init=False)
    _ends: bool = attrs.field(default=False, init=False)
    _is_told: bool = attrs.field(default=False, init=False)
    _app: Application[None] = attrs.field(init=False)
    _output: _SteadyOutput = attrs.field(init=False)
    view: View = attrs.field(factory=View, init=False)
    menu: Menu | None = attrs.field(default=None, init=False)
    buffer: Buffer = attrs.field(init=False)

    # From any thread:

    def put(
        self, *printed: Printed, view: View | None = None, fill: str = "", ends: bool = False
    ) -> None:
        """Take in what is to be printed, what to show, what to edit, and whether to end."""
        with self._lock:
            self._printed.extend(printed)
            while len(self._printed) > MOST_WAITING:
                self._printed.popleft()
                self._left_out += 1
            self._next = view or self._next
            if fill:
                self._fills.append(fill)
            self._ends = self._ends or ends
            loop, due = self._loop, self._frame_is_due
            self._frame_is_due = loop is not None
        if loop is not None and not due:
            loop.call_soon_threadsafe(self._plan_frame)

    # In the thread of `run`:

    def run(self) -> None:
        """Let the user write until told to end, or the terminal goes."""
        asyncio.run(self._run())

    async def _run(self) -> None:
        self._output = _SteadyOutput(
            sys.stdout,
            _size,
            term=os.environ.get("TERM"),
            default_color_depth=ColorDepth.DEPTH_1_BIT if os.environ.get("NO_COLOR") else None,
            enable_cpr=False,
        )
        self.buffer = Buffer(
            completer=ThreadedCompleter(self._completer),
            complete_while_typing=True,
            history=self._open_history(),
            multiline=True,
            tempfile_suffix=".md",
        )
        self._app = self._application()
        self._app.ttimeoutlen = _ESCAPE_S
        self._app.after_render += self._let_go
        loop = asyncio.get_running_loop()
        with self._lock:
            self._loop = loop
        loop.call_soon(self._frame)
        try:
            await self._app.run_async(handle_sigint=False)
        finally:
            with self._lock:
                self._loop = None
            self._output.held = False
            self._write_rest()

    def deliver(self, gesture: Gesture) -> None:
        """Tell the conversation what the user does."""
        self._deliver(gesture)

    def suspend(self) -> None:
        """Let the shell have the terminal, until it lets us go on."""
        run_in_terminal(self._stop)

    def edit_elsewhere(self) -> None:
        """Let the user's editor have the terminal, and the text."""
        self._away = True
        self.buffer.open_in_editor().add_done_callback(self._come_back)

    def _come_back(self, _: object) -> None:
        self._away = False
        self._plan_frame()

    def _open_history(self) -> History:
        if self._history is None:
            return InMemoryHistory()
        try:
            self._history.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._history, os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o600))
        except OSError as error:
            self.put(Remark(f"  ! no history: {self._history}: {error.strerror}", "notice"))
            return InMemoryHistory()
        return FileHistory(self._history)

    def _application(self) -> Application[None]:
        search = SearchToolbar()
        entry = Window(
            BufferControl(self.buffer, search_buffer_control=search.control),
            height=Dimension(min=1, max=12),
            wrap_lines=True,
            dont_extend_height=True,
            get_line_prefix=lambda line, wrap: "> " if line == wrap == 0 else "  ",
        )
        about = HSplit(
            [
                _shown(self._live_text, lambda: bool(self._live)),
                _shown(self._queue_text, lambda: bool(self.view.queue)),
                _shown(self._menu_text, lambda: self.menu is not None),
                entry,
                search,
                CompletionsMenu(max_height=8, scroll_offset=1),
                Window(
                    FormattedTextControl(lambda: [("class:status", self.view.status)]), height=1
                ),
            ]
        )
        return Application(
            layout=Layout(about, focused_element=entry),
            key_bindings=key_bindings(self),
            style=_STYLE,
            input=create_input(sys.stdin),
            output=self._output,
            erase_when_done=True,
            terminal_size_polling_interval=RESIZE_S,
        )

    def _live_text(self) -> ANSI:
        return ANSI(self._live)

    def _queue_text(self) -> StyleAndTextTuples:
        rows = (f"  ⏳ {one_line(text)}" for text in self.view.queue)
        return [("class:queue", "\n".join([*rows, "    (Up edits the last)"]))]

    def _menu_text(self) -> StyleAndTextTuples:
        rows = self.menu.rows() if self.menu else ()
        lines = [("class:bar" if at else "", f"{clean(row)}\n") for row, at in rows]
        return [*lines[:-1], *((style, text.rstrip("\n")) for style, text in lines[-1:])]

    def _plan_frame(self) -> None:
        if self._loop is not None and not self._away:
            wait_s = max(0.0, self._painted_s + FRAME_S - self._loop.time())
            self._loop.call_later(wait_s, self._frame)

    def _frame(self) -> None:
        if self._loop is None or self._away:  # the editor has the terminal
            return
        self._painted_s = self._loop.time()
        text = self._take_printed()
        self._show(self._next)
        if self._ends and self._app.is_running:
            self._app.exit()
        if text:
            self._output.held = True
            self._app.renderer.erase()
            self._output.write_raw(text)
        self._app.invalidate()

    def _take_printed(self) -> str:
        with self._lock:
            self._frame_is_due = False
            printed, fills = [*self._printed], [*self._fills]
            self._printed.clear()
            self._fills.clear()
            left_out, self._left_out = self._left_out, 0
        if left_out:
            printed.insert(0, Remark(f"  ! {left_out} lines were too fast to be shown", "notice"))
        for text in fills:
            rest = f"\n{self.buffer.text}" if self.buffer.text else ""
            self.buffer.text = f"{text}{rest}"
            self.buffer.cursor_position = len(text)
        return self._painted(printed).replace("\n", "\r\n") if printed else ""

    def _painted(self, printed: Iterable[Printed]) -> str:
        if self._painter is None:
            from sagent.repl._paint import Painter  # noqa: PLC0415  # rich comes after the prompt

            self._painter = Painter(os.environ)
        return self._painter.paint(printed, self._output.get_size().columns)

    def _show(self, view: View) -> None:
        if view.question is not self.view.question:
            question = view.question
            self.menu = Menu(question) if question is not None and question.choices else None
        if view.title != self._title:
            self._title = view.title
            self._output.set_title(one_line(view.title)[:_TITLE_CHARS])
        size = self._output.get_size()
        painted = self._painted(view.live) if view.live else ""
        rows = painted.rstrip("\n").split("\n")[-max(3, size.rows // 2) :]
        self._live, self.view = "\n".join(rows) if painted else "", view

    def _let_go(self, _: object) -> None:
        if not self._is_told:
            self._is_told = True
            self._is_shown()
            self._plan_frame()  # for what came before it could be shown, or the wish to end
        if self._output.held:
            self._output.held = False
            self._output.flush()

    def _write_rest(self) -> None:
        self._output.write_raw(self._take_printed())
        self._output.clear_title()
        self._output.flush()


type _Words = ANSI | StyleAndTextTuples


def _shown(text: Callable[[], _Words], when: Callable[[], bool]) -> ConditionalContainer:
    window = Window(FormattedTextControl(text), dont_extend_height=True)
    return ConditionalContainer(window, Condition(when))


def _size() -> Size:
    columns, rows = os.get_terminal_size(sys.stdout.fileno())
    return Size(rows=rows or _ROWS, columns=columns or _COLUMNS)
