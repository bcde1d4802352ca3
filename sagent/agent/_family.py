"""The agents that an agent has started."""

import re
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from secrets import token_hex

import attrs
import trio

from sagent.actors import Context, Exit, Ref
from sagent.agent._blueprint import Blueprint
from sagent.agent._event import ChildEvent, Emit, Notice, OwnEvent
from sagent.agent._guardian import INBOX_CAPACITY, Guardian, Ward
from sagent.agent._household import Standing
from sagent.agent._mail import Mail, Prompt
from sagent.agent._messenger import PARENT, Messenger
from sagent.agent._named_model import named_model
from sagent.agent._offspring import Offspring, directory_of, tools_of
from sagent.agent._resume import unheard
from sagent.agent._share import Share
from sagent.agent._spawn_order import SpawnOrder, as_spawning
from sagent.agent._state import AgentState
from sagent.errors import (
    ActorCrashed,
    ActorStopped,
    AgentLimitError,
    NameTaken,
    RunError,
    UsageError,
)
from sagent.message import TextMessage, note_message
from sagent.session import ChildRecord, Session, Spending, open_child_session

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@attrs.define(eq=False)
class Family:
    """Starts children of one agent; see `Colleagues`."""

    _context: Context[Mail]
    _blueprint: Blueprint
    _state: AgentState
    _standing: Standing
    _tell: Emit
    _messenger: Messenger
    # A set that is empty takes 150 bytes more.
    _children: dict[object, None] = attrs.field(factory=dict[object, None], init=False)
    """A token for each: the record of one that stays."""
    _heard: set[ChildRecord] = attrs.field(factory=set[ChildRecord], init=False)
    """Those of them whose session says that they were told what to do."""
    _born: int = attrs.field(default=0, init=False)
    closing: bool = attrs.field(default=False, init=False)
    """Whether the agent itself ends, so that its children are to come back with it."""

    @property
    def busy(self) -> bool:
        """Whether a word that was promised for later is still to be sent."""
        return self._messenger.busy

    @property
    def others_busy(self) -> bool:
        """Whether agents that were started here, or below, have something to do."""
        first = self._standing.parent is None
        return self._standing.household.busy_below(None if first else self._context.ref.path)

    def watched(self, call: Callable[[], object]) -> AbstractContextManager[None]:
        """Make *call*, within the block, whenever any of them may have nothing to do any more."""
        return self._standing.household.watched(call)

    async def spawn(self, order: SpawnOrder) -> TextMessage:
        """Start an agent; see `Colleagues`."""
        self._check(order)
        name = self._name_for(order)
        order = attrs.evolve(order, name=name)
        self._standing.household.count_start()
        try:
            if order.lifetime == "one_shot":
                return await self._errand(order)
            await self._settle(order)
        except NameTaken:
            raise _taken(name) from None
        return TextMessage(
            f"{order.lifetime.capitalize()} agent started: {name}. Its answers come to you as "
            "messages; write to it with AgentSend."
        )

    def send(self, to: str, text: str, *, delay_s: float = 0) -> str:
        """Send *text* to the agent *to*; see `Colleagues`."""
        return self._messenger.send(to, text, delay_s=delay_s)

    async def stop(self, name: str) -> str:
        """End an agent that was started here or below; see `Colleagues`."""
        await trio.lowlevel.checkpoint()
        ref = self._messenger.find(name)
        if ref == self._context.ref:
            raise UsageError("you cannot stop yourself: end your turn")
        below = ref.path.startswith(f"{self._context.ref.path}/")
        detached = any(isinstance(c, ChildRecord) and c.name == name for c in self._children)
        if not below and not detached:
            raise UsageError(f"{name} was not started by you: ask it to end, with a message")
        guardian = self._standing.household.guardian_of(ref.path)
        last = ref if guardian is None else guardian
        last.stop()
        await last.closed()
        return f"Stopped: {name}."

    def names(self) -> tuple[str, ...]:
        """Who can be written to; see `Colleagues`."""
        return self._messenger.names()

    async def restore(self) -> None:
        """Let those live on who lived when the session was left, and say what was lost."""
        session = self._state.session
        if session is None:
            return
        for record in session.transcript.open_children:
            try:
                order = SpawnOrder.from_json(record.order)
                order = attrs.evolve(self._completed(order), name=record.name)
                self._check(order)
                await self._settle(order, record)
            except Exception as error:  # noqa: BLE001  # what keeps one from living again is its own failure
                self._note_end(record)
                self._recall(f"[{record.name} ended with the program, and is not back: {error}]")
                await self._tell(Notice(f"the agent {record.name} was not restored: {error}"))

    @property
    def _name(self) -> str:
        return self._context.ref.name

    def _completed(self, order: SpawnOrder) -> SpawnOrder:
        tool = next(filter(None, map(as_spawning, self._blueprint.toolbox.tools)), None)
        return order if tool is None else tool.completed(order)

    def _check(self, order: SpawnOrder) -> None:
        limits = self._standing.limits
        if limits.max_depth < 1:
            raise AgentLimitError(
                "there may be no agents below you (max_depth): do it yourself, or ask the one who "
                "started you"
            )
        if len(self._children) >= limits.max_children:
            raise AgentLimitError(
                f"you have {len(self._children)} children, and may have no more at a time "
                f"(max_children={limits.max_children}): wait until one has ended, or stop one"
            )
        if order.max_depth is not None and order.max_depth < 0:
            raise UsageError(f"max_depth is {order.max_depth}: 0 means no agents below")

    def _name_for(self, order: SpawnOrder) -> str:
        if order.name:
            if not _NAME.fullmatch(order.name):
                raise UsageError(
                    f"{order.name!r} is no name of an agent: take letters, digits, _, - and ., "
                    "64 at most"
                )
            if order.name == PARENT:
                raise UsageError(
                    f"{PARENT} is what every agent calls the one who started it: choose another "
                    "name"
                )
            if self._context.system.whereis(order.name) is not None:
                raise _taken(order.name)
            return order.name
        stem = self._name if _NAME.fullmatch(self._name) else "agent"
        while True:
            self._born += 1
            name = f"{stem[:56]}-{self._born}"
            if self._context.system.whereis(name) is None:
                return name

    async def _errand(self, order: SpawnOrder) -> TextMessage:
        household = self._standing.household
        household.take_place()
        place = object()
        self._children[place] = None
        try:
            ward = (await self._ward(order))(None)
            ref = await self._context.spawn(
                ward, name=order.name, restart="temporary", capacity=INBOX_CAPACITY
            )
            try:
                return await self._answer(ref, order)
            finally:
                ref.kill()
                with trio.CancelScope(shield=True):  # its grace bounds it
                    await ref.closed()
                self._state.ended_below += ward.spent
        finally:
            self._children.pop(place, None)
            household.give_place()

    async def _answer(self, ref: Ref[Mail], order: SpawnOrder) -> TextMessage:
        path = self._context.ref.path
        prompt = Prompt(order.prompt, source=path, until_idle=True, hops=self._messenger.hops())
        seconds = order.deadline_s
        try:
            with trio.move_on_after(float("inf") if seconds is None else seconds):
                return await ref.ask(prompt)
        except (ActorCrashed, ActorStopped) as error:
            cause = error.__cause__
            how = "was stopped before it had answered" if cause is None else f"crashed: {cause}"
            raise RunError(f"{order.name} {how}") from error
        raise RunError(f"{order.name} did not answer within its {seconds:g} seconds: it was ended")

    async def _settle(self, order: SpawnOrder, known: ChildRecord | None = None) -> None:
        record = known or ChildRecord(
            name=order.name,
            state="started",
            order=order.to_json(),
            session=f"{order.name}-{token_hex(4)}",
        )
        parent = self._context.system if order.lifetime == "detached" else self._context
        self._children[record] = None
        try:
            ward = await self._ward(order)
            await parent.spawn(
                Guardian,
                order,
                ward,
                session=self._session_of(order, record),
                parent=self._context.ref,
                household=self._standing.household,
                ended=partial(self._ended, order, record),
            )
        except BaseException:
            self._children.pop(record, None)
            raise
        if record not in self._children:
            return  # it has ended already
        if known is None and order.lifetime == "persistent":
            self._state.journal.note(record)
        if record not in self._heard:
            self._messenger.post(order.name, order.prompt, hops=self._messenger.hops())

    @contextmanager
    def _session_of(self, order: SpawnOrder, record: ChildRecord) -> Generator[Session | None]:
        session = self._state.session
        if session is None or order.lifetime == "detached":
            yield None
            return
        cwd = directory_of(order, self._state.workspace)
        with open_child_session(
            session, record.session, cwd=cwd, durability=session.durability
        ) as own:
            if own.transcript.messages or own.transcript.waiting_mail:
                self._heard.add(record)
            conversation = own.transcript.conversation
            if conversation and (news := unheard(record.name, conversation, self._state.messages)):
                self._recall(news)
            yield own

    def _recall(self, news: str) -> None:
        """Let the agent know *news* when it is asked for anything next."""
        self._state.record((note_message(news),))

    def _ended(self, order: SpawnOrder, record: ChildRecord, spent: Spending, exit_: Exit) -> bool:
        """Tell whether this is its end, and it does not come back when this agent does."""
        self._state.ended_below += spent
        self._children.pop(record, None)
        self._heard.discard(record)
        with_us = exit_.reason == "killed" or self.closing
        if not with_us:
            self._note_end(record)
        returns = self._state.session is not None and order.lifetime != "detached"
        return not (with_us and returns)

    def _note_end(self, record: ChildRecord) -> None:
        ended = ChildRecord(name=record.name, state="ended", session=record.session)
        self._state.journal.note(ended)

    async def _ward(self, order: SpawnOrder) -> Callable[[Session | None], Ward]:
        """Look into all that *order* says, and give what makes the agent."""
        model = order.model or self._state.model
        if order.model_id or order.provider:
            model = await named_model(
                model_id=order.model_id, provider=order.provider, auth=order.auth
            )
        standing = attrs.evolve(
            self._standing,
            limits=self._standing.limits.below(order.max_depth),
            parent=self._context.ref,
            answers=order.lifetime != "one_shot",
            report=self._report,
        )
        share = Share.of(order, self._state.share, self._blueprint.budget)
        offspring = Offspring(
            name=order.name,
            description=order.description,
            model=model,
            effort=order.effort or self._state.effort,
            system=order.system,
            tools=tools_of(order, self._blueprint.toolbox.tools, standing.limits),
            cwd=directory_of(order, self._state.workspace),
            extra_dirs=self._state.workspace.roots,
            max_rounds=order.max_tool_call_rounds,
            share=share,
            session=None,
            standing=standing,
        )

        def ward(session: Session | None) -> Ward:
            if session is not None:
                share.go_on(session)
            return self._blueprint.bear(attrs.evolve(offspring, session=session))

        return ward

    async def _report(self, path: str, event: OwnEvent) -> None:
        await self._tell(ChildEvent(path=path, event=event))


def _taken(name: str) -> UsageError:
    return UsageError(
        f"there is an agent {name} already: choose another name, or send it a message"
    )
