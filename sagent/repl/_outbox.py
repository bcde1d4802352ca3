"""What a person says to the agent, at once or when its model has finished."""

import attrs
import trio

from sagent.agent import Done, Failed, Interrupted, Prompt, Responded, RunEvent, ToolCalled
from sagent.errors import SessionError, UsageError
from sagent.repl._draft import Draft
from sagent.repl._models import Models
from sagent.repl._printed import Remark, Said, Verbatim
from sagent.repl._pulse import Pulse
from sagent.repl._screen import Screen
from sagent.repl._setting import Setting
from sagent.repl._telling import Telling
from sagent.tools._attach import attach, place_for


@attrs.define(eq=False)
class Outbox:
    """Sends messages in order, and keeps those that wait.

    Attributes:
        queue: those that wait for the model.
    """

    _setting: Setting
    _screen: Screen
    _telling: Telling
    _pulse: Pulse
    _models: Models
    queue: list[Draft] = attrs.field(factory=list[Draft], init=False)
    _said: bool = attrs.field(default=False, init=False)
    _sending: list[Draft] = attrs.field(factory=list[Draft], init=False)
    """Those whose files are being read, and what was said after them."""
    _arrived: trio.Event = attrs.field(factory=trio.Event, init=False)
    _reading: trio.CancelScope = attrs.field(factory=trio.CancelScope, init=False)

    def put(self, draft: Draft) -> None:
        """Send *draft* now, or once the model that speaks has finished."""
        if self._pulse.phase == "thinking":
            self.queue.append(draft)
        else:
            self.say(draft)

    def say(self, draft: Draft) -> None:
        """Send *draft* to the agent, as soon as the files that it names are read."""
        if not self._fits(draft):
            return
        if not self._said:
            self._said = True
            self._note_beginning()
        self._pulse.expect()
        if draft.mentions or self._sending:
            self._sending.append(draft)
            self._arrived.set()
        else:
            self._show(draft)
            self._tell(Prompt(draft.text, attachments=draft.attachments))

    async def read_files(self) -> None:
        """Read the files that are named in what is said, and send it, one after the other."""
        while True:
            await self._arrived.wait()
            self._arrived = trio.Event()
            while self._sending:
                draft = self._sending[0]
                with trio.CancelScope() as self._reading:
                    await self._send_with_files(draft)
                if self._is_first(draft):
                    del self._sending[0]

    def lift(self) -> None:
        """Give the last of what waits back, to be edited."""
        if self.queue:
            self._screen.fill(self.queue.pop().shown)

    def recall(self) -> None:
        """Give back what was not sent yet because its files are being read."""
        drafts, self._sending = self._sending, []
        if drafts:
            self._reading.cancel()
            self._fill(drafts)

    def hear(self, event: RunEvent) -> None:
        """Send what waits when *event* tells that it may go, or give it back."""
        match event:
            case ToolCalled() | Responded() | Done() | Failed():
                self.flush()
            case Interrupted():
                self._give_back()
            case _:
                pass

    def flush(self) -> None:
        """Send all that waits."""
        queue, self.queue = self.queue, []
        for draft in queue:
            self.say(draft)

    def _give_back(self) -> None:
        """Who interrupts may not want what they wrote before that."""
        queue, self.queue = self.queue, []
        self._fill(queue)

    def _fill(self, drafts: list[Draft]) -> None:
        if drafts:
            self._screen.fill("\n".join(draft.shown for draft in drafts))

    def _fits(self, draft: Draft) -> bool:
        """See whether the model looks at images, if there are any; if not, all is given back."""
        try:
            self._models.check(draft.images)
        except UsageError as error:
            self._screen.print(Remark(f"  ! {error}", "notice"))
            self._screen.fill(draft.shown)
            return False
        return True

    def _is_first(self, draft: Draft) -> bool:
        """Tell whether *draft* is the next to be sent, and was not recalled."""
        return bool(self._sending) and self._sending[0] is draft

    async def _send_with_files(self, draft: Draft) -> None:
        place = place_for(self._setting.agent)
        attached = await attach(draft.mentions, place, self._models.current)
        if not self._is_first(draft):
            return  # it was recalled when all was read already, too late for a cancel
        self._show(draft)
        rows = [Remark(f"  {row}") for row in attached.rows]
        faults = [Verbatim(f"  ! {fault}", "notice") for fault in attached.faults]
        self._screen.print(*rows, *faults)
        parts = (*draft.attachments, *attached.parts)
        self._tell(Prompt(draft.text, attachments=parts, seen=attached.seen))

    def _show(self, draft: Draft) -> None:
        self._screen.print(*self._telling.finish(), Said(draft.shown))

    def _tell(self, prompt: Prompt) -> None:
        self._setting.ref.tell(prompt, lane="front")
        self._pulse.expect()

    def _note_beginning(self) -> None:
        try:
            self._setting.on_first_prompt()
        except SessionError as error:  # what is said goes on all the same, as a run does
            self._screen.print(Verbatim(f"  ! {error}", "notice"))
