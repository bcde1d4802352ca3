"""An agent's words to others, which it finds by their names."""

from collections.abc import Callable, Sequence

import attrs
import trio

from sagent.actors import Context, Ref
from sagent.agent._group import AGENTS
from sagent.agent._guardian import INBOX_CAPACITY
from sagent.agent._household import Standing
from sagent.agent._mail import Mail, Prompt, tell_surely
from sagent.errors import AgentLimitError, MailboxFull, RunError, UnknownNameError
from sagent.message import new_id

PARENT = "parent"
"""What every agent calls the one who has started it."""
_MOST_NAMES = 50
"""More are no help to somebody who looks for one."""


@attrs.define(eq=False)
class Messenger:
    """Sends for one agent; see `Colleagues`."""

    _context: Context[Mail]
    _standing: Standing
    hops: Callable[[], int]
    """Tells how often what the agent answers was passed on already."""
    _unsent: int = attrs.field(default=0, init=False)

    @property
    def busy(self) -> bool:
        """Whether a word that was promised for later is still to be sent."""
        return self._unsent > 0

    def send(self, to: str, text: str, *, delay_s: float = 0) -> str:
        """Send *text* to the agent *to*; see `Colleagues`."""
        limit, hops = self._standing.limits.max_hops, self.hops() + 1
        if hops > limit:
            raise AgentLimitError(
                f"agents have passed this on {hops - 1} times, and no person has said anything "
                f"since (max_hops={limit}): end your turn, or ask the user"
            )
        self.find(to)
        if delay_s > 0:
            if self._unsent >= INBOX_CAPACITY:
                raise RunError(
                    f"{self._unsent} messages wait to be sent, and no more may: wait, or send it "
                    "now"
                )
            self._unsent += 1
            self._context.nursery.start_soon(self._send_later, to, text, delay_s, hops)
            return f"Scheduled for {to} in {delay_s:g}s."
        self.post(to, text, hops=hops)
        return f"Delivered to {to}."

    def post(self, to: str, text: str, *, hops: int, when: str = "") -> None:
        """Send *text* at once, whatever *hops* are, with a word on *when* it was written.

        Raises:
            UnknownNameError: there is no agent *to*.
            RunError: its inbox is full.
        """
        ref, own = self.find(to), self._context.ref
        said = f"[from {own.name}{when}]: {text}"
        prompt = Prompt(said, source=own.path, hops=hops, id=new_id())
        try:
            ref.tell(prompt)
        except MailboxFull as error:
            raise RunError(
                f"{to} has {INBOX_CAPACITY} messages waiting and takes no more: wait, or do "
                "without it"
            ) from error
        self._standing.household.keep_mail(ref.path, prompt)

    def find(self, name: str) -> Ref[Mail]:
        """Give the agent of that name or path; `PARENT` is the one that has started this one.

        Raises:
            UnknownNameError: there is none.
        """
        parent = self._standing.parent
        if name == PARENT and parent is not None and parent.alive:
            return parent
        ref = self._context.system.member(AGENTS, name)
        if ref is None:
            raise UnknownNameError(f"Unknown agent: {name!r}. There are: {_listed(self.names())}.")
        return ref

    def names(self) -> tuple[str, ...]:
        """Say who can be written to."""
        members = self._context.system.members(AGENTS)
        return tuple(ref.name for ref in members if ref != self._context.ref)

    async def _send_later(self, to: str, text: str, delay_s: float, hops: int) -> None:
        try:
            await trio.sleep(delay_s)
            self.post(to, text, hops=hops, when=f", {delay_s:g}s ago")
        except (UnknownNameError, RunError) as error:
            news, own = f"[not delivered to {to}: {error}]", self._context.ref
            tell_surely(own, Prompt(news, source=own.path, hops=hops))
        finally:
            self._unsent -= 1
            self._standing.household.note_rest()


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    listed = ", ".join(names[:_MOST_NAMES]) or "no others"
    return f"{listed} and {more} more" if more > 0 else listed
