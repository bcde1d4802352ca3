"""What a conversation is made of."""

from collections.abc import Awaitable, Callable

import attrs

from sagent.repl._following import Following
from sagent.repl._jobs import Jobs
from sagent.repl._models import Models
from sagent.repl._outbox import Outbox
from sagent.repl._pulse import Pulse
from sagent.repl._repertoire import Repertoire
from sagent.repl._screen import Screen
from sagent.repl._screen_answerer import ScreenAnswerer
from sagent.repl._setting import Setting
from sagent.repl._telling import Telling


@attrs.frozen(kw_only=True, eq=False)
class Parts:
    """What those need who do what a person wants.

    Attributes:
        setting: who the person talks to, and where.
        screen: where they sit.
        answerer: puts questions to them.
        telling: what is printed of the agent.
        following: the other agents whose steps are printed.
        pulse: how the agent stands.
        jobs: what runs beside it.
        outbox: what is said to it.
        models: the models that it may have.
        repertoire: what can be said by a name.
        look: sees how the agent stands now, and shows that.
    """

    setting: Setting
    screen: Screen
    answerer: ScreenAnswerer
    telling: Telling
    following: Following
    pulse: Pulse
    jobs: Jobs
    outbox: Outbox
    models: Models
    repertoire: Repertoire
    look: Callable[[], Awaitable[None]]
