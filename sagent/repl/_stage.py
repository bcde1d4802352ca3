"""The prompt, and what stands about it: prompt_toolkit's side, in a thread of its own.

prompt_toolkit needs asyncio, and agents run on trio. Trio could be asyncio's guest, in one thread;
but then a terminal that does not take what is written, or a signal in the midst of that, holds up
agents too, and each step of trio goes through a thread. So the prompt has a thread with a loop of
its own: a key is echoed however busy the agents are, they go on however slow the terminal is, and
signals, deadlines and children stay with trio in the main thread. Across go values alone: gestures
one way, what is to be printed and shown the other.
"""

import asyncio  # noqa: TID251  # see above; prompt_toolkit runs on nothing else
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs
from prompt_toolkit.application import Application, run_in_terminal
from prompt_toolkit.application.current import set_app
from prompt_toolkit.completion import Completer
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.input import create_input

from sagent.repl._arrivals import Arrivals
from sagent.repl._entry import Entry
from sagent.repl._keys import Desk, key_bindings
from sagent.repl._layout import STYLE, stage_layout
from sagent.repl._pasted import Folds, Pasted
from sagent.repl._picture import Picture
from sagent.repl._printed import Printed, Remark
from sagent.repl._screen import Editing, Gesture, View
from sagent.repl._steady_output import SteadyOutput, steady_output
from sagent.repl._written import open_history
from sagent.terminal import one_line

FRAME_S = 0.04
"""How long at least between two paintings of what an agent does; keys do not wait for them."""
_ESCAPE_S = 0.05
_TITLE_CHARS = 80
_MODES: Mapping[Editing, EditingMode] = {"emacs": EditingMode.EMACS, "vi": EditingMode.VI}


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
    _editing: Editing
    _arrivals: Arrivals = attrs.field(factory=Arrivals, init=False)
    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)
    _loop: asyncio.AbstractEventLoop | None = attrs.field(default=None, init=False)
    _frame_is_due: bool = attrs.field(default=False, init=False)
    _painted_s: float = attrs.field(default=0, init=False)
    _title: str = attrs.field(default="", init=False)
    _is_told: bool = attrs.field(default=False, init=False)
    _app: Application[None] = attrs.field(init=False)
    _output: SteadyOutput = attrs.field(init=False)
    away: bool = attrs.field(default=False, init=False)
    """Whether the user's editor has the terminal."""
    picture: Picture = attrs.field(factory=Picture, init=False)
    entry: Entry = attrs.field(init=False)

    # From any thread:

    def put(
        self,
        *printed: Printed,
        view: View | None = None,
        fill: str = "",
        insert: str | Pasted = "",
    ) -> None:
        """Take in what is to be printed, what to show, and what to edit."""
        self._arrivals.put(*printed, view=view, fill=fill, insert=insert)
        self._want_frame()

    def end(self) -> None:
        """Let the prompt end, once all that was put is shown."""
        self._arrivals.end()
        self._want_frame()

    def _want_frame(self) -> None:
        with self._lock:
            loop, due = self._loop, self._frame_is_due
            self._frame_is_due = loop is not None
        if loop is not None and not due:
            loop.call_soon_threadsafe(self._plan_frame)

    def switch_editing(self) -> Editing:
        """Edit as in the other of two editors, and tell in which."""
        with self._lock:
            self._editing = "emacs" if self._editing == "vi" else "vi"
        self._call(self._plan_frame)
        return self._editing

    def suspend_soon(self) -> None:
        """Let the shell have the terminal, as if the user had pressed Ctrl-Z."""
        self._call(self.suspend)

    def take_again_soon(self) -> None:
        """Set the terminal as it has to be, and paint all anew."""
        self._call(self._take_again)

    def fit_soon(self) -> None:
        """Paint all anew for the size that the terminal has now."""
        self._call(self._fit)

    def ring_soon(self) -> None:
        """Ring the terminal's bell."""
        self._call(self._ring)

    def copy_soon(self, sequence: str) -> None:
        """Send the terminal what changes its clipboard."""
        self._call(lambda: self._send(sequence))

    def _call(self, act: Callable[[], object]) -> None:
        with self._lock:
            loop = self._loop
        if loop is not None:
            loop.call_soon_threadsafe(act)

    # In the thread of `run`:

    def run(self) -> None:
        """Let the user write until told to end, or the terminal goes."""
        asyncio.run(self._run())

    async def _run(self) -> None:
        self._output = steady_output()
        folds = Folds()
        history = open_history(self._history, folds, self._complain)
        self.entry = Entry.of(self._completer, history, folds)
        self._app = self._application()
        self._app.editing_mode = _MODES[self._editing]
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

    def _ring(self) -> None:
        self._output.bell()
        self._output.flush()

    def _send(self, sequence: str) -> None:
        self._output.write_raw(sequence)
        self._output.flush()

    def _take_again(self) -> None:
        if self.away or not self._app.is_running:
            return
        self._app.input.raw_mode().__enter__()
        self._app.renderer.reset()
        self._app.invalidate()

    def _fit(self) -> None:
        if self.away or not self._app.is_running:
            return
        self._app.renderer.erase(leave_alternate_screen=False)
        self._app.invalidate()
        self._plan_frame()  # what is not yet whole may have other lines now

    def edit_elsewhere(self) -> None:
        """Let the user's editor have the terminal, and the text."""
        self.away = True
        fold_again = self.entry.unfold()
        task = self.entry.buffer.open_in_editor()

        def come_back(_: object) -> None:
            fold_again()
            self.away = False
            self._plan_frame()

        task.add_done_callback(come_back)

    def _complain(self, text: str) -> None:
        self.put(Remark(f"  ! {text}", "notice"))

    def _application(self) -> Application[None]:
        return Application(
            layout=stage_layout(self.picture, self.entry),
            key_bindings=key_bindings(self),
            style=STYLE,
            input=create_input(sys.stdin),
            output=self._output,
            erase_when_done=True,
            terminal_size_polling_interval=None,  # who hears of a new size tells it
        )

    def _plan_frame(self) -> None:
        if self._loop is not None and not self.away:
            wait_s = max(0.0, self._painted_s + FRAME_S - self._loop.time())
            self._loop.call_later(wait_s, self._frame)

    def _frame(self) -> None:
        if self._loop is None or self.away:  # the editor has the terminal
            return
        self._painted_s = self._loop.time()
        self._app.editing_mode = _MODES[self._editing]
        text = self._take_printed()
        self._show(self._arrivals.view)
        if self._arrivals.ends and self._app.is_running:
            self._app.exit()
        if text:
            self._output.held = True
            self._app.renderer.erase()
            self._output.write_raw(text)
        self._app.invalidate()

    def _take_printed(self) -> str:
        with self._lock:
            self._frame_is_due = False  # before it is taken: what comes then needs another
        arrived = self._arrivals.take()
        for text in arrived.fills:
            self.entry.fill(text)
        for pasted in arrived.inserts:
            self.entry.insert(pasted)
        if not arrived.printed:
            return ""
        painted = self.picture.painted(arrived.printed, self._output.get_size())
        return painted.replace("\n", "\r\n")

    def _show(self, view: View) -> None:
        if view.title != self._title:
            self._title = view.title
            self._output.set_title(one_line(view.title)[:_TITLE_CHARS])
        changed = view.offers is not self.picture.view.offers
        self.picture.show(view, self._output.get_size())
        if changed and self.entry.buffer.text.startswith("/"):
            with set_app(self._app):  # a frame is planned by other threads, which know of none
                self.entry.buffer.start_completion()  # there may be more to offer by now

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
