"""What a conversation needs of a terminal, whatever that can do."""

from collections.abc import AsyncIterator
from typing import Literal, Protocol

import attrs

from sagent.repl._family_view import FamilyView
from sagent.repl._offers import Offers
from sagent.repl._pasted import Pasted
from sagent.repl._printed import Printed
from sagent.tool import Question


@attrs.frozen
class Submitted:
    """The user has sent off a text.

    Attributes:
        text: as they see it, with what was pasted folded.
        whole: all of it; the same unless something was folded.
        pasted: what was folded, in order.
    """

    text: str
    whole: str = attrs.field(default=attrs.Factory(lambda own: own.text, takes_self=True))
    pasted: tuple[Pasted, ...] = ()


@attrs.frozen
class ImagesNamed:
    """The user has pasted, or dropped, the names of images.

    Attributes:
        text: what was pasted.
        names: the files'.
    """

    text: str
    names: tuple[str, ...]


@attrs.frozen
class ClipboardWanted:
    """The user wants to have the image of the clipboard in what they write."""


@attrs.frozen
class Chosen:
    """The user has chosen among a question's answers."""

    labels: tuple[str, ...]


@attrs.frozen
class Stopped:
    """The user wants what goes on to end: Ctrl-C, with nothing else that it could mean."""


@attrs.frozen
class Escaped:
    """The user has pressed Esc."""


@attrs.frozen
class Lifted:
    """The user wants to edit the message that waits, the last of several."""


@attrs.frozen
class Expanded:
    """The user wants to see the last result of a tool."""


@attrs.frozen
class Left:
    """The user, or the terminal, has gone."""


type Editing = Literal["emacs", "vi"]
"""The editor whose keys are those of the entry."""

type Gesture = (
    Submitted
    | ImagesNamed
    | ClipboardWanted
    | Chosen
    | Stopped
    | Escaped
    | Lifted
    | Expanded
    | Left
)
"""What the user does."""


@attrs.frozen(kw_only=True)
class View:
    """What stands about the prompt now.

    Attributes:
        live: what is above it, and will be printed once it is whole.
        family: the agents below that are at work.
        queue: messages that wait for the agent.
        question: what the agent asks.
        status: the line below.
        title: the terminal's.
        busy: whether there is something to interrupt.
        offers: what Tab offers beside files.
    """

    live: tuple[Printed, ...] = ()
    family: FamilyView = FamilyView()  # noqa: RUF009  # it is frozen
    queue: tuple[str, ...] = ()
    question: Question | None = None
    status: str = "starting"
    title: str = "sagent"
    busy: bool = False
    offers: Offers = Offers()  # noqa: RUF009  # it is frozen


class Screen(Protocol):
    """Shows a conversation. Nothing here waits, whatever becomes of the terminal."""

    @property
    def gestures(self) -> AsyncIterator[Gesture]:
        """What the user does, in order."""
        ...

    def print(self, *printed: Printed) -> None:
        """Print *printed* above the prompt, for good."""
        ...

    def show(self, view: View) -> None:
        """Show *view* in place of the one before."""
        ...

    def ring(self) -> None:
        """Let the person know, who may look elsewhere."""
        ...

    def copy(self, text: str) -> None:
        """Put *text* in the person's clipboard.

        Raises:
            UsageError: that cannot be done here, or not with so much.
        """
        ...

    def fill(self, text: str) -> None:
        """Put *text* before what the user is writing."""
        ...

    def switch_editing(self) -> Editing:
        """Edit as in the other of two editors, and tell in which.

        Raises:
            UsageError: no keys can be told apart here.
        """
        ...

    def insert(self, pasted: str | Pasted) -> None:
        """Put *pasted* where the user is writing."""
        ...
