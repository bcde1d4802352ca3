"""Who sees to an agent that lives on after its first answer: its restarts, its time, its end."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress
from typing import Protocol

import attrs

from sagent.actors import Actor, Backoff, Down, Exit, Ref
from sagent.agent._household import Household
from sagent.agent._mail import Mail, Prompt, tell_surely
from sagent.agent._share import Share
from sagent.agent._spawn_order import SpawnOrder
from sagent.errors import RestartLimit, SessionError
from sagent.session import MailRecord, Session, Spending

INBOX_CAPACITY = 256
"""How many messages wait for an agent that an agent has started; more are refused."""
RESTARTS = 3
"""How often it may come back within `RESTARTS_PERIOD_S`, before it is given up."""
RESTARTS_PERIOD_S = 60
_BACKOFF = Backoff(0.5, 30)
ACCOUNT_EACH_S = 60
"""How much of a deadline a death of the process may leave out of account, between two turns."""


class Ward(Protocol):
    """What a guardian has to look after: an agent, all lives of it."""

    last_exit: Exit | None
    """How its last life ended."""
    share: Share
    """What it may take in all its lives."""

    @property
    def spent(self) -> Spending:
        """What it took in all its lives, with the agents below it that have ended."""
        ...

    def actor(self) -> Actor[Mail]:
        """Make the actor of its next life."""
        ...


@attrs.frozen
class TimeUp:
    """The agent has lived as long as it may."""


@attrs.frozen
class TakeAccount:
    """It is time to write down how long it has lived."""


class Guardian(Actor[Down | TimeUp | TakeAccount]):
    """Has one agent as its child, and ends with it."""

    def __init__(
        self,
        order: SpawnOrder,
        ward: Callable[[Session | None], Ward],
        *,
        session: AbstractContextManager[Session | None],
        parent: Ref[Mail],
        household: Household,
        ended: Callable[[Spending, Exit], bool],
    ) -> None:
        self._order = order
        self._make_ward = ward
        self._session = session
        self._parent = parent
        self._household = household
        self._ended = ended
        self._stack = ExitStack()
        self._why = ""

    async def started(self) -> None:
        """Start the agent."""
        self._household.take_place()
        try:
            self._kept = self._stack.enter_context(self._session)
            self._ward = self._make_ward(self._kept)
            self.context.supervise(intensity=RESTARTS, period_s=RESTARTS_PERIOD_S, backoff=_BACKOFF)
            self.agent = await self.context.spawn(
                self._ward,
                name=self._order.name,
                restart=self._order.restart,
                capacity=INBOX_CAPACITY,
            )
        except BaseException:
            self._leave()
            raise
        self._household.enter(self.context.ref.path, self)
        self._household.guard(self.agent.path, self.context.ref, self._keep_mail)
        for mail in () if self._kept is None else self._kept.transcript.waiting_mail:
            tell_surely(self.agent, _prompt(mail))
        self.context.watch(self.agent)
        if (left_s := self._ward.share.left_s) is not None:
            self.context.after("deadline", left_s, TimeUp())
            self.context.every("account", ACCOUNT_EACH_S, TakeAccount())

    @property
    def busy(self) -> bool:
        """Whether the agent is between two lives, or its end is still to be told."""
        return not self._household.holds(self.agent.path)

    async def receive(self, message: Down | TimeUp | TakeAccount) -> None:
        """End with the agent, or end it."""
        match message:
            case TakeAccount():
                self._ward.share.note()
                return
            case Down(exit=exit_):
                self._why = self._why or self._end_of(exit_)
            case TimeUp():
                self._why = f"its {self._order.deadline_s:g} seconds are over"
        self.context.ref.stop()

    async def stopped(self, exit: Exit) -> None:  # noqa: A002  # OTP's word
        """Tell the parent that the agent is no more, unless it comes back with the parent."""
        self._ward.share.note()
        self._leave()
        self._household.unguard(self.agent.path)
        if self._ended(self._ward.spent, exit):
            self._tell_end(exit)
        self._household.leave(self.context.ref.path)

    def _keep_mail(self, prompt: Prompt) -> None:
        if self._kept is None or self._kept.closed:
            return
        with suppress(SessionError):  # it is delivered all the same; the agent tells of its disk
            self._kept.append(
                MailRecord(
                    message_id=prompt.id, text=prompt.text, source=prompt.source, hops=prompt.hops
                )
            )

    def _tell_end(self, exit_: Exit) -> None:
        limit = isinstance(exit_.error, RestartLimit)
        why = self._why or self._end_of(self._ward.last_exit or exit_ if limit else exit_)
        news = f"[{self._order.name} has ended: {why}]"
        tell_surely(self._parent, Prompt(news, source=self.agent.path))

    def _end_of(self, exit_: Exit) -> str:
        given_up = exit_.error is not None and self._order.restart != "temporary"
        return f"it crashed too often, at last: {_told(exit_)}" if given_up else _told(exit_)

    def _leave(self) -> None:
        self._household.give_place()
        self._stack.close()


def _prompt(mail: MailRecord) -> Prompt:
    return Prompt(mail.text, source=mail.source, hops=mail.hops, id=mail.message_id)


def _told(exit_: Exit) -> str:
    if exit_.error is None:
        return "it was stopped" if exit_.reason == "stopped" else f"it was {exit_.reason}"
    return f"{type(exit_.error).__name__}: {exit_.error}"
