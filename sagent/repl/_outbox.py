"""What a person says to the agent, at once or when its model has finished."""

import attrs

from sagent.agent import Done, Failed, Interrupted, Prompt, Responded, RunEvent, ToolCalled
from sagent.errors import SessionError
from sagent.repl._printed import Said, Verbatim
from sagent.repl._pulse import Pulse
from sagent.repl._screen import Screen
from sagent.repl._setting import Setting
from sagent.repl._telling import Telling


@attrs.define(eq=False)
class Outbox:
    """Sends messages in order, and keeps those that wait.

    Attributes:
        queue: those that wait.
    """

    _setting: Setting
    _screen: Screen
    _telling: Telling
    _pulse: Pulse
    queue: list[str] = attrs.field(factory=list[str], init=False)
    _said: bool = attrs.field(default=False, init=False)

    def put(self, text: str) -> None:
        """Send *text* now, or once the model that speaks has finished."""
        if self._pulse.phase == "thinking":
            self.queue.append(text)
        else:
            self.say(text)

    def say(self, text: str) -> None:
        """Send *text* to the agent now."""
        if not self._said:
            self._said = True
            self._note_beginning()
        self._screen.print(*self._telling.finish(), Said(text))
        self._setting.ref.tell(Prompt(text), lane="front")
        self._pulse.expect()

    def lift(self) -> None:
        """Give the last of what waits back, to be edited."""
        if self.queue:
            self._screen.fill(self.queue.pop())

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
        for text in queue:
            self.say(text)

    def _give_back(self) -> None:
        """Who interrupts may not want what they wrote before that."""
        queue, self.queue = self.queue, []
        if queue:
            self._screen.fill("\n".join(queue))

    def _note_beginning(self) -> None:
        try:
            self._setting.on_first_prompt()
        except SessionError as error:  # what is said goes on all the same, as a run does
            self._screen.print(Verbatim(f"  ! {error}", "notice"))
