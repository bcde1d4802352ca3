"""A person and an agent: what either does goes to the other."""

import math
import signal
from collections.abc import AsyncIterator

import attrs
import trio

from sagent.actors import Missed
from sagent.agent import AGENTS, ChildEvent, Done, Failed, RunEvent, UserAsked, Watch, call_roll
from sagent.errors import RunError, SagentError
from sagent.repl._following import Following
from sagent.repl._greeting import greeting
from sagent.repl._hearing import Hearing
from sagent.repl._jobs import Jobs
from sagent.repl._look_commands import ANSWER_S
from sagent.repl._models import Models
from sagent.repl._outbox import Outbox
from sagent.repl._parts import Parts
from sagent.repl._printed import Remark
from sagent.repl._pulse import Pulse
from sagent.repl._repertoire import Repertoire
from sagent.repl._replay import Replay, replay
from sagent.repl._screen import Screen, Stopped, View
from sagent.repl._screen_answerer import ScreenAnswerer
from sagent.repl._setting import Ended, Leave, Outcome, Setting
from sagent.repl._status_line import SPIN_S, Standing, status_line
from sagent.repl._telling import Telling

FAMILY_S = 0.5
"""How often the agents below are looked at."""
WATCH_CAPACITY = 20_000
"""How many events may wait to be shown; they are taken as fast as they come."""


@attrs.define(eq=False)
class Conversation:
    """Sees to one person at a screen who talks to one agent."""

    _setting: Setting
    _screen: Screen
    _answerer: ScreenAnswerer
    _nursery: trio.Nursery
    _telling: Telling = attrs.field(factory=Telling, init=False)
    _pulse: Pulse = attrs.field(init=False)
    _jobs: Jobs = attrs.field(init=False)
    _outbox: Outbox = attrs.field(init=False)
    _repertoire: Repertoire = attrs.field(init=False)
    _hearing: Hearing = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        setting, screen = self._setting, self._screen
        self._jobs = Jobs(self._nursery, screen)
        self._pulse = Pulse(setting.ref, self._jobs)
        self._jobs.on_change = self._pulse.turn
        models = Models(setting.agent.model, setting.model_named, self._pulse)
        self._outbox = Outbox(setting, screen, self._telling, self._pulse, models)
        self._repertoire = Repertoire(setting, screen)
        parts = Parts(
            setting=setting,
            screen=screen,
            answerer=self._answerer,
            telling=self._telling,
            following=Following(self._nursery, screen),
            pulse=self._pulse,
            jobs=self._jobs,
            outbox=self._outbox,
            models=models,
            repertoire=self._repertoire,
            look=self._look,
        )
        self._hearing = Hearing(parts, self._nursery.cancel_scope.cancel)

    @property
    def outcome(self) -> Outcome | None:
        """How the conversation ends; None if it goes on."""
        return self._hearing.outcome

    async def take_gestures(self) -> None:
        """Do what the person wants until they leave."""
        self._answerer.on_change = self._show
        before = self._before()
        self._telling.take_up(before)
        self._screen.print(*(before.printed or [greeting(self._setting.directory)]))
        await self._look()
        async for gesture in self._screen.gestures:
            self._hearing.take(gesture)
            if self.outcome is not None:
                return
            self._show()

    def _before(self) -> Replay:
        session, tools = self._setting.session, self._setting.agent.tools
        return Replay() if session is None else replay(session.transcript, tools)

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
            with trio.move_on_after(self._hearing.hint_s or math.inf):
                await self._pulse.turning()
            await self._look()
            while self._pulse.phase != "idle" or self._jobs or self._telling.family.is_at_work:
                with trio.move_on_after(SPIN_S):
                    await self._pulse.turning()
                await self._look()

    async def watch_family(self) -> None:
        """See now and then how the agents below stand."""
        own = self._setting.ref
        while True:
            await trio.sleep(FAMILY_S)
            family, asked_s = self._telling.family, trio.current_time()
            others = [ref for ref in self._setting.system.members(AGENTS) if ref != own]
            if others or family.is_at_work:
                statuses = await call_roll(others, patience_s=ANSWER_S)
                alive = [ref.path for ref in self._setting.system.members(AGENTS)]
                told = family.see(statuses, alive, asked_s=asked_s, now_s=trio.current_time())
                self._screen.print(*told)
                self._pulse.turn()

    async def send(self) -> None:
        """Send what the person says, once what it names is read."""
        await self._outbox.read_files()

    async def learn(self) -> None:
        """See what can be said by a name, for Tab."""
        await self._repertoire.refresh()
        self._show()

    async def mind_signals(self, signals: AsyncIterator[int]) -> None:
        """Take an interrupt for Ctrl-C, and end at any other signal."""
        async for number in signals:
            if number != signal.SIGINT:
                self._hearing.leave(Ended())
                return
            self._hearing.take(Stopped())
            self._show()

    def _hear(self, event: RunEvent) -> None:
        told = self._telling.feed(event, trio.current_time())
        if told:
            self._screen.print(*told)
        if isinstance(event, ChildEvent):
            return  # what is to be seen of it is looked at now and then, however many tell of it
        self._ring_at(event)
        self._pulse.hear(event)
        self._outbox.hear(event)
        self._show()

    def _ring_at(self, event: RunEvent) -> None:
        """Ring where a person who has gone to do something else would come back."""
        took_s = self._pulse.busy_s or 0
        if isinstance(event, Done | Failed | UserAsked) and took_s >= self._setting.bell_after_s:
            self._screen.ring()

    async def _look(self) -> None:
        """See how the agent stands."""
        await self._pulse.look()
        if self._pulse.phase == "idle":
            self._outbox.flush()
        self._show()

    def _show(self) -> None:
        status = self._pulse.status
        standing = Standing(
            status=status,
            phase=self._pulse.phase,
            asks=self._answerer.question is not None,
            busy_s=self._pulse.busy_s,
            agents=len(self._setting.system.members(AGENTS)),
            queued=len(self._outbox.queue),
            hint=self._hearing.hint,
        )
        title = status.title if status else ""
        view = View(
            live=self._telling.live(trio.current_time()),
            family=self._telling.family.view(trio.current_time()),
            queue=tuple(draft.shown for draft in self._outbox.queue),
            question=self._answerer.question,
            status=status_line(standing),
            title=f"{self._mark()}sagent: {title or self._setting.agent.name}",
            busy=self._hearing.busy,
            offers=self._repertoire.offers,
        )
        self._screen.show(view)

    def _mark(self) -> str:
        """Tell in a terminal's title how things stand."""
        if self._answerer.question is not None:
            return "? "
        return "… " if self._hearing.busy else ""


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
            nursery.start_soon(talk.watch_family)
            nursery.start_soon(talk.send)
            nursery.start_soon(talk.learn)
            nursery.start_soon(talk.mind_signals, signals)
            await talk.take_gestures()
        nursery.cancel_scope.cancel()
    if talk.outcome is not None:
        setting.ref.kill()  # nobody waits for the rest of a turn
        return talk.outcome
    if failure is not None:
        raise failure
    return Leave()
