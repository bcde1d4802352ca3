"""What each thing that a person does at the screen leads to."""

import math
import os
from collections.abc import Awaitable, Callable
from functools import partial
from typing import assert_never

import attrs
import trio

from sagent.agent import Interrupt
from sagent.errors import UnknownNameError, UsageError
from sagent.repl._command import read_order
from sagent.repl._command_work import CommandWork
from sagent.repl._draft import Draft
from sagent.repl._image_source import clipboard_image, read_image
from sagent.repl._parts import Parts
from sagent.repl._pasted import PastedImage
from sagent.repl._printed import Remark, Verbatim
from sagent.repl._screen import (
    Chosen,
    ClipboardWanted,
    Escaped,
    Expanded,
    Gesture,
    ImagesNamed,
    Left,
    Lifted,
    Stopped,
    Submitted,
)
from sagent.repl._screen_answerer import answer_in
from sagent.repl._setting import Leave, Outcome
from sagent.repl._shell_line import ShellLine, run_line
from sagent.tool import Answer

TWICE_S = 2
"""Within what time a second Ctrl-C means to leave."""
_AGAIN = "Ctrl-C again, or Ctrl-D, leaves"


@attrs.define(eq=False)
class Hearing:
    """Does what the person wants.

    Attributes:
        outcome: how the conversation ends; None if it goes on.
    """

    _parts: Parts
    _end: Callable[[], object]
    """Called when the conversation is to end."""
    _stopped_at: float = attrs.field(default=-math.inf, init=False)
    _back: int = attrs.field(default=0, init=False)
    """How often a result was asked for, one further back each time."""
    outcome: Outcome | None = attrs.field(default=None, init=False)

    @property
    def hint(self) -> str:
        """What the person is to know for the moment; "" for nothing."""
        return _AGAIN if self.hint_s > 0 else ""

    @property
    def hint_s(self) -> float:
        """For how long that is so."""
        return max(0, self._stopped_at + TWICE_S - trio.current_time())

    @property
    def busy(self) -> bool:
        """Whether there is something to interrupt."""
        asked = self._parts.answerer.question is not None
        return self._parts.pulse.phase != "idle" or bool(self._parts.jobs) or asked

    def leave(self, outcome: Outcome) -> None:
        """End the conversation."""
        self.outcome = outcome
        self._end()

    def take(self, gesture: Gesture) -> None:
        """Do what *gesture* means."""
        stopped_at, self._stopped_at = self._stopped_at, -math.inf
        self._back = self._back + 1 if isinstance(gesture, Expanded) else 0
        match gesture:
            case Submitted():
                self._submit(gesture)
            case ImagesNamed() | ClipboardWanted():
                self._start(lambda: self._fetch(gesture))
            case Chosen(labels=labels):
                self._answer(Answer(chosen=labels))
            case Escaped() if self._parts.answerer.question is not None:
                self._answer(Answer())
            case Stopped() if not self.busy:
                self._stop_idle(stopped_at)
            case Escaped() | Stopped():
                self._interrupt()
            case Lifted():
                self._parts.outbox.lift()
            case Expanded():
                back = self._back
                self._start(lambda: self._work.show_last(back))
            case Left():
                self.leave(Leave())
            case _:
                assert_never(gesture)

    @property
    def _work(self) -> CommandWork:
        return CommandWork(self._parts, self.leave)

    def _start(self, job: Callable[[], Awaitable[None]]) -> None:
        self._parts.pulse.begin()
        self._parts.jobs.start(job)

    def _submit(self, said: Submitted) -> None:
        text = said.text  # what is folded is no command: nobody saw what it begins with
        word = text.split(maxsplit=1)[0]
        if word.startswith("/") and "/" not in word[1:]:  # and no path
            self._order(said)
        elif self._parts.answerer.question is not None:
            self._answer(answer_in(said.whole, self._parts.answerer.question))
        elif text.startswith("!"):
            self._start(lambda: self._run_shell(ShellLine.of(said.whole)))
        elif word in {"quit", "exit"} and text.strip() == word:
            self.leave(Leave())
        elif text.strip() == "?":
            self._order(Submitted("/help"))
        else:
            self._parts.outbox.put(Draft.of(said.text, said.whole, said.pasted))

    def _answer(self, answer: Answer) -> None:
        try:
            self._parts.answerer.give(answer)
        except UsageError as error:
            self._parts.screen.print(Remark(f"  ! {error}", "notice"))

    def _order(self, said: Submitted) -> None:
        order = read_order(said.whole.strip())
        if order is None:
            self._start(lambda: self._say_by_name(said))
            return
        self._parts.screen.print(Remark(f"> {said.text.strip()}"))
        self._start(lambda: self._work.carry_out(order))

    async def _say_by_name(self, said: Submitted) -> None:
        try:
            draft = await self._parts.repertoire.draft(said)
        except UnknownNameError as error:
            self._parts.screen.print(Remark(f"  ! {error}", "notice"))
        else:
            self._parts.outbox.put(draft)

    async def _run_shell(self, line: ShellLine) -> None:
        self._parts.screen.print(Remark(f"! {line.command}", "title"))
        output = await run_line(line, self._parts.setting.directory)
        self._parts.screen.print(Verbatim(output))
        if line.tells:
            told = f"I ran `{line.command}`, which gave:\n\n```\n{output}\n```"
            self._parts.outbox.say(Draft(shown=told, text=told))

    async def _fetch(self, wanted: ImagesNamed | ClipboardWanted) -> None:
        """Take the images that are wanted; if one cannot be had, its name is what was meant."""
        if isinstance(wanted, ClipboardWanted):
            self._parts.screen.insert(await clipboard_image(os.environ))
            return
        images = list[PastedImage]()
        for name in wanted.names:
            read = partial(read_image, name, self._parts.setting.directory)
            try:
                images.append(await trio.to_thread.run_sync(read))
            except UsageError as error:
                self._parts.screen.insert(wanted.text)
                if not isinstance(error.__cause__, FileNotFoundError):  # then it was mere text
                    self._parts.screen.print(Remark(f"  ! {error}", "notice"))
                return
        for image in images:
            self._parts.screen.insert(image)

    def _interrupt(self) -> None:
        self._parts.jobs.cancel()
        self._parts.outbox.recall()
        if self._parts.pulse.phase != "idle":
            self._parts.setting.ref.tell(Interrupt(), lane="front")

    def _stop_idle(self, before: float) -> None:
        """Leave, if the person wanted to stop *before*, a moment ago; else tell them how to."""
        now = trio.current_time()
        if now - before < TWICE_S:
            self.leave(Leave())
        self._stopped_at = now
        self._parts.pulse.turn()  # for the hint to go in time
