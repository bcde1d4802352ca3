"""A person and an agent: what each gesture and each event leads to."""

import math
import signal
from collections.abc import AsyncIterator, Awaitable, Callable

import attrs
import trio

from sagent.actors import Missed
from sagent.agent import (
    AGENTS,
    ChildEvent,
    Done,
    Failed,
    GetStatus,
    Interrupt,
    Interrupted,
    Prompt,
    Responded,
    RunEvent,
    ToolCalled,
    TurnBegan,
    Watch,
)
from sagent.agent._status import AgentStatus, Phase
from sagent.errors import ActorError, RunError, SagentError, SessionError, UsageError
from sagent.repl._command import read_order
from sagent.repl._command_work import CommandWork
from sagent.repl._printed import Remark, Said, Verbatim
from sagent.repl._replay import replay
from sagent.repl._screen import (
    Chosen,
    Escaped,
    Expanded,
    Gesture,
    Left,
    Lifted,
    Screen,
    Stopped,
    Submitted,
    View,
)
from sagent.repl._screen_answerer import ScreenAnswerer, answer_in
from sagent.repl._setting import Ended, Leave, Outcome, Setting
from sagent.repl._shell_line import ShellLine, run_line
from sagent.repl._status_line import SPIN_S, Standing, status_line
from sagent.repl._telling import Telling
from sagent.tool import Answer

WATCH_CAPACITY = 20_000
"""How many events may wait to be shown; they are taken as fast as they come."""
BEGIN_S = 1
"""How long an agent may take to begin to answer; until then it looks idle, and is not."""
TWICE_S = 2
"""Within what time a second Ctrl-C means to leave."""


@attrs.define(eq=False)
class Conversation:
    """Sees to one person at a screen who talks to one agent."""

    _setting: Setting
    _screen: Screen
    _answerer: ScreenAnswerer
    _nursery: trio.Nursery
    _telling: Telling = attrs.field(factory=Telling, init=False)
    _queue: list[str] = attrs.field(factory=list[str], init=False)
    _jobs: set[trio.CancelScope] = attrs.field(factory=set[trio.CancelScope], init=False)
    _status: AgentStatus | None = attrs.field(default=None, init=False)
    _phase: Phase = attrs.field(default="idle", init=False)
    _busy_since: float | None = attrs.field(default=None, init=False)
    _stopped_at: float = attrs.field(default=-math.inf, init=False)
    _hint: str = attrs.field(default="", init=False)
    _begins_by: float = attrs.field(default=-math.inf, init=False)
    _said: bool = attrs.field(default=False, init=False)
    _turned: trio.Event = attrs.field(factory=trio.Event, init=False)
    """Set when there is something that the status line is to follow."""
    outcome: Outcome | None = attrs.field(default=None, init=False)

    async def take_gestures(self) -> None:
        """Do what the person wants until they leave."""
        self._answerer.on_change = self._show
        if self._setting.session is not None:
            self._screen.print(*replay(self._setting.session.transcript))
        await self._look()
        async for gesture in self._screen.gestures:
            self._hint = ""
            self._take(gesture)
            if self.outcome is not None:
                return
            self._show()

    async def read_events(self) -> None:
        """Show what happens to the agent until it ends.

        Raises:
            RunError: it ended by itself.
        """
        feed = await self._setting.ref.ask(Watch(WATCH_CAPACITY), lane="front")
        async for event in feed:
            if isinstance(event, Missed):
                missed = f"  ! {event.count} events were too fast to be shown"
                self._screen.print(Remark(missed, "notice"))
            else:
                self._hear(event)
        exit_ = await self._setting.ref.closed()
        raise RunError(f"the agent has ended: {exit_.reason}: {exit_.error or 'it was stopped'}")

    async def follow(self) -> None:
        """Keep the status line true for as long as the agent is busy."""
        while True:
            await self._turned.wait()
            self._turned = trio.Event()
            await self._look()
            while self._phase != "idle" or self._jobs:
                with trio.move_on_after(SPIN_S):
                    await self._turned.wait()
                self._turned = trio.Event()
                await self._look()

    async def mind_signals(self, signals: AsyncIterator[int]) -> None:
        """Take an interrupt for Ctrl-C, and end at any other signal."""
        async for number in signals:
            if number != signal.SIGINT:
                self.leave(Ended())
                return
            self._hint = ""
            self._take(Stopped())
            self._show()

    def leave(self, outcome: Outcome) -> None:
        """End the conversation."""
        self.outcome = outcome
        self._nursery.cancel_scope.cancel()

    def say(self, text: str) -> None:
        """Send *text* to the agent now."""
        if not self._said:
            self._said = True
            self._note_beginning()
        self._screen.print(*self._telling.finish(), Said(text))
        self._setting.ref.tell(Prompt(text), lane="front")
        if self._busy_since is None:
            self._busy_since = trio.current_time()
        self._phase = "thinking" if self._phase == "idle" else self._phase
        self._begins_by = trio.current_time() + BEGIN_S
        self._turned.set()

    def _note_beginning(self) -> None:
        try:
            self._setting.on_first_prompt()
        except SessionError as error:  # what is said goes on all the same, as a run does
            self._screen.print(Verbatim(f"  ! {error}", "notice"))

    def _take(self, gesture: Gesture) -> None:
        match gesture:
            case Submitted(text=text):
                self._submit(text)
            case Chosen(labels=labels):
                self._answer(Answer(chosen=labels))
            case Escaped() if self._answerer.question is not None:
                self._answer(Answer())
            case Stopped() if not self._busy:
                self._stop_idle()
            case Escaped() | Stopped():
                self._interrupt()
            case Lifted():
                if self._queue:
                    self._screen.fill(self._queue.pop())
            case Expanded():
                self._start(self._work.show_last)
            case Left():
                self.leave(Leave())

    @property
    def _busy(self) -> bool:
        asked = self._answerer.question is not None
        return self._phase != "idle" or bool(self._jobs) or asked

    @property
    def _work(self) -> CommandWork:
        return CommandWork(
            self._setting, self._screen, self._answerer, self._telling, self.leave, self._look
        )

    def _submit(self, text: str) -> None:
        word = text.split(maxsplit=1)[0]
        if word.startswith("/") and "/" not in word[1:]:  # and no path
            self._order(text.strip())
        elif self._answerer.question is not None:
            self._answer(answer_in(text, self._answerer.question))
        elif text.startswith("!"):
            self._start(lambda: self._run_shell(ShellLine.of(text)))
        elif word in {"quit", "exit"} and text.strip() == word:
            self.leave(Leave())
        elif self._phase == "thinking":
            self._queue.append(text)
        else:
            self.say(text)

    def _answer(self, answer: Answer) -> None:
        try:
            self._answerer.give(answer)
        except UsageError as error:
            self._screen.print(Remark(f"  ! {error}", "notice"))

    def _order(self, line: str) -> None:
        try:
            order = read_order(line)
        except UsageError as error:
            self._screen.print(Remark(f"  ! {error}", "notice"))
            return
        self._screen.print(Remark(f"> {line}"))
        self._start(lambda: self._work.carry_out(order))

    async def _run_shell(self, line: ShellLine) -> None:
        self._screen.print(Remark(f"! {line.command}", "title"))
        output = await run_line(line, self._setting.directory)
        self._screen.print(Verbatim(output))
        if line.tells:
            self.say(f"I ran `{line.command}`, which gave:\n\n```\n{output}\n```")

    def _start(self, job: Callable[[], Awaitable[None]]) -> None:
        scope = trio.CancelScope()
        self._jobs.add(scope)
        if self._busy_since is None:
            self._busy_since = trio.current_time()
        self._nursery.start_soon(self._run_job, job, scope)
        self._turned.set()

    async def _run_job(self, job: Callable[[], Awaitable[None]], scope: trio.CancelScope) -> None:
        try:
            with scope:
                await job()
        except SagentError as error:
            self._screen.print(Verbatim(f"  ✗ {error}", "error"))
        finally:
            self._jobs.discard(scope)
            self._turned.set()
        if scope.cancelled_caught:
            self._screen.print(Remark("  ✗ given up", "notice"))

    def _interrupt(self) -> None:
        for job in self._jobs:
            job.cancel()
        if self._phase != "idle":
            self._setting.ref.tell(Interrupt(), lane="front")

    def _stop_idle(self) -> None:
        now = trio.current_time()
        if now - self._stopped_at < TWICE_S:
            self.leave(Leave())
        self._stopped_at = now
        self._hint = "Ctrl-C again, or Ctrl-D, leaves"

    def _hear(self, event: RunEvent) -> None:
        self._screen.print(*self._telling.feed(event))
        match event:
            case TurnBegan():
                self._begins_by = -math.inf
                self._busy_since = self._busy_since or trio.current_time()
                self._phase = "thinking"
                self._turned.set()
            case ToolCalled():
                self._phase = "working"
                self._send_queue()
            case Responded() | Done() | Failed():
                self._send_queue()
                self._turned.set()
            case Interrupted():
                self._give_queue_back()
                self._turned.set()
            case ChildEvent():
                self._turned.set()
            case _:
                pass
        self._show()

    def _send_queue(self) -> None:
        queue, self._queue = self._queue, []
        for text in queue:
            self.say(text)

    def _give_queue_back(self) -> None:
        """Who interrupts may not want what they wrote before that."""
        queue, self._queue = self._queue, []
        if queue:
            self._screen.fill("\n".join(queue))

    async def _look(self) -> None:
        """See how the agent stands."""
        try:
            self._status = await self._setting.ref.ask(GetStatus(), lane="front")
        except ActorError:  # its end is told by its events
            return
        now = trio.current_time()
        if self._status.phase != "idle":
            self._phase = self._status.phase
            self._busy_since = now if self._busy_since is None else self._busy_since
        elif now > self._begins_by:
            self._phase = "idle"
            self._busy_since = self._busy_since if self._jobs else None
            self._send_queue()
        self._show()

    def _show(self) -> None:
        since = self._busy_since
        standing = Standing(
            status=self._status,
            phase=self._phase,
            busy_s=None if since is None else trio.current_time() - since,
            agents=len(self._setting.system.members(AGENTS)),
            queued=len(self._queue),
            hint=self._hint,
        )
        title = self._status.title if self._status else ""
        view = View(
            live=self._telling.live,
            queue=tuple(self._queue),
            question=self._answerer.question,
            status=status_line(standing),
            title=f"sagent: {title or self._setting.agent.name}",
            busy=self._busy,
        )
        self._screen.show(view)


async def converse(setting: Setting, screen: Screen, answerer: ScreenAnswerer) -> Outcome:
    """Let the person at *screen* talk to an agent until they leave, or want another session.

    Raises:
        RunError: the agent has ended by itself.
    """
    failure: Exception | None = None
    async with trio.open_nursery() as nursery:
        talk = Conversation(setting, screen, answerer, nursery)

        async def read() -> None:
            nonlocal failure
            try:
                await talk.read_events()
            except SagentError as error:
                failure = error
                nursery.cancel_scope.cancel()

        with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as signals:
            nursery.start_soon(read)
            nursery.start_soon(talk.follow)
            nursery.start_soon(talk.mind_signals, signals)
            await talk.take_gestures()
        nursery.cancel_scope.cancel()
    if talk.outcome is not None:
        setting.ref.kill()  # nobody waits for the rest of a turn
        return talk.outcome
    if failure is not None:
        raise failure
    return Leave()
