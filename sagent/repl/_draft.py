"""What a person has written, as they see it and as the agent gets it."""

from collections.abc import Iterable

import attrs

from sagent.agent import Attachment
from sagent.message import BytesMessage
from sagent.repl._pasted import Pasted, PastedImage
from sagent.tools._mention import Meanings, mentions_in


@attrs.frozen(kw_only=True)
class Draft:
    """A message to the agent.

    Attributes:
        shown: what the person sees, with what was pasted folded.
        text: all of it.
        images: what was pasted among it.
        mentions: what may name files in it, as far as the person wrote it themselves.
    """

    shown: str
    text: str
    images: tuple[PastedImage, ...] = ()
    mentions: tuple[Meanings, ...] = ()

    @classmethod
    def of(cls, shown: str, whole: str, pasted: Iterable[Pasted]) -> "Draft":
        """Make it of what was written, and of what was pasted in it."""
        return cls(
            shown=shown,
            text=whole,
            images=tuple(one for one in pasted if isinstance(one, PastedImage)),
            mentions=mentions_in(shown),
        )

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The images, as the model gets them."""
        return tuple(BytesMessage(image.content, image.descriptor) for image in self.images)
