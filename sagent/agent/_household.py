"""What an agent and all below it have in common: who is there, and what they may do at once."""

from collections.abc import Awaitable, Callable, Generator, Iterable
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from typing import Never, Protocol

import attrs
import trio

from sagent.actors import Ref
from sagent.agent._event import OwnEvent
from sagent.agent._limits import AgentLimits
from sagent.agent._mail import Mail, Prompt
from sagent.errors import AgentLimitError

type NoteStarts = Callable[[int], object]
"""Writes down how many agents were started since a person has said something."""
type KeepMail = Callable[[Prompt], object]
"""Writes a message down that was put into an agent's inbox."""
type Report = Callable[[str, OwnEvent], Awaitable[None]]
"""Takes what happens to the agent of a path."""


class Member(Protocol):
    """An agent as the others of its household see it."""

    @property
    def busy(self) -> bool:
        """Whether it does something, or is about to."""
        ...


@attrs.define(eq=False)
class Household:
    """The agents that descend from one, detached ones too; all of them on one trio thread."""

    _max_agents: int
    _max_starts: int
    _calls: trio.Semaphore | None
    _starts: int = attrs.field(default=0, init=False)
    _note_starts: NoteStarts | None = attrs.field(default=None, init=False)
    _places: int = attrs.field(default=1, init=False)
    _members: dict[str, Member] = attrs.field(factory=dict[str, Member], init=False)
    _watchers: list[Callable[[], object]] = attrs.field(
        factory=list[Callable[[], object]], init=False
    )
    _guardians: dict[str, tuple[Ref[Never], KeepMail]] = attrs.field(
        factory=dict[str, tuple[Ref[Never], KeepMail]], init=False
    )

    @classmethod
    def of(cls, limits: AgentLimits) -> "Household":
        """Begin with one agent, under *limits*."""
        calls = limits.max_model_calls
        at_once = None if calls is None else trio.Semaphore(calls)
        return cls(limits.max_agents, limits.max_starts, at_once)

    def go_on(self, starts: int, note: NoteStarts) -> None:
        """Go on after *starts* of agents, and let *note* keep how many there are from now on."""
        self._starts, self._note_starts = starts, note

    def count_start(self) -> None:
        """Let one more agent be started.

        Raises:
            AgentLimitError: there were as many starts as there may be without a word of a person.
        """
        if self._starts >= self._max_starts:
            raise AgentLimitError(
                f"{self._starts} agents were started, and no person has said anything since "
                f"(max_starts={self._max_starts}): do it yourself, end your turn, or ask the user"
            )
        self._set_starts(self._starts + 1)

    def note_person(self) -> None:
        """Count anew, since a person has said something."""
        if self._starts:
            self._set_starts(0)

    def _set_starts(self, starts: int) -> None:
        self._starts = starts
        if self._note_starts is not None:
            self._note_starts(starts)

    def take_place(self) -> None:
        """Let there be one more agent.

        Raises:
            AgentLimitError: there are as many as there may be.
        """
        if self._places >= self._max_agents:
            raise AgentLimitError(
                f"there are {self._places} agents, and no more may be at a time "
                f"(max_agents={self._max_agents}): wait until one has ended, or do it yourself"
            )
        self._places += 1

    def give_place(self) -> None:
        """Let there be one agent less."""
        self._places -= 1

    def enter(self, path: str, member: Member) -> None:
        """Take *member*, which has come to life, into account."""
        self._members[path] = member

    def leave(self, path: str) -> None:
        """Take the agent of *path* out of account."""
        self._members.pop(path, None)
        self.note_rest()

    @contextmanager
    def watched(self, call: Callable[[], object]) -> Generator[None]:
        """Make *call*, within the block, whenever a member may have nothing to do any more."""
        self._watchers.append(call)
        try:
            yield
        finally:
            self._watchers.remove(call)

    def note_rest(self) -> None:
        """Let those who wait for all to be idle look again."""
        for call in self._watchers:
            call()

    def guard(self, path: str, guardian: Ref[Never], keep_mail: KeepMail) -> None:
        """Let *guardian* be known for the one that the agent of *path* ends with."""
        self._guardians[path] = (guardian, keep_mail)

    def unguard(self, path: str) -> None:
        """Let the agent of *path* have no guardian any more."""
        self._guardians.pop(path, None)

    def guardian_of(self, path: str) -> Ref[Never] | None:
        """Give the guardian of the agent of *path*; None for one that has none."""
        known = self._guardians.get(path)
        return None if known is None else known[0]

    def keep_mail(self, path: str, prompt: Prompt) -> None:
        """Let *prompt*, which was put into the inbox of the agent of *path*, outlive the process.

        Only an agent with a guardian and a session of its own comes back to read it.
        """
        if known := self._guardians.get(path):
            known[1](prompt)

    def holds(self, path: str) -> bool:
        """Tell whether the agent of *path* lives at this moment."""
        return path in self._members

    def busy_below(self, path: str | None) -> bool:
        """Tell whether any below the agent of *path* has something to do; None for all."""
        members: Iterable[tuple[str, Member]] = self._members.items()
        return any(
            member.busy for own, member in members if path is None or own.startswith(f"{path}/")
        )

    def model_call(self) -> AbstractAsyncContextManager[object]:
        """Wait until one more of them may wait for a model, and count it for the block."""
        return self._calls or nullcontext()


@attrs.frozen(kw_only=True)
class Standing:
    """Where an agent stands among others.

    Attributes:
        limits: what holds for it.
        household: what it shares with those it descends from, and with those who descend from it.
        parent: who started it; None for the first.
        answers: whether its parent is told what it answers to others, too.
        report: where to tell what happens to it; None for nowhere.
    """

    limits: AgentLimits
    household: Household
    parent: Ref[Mail] | None = None
    answers: bool = False
    report: Report | None = None

    @classmethod
    def first(cls, limits: AgentLimits) -> "Standing":
        """Give the standing of an agent that nobody has started."""
        return cls(limits=limits, household=Household.of(limits))
