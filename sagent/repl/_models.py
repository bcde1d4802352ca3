"""The models that a person has talked to, and what they look at."""

from collections.abc import Callable, Iterable

import attrs

from sagent.model import Effort, Model, as_capable, check_media
from sagent.repl._pasted import PastedImage
from sagent.repl._pulse import Pulse


@attrs.define(eq=False)
class Models:
    """Knows the model that answers, as long as it was chosen here."""

    _first: Model
    _named: Callable[[str], Model]
    _pulse: Pulse
    _known: dict[str, Model] = attrs.field(factory=dict[str, Model], init=False)

    def __attrs_post_init__(self) -> None:
        self._known[self._first.model_id] = self._first

    @property
    def current(self) -> Model | None:
        """The model that answers; None if the agent has chosen one itself."""
        status = self._pulse.status
        return self._first if status is None else self._known.get(status.model_id)

    def named(self, name: str) -> Model:
        """Make the model of that name; in a thread.

        Raises:
            UsageError: there is none.
            MissingKeyError: its provider needs a key that is not there.
        """
        model = self._named(name)
        self._known[model.model_id] = model
        return model

    @property
    def efforts(self) -> tuple[Effort, ...]:
        """How hard the model can be told to think; nothing for one that is not known."""
        capable = as_capable(self.current)
        return () if capable is None else tuple(capable.efforts)

    def check(self, images: Iterable[PastedImage]) -> None:
        """See whether the model looks at *images*; one that is not known is tried.

        Raises:
            UsageError: it does not.
        """
        model = self.current
        if model is not None:
            for image in images:
                check_media(model, image.descriptor)
