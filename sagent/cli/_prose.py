"""What a model says, on a person's standard output, while it says it."""

import attrs

from sagent.cli._streams import write_out
from sagent.terminal import clean


@attrs.define
class Prose:
    """Writes pieces of text, without what a terminal would act on."""

    _in_line: bool = attrs.field(default=False, init=False)

    async def write(self, text: str) -> None:
        """Write another piece.

        Raises:
            OSError: nothing can be written any more.
        """
        cleaned = clean(text)
        self._in_line = not cleaned.endswith("\n") if cleaned else self._in_line
        await write_out(cleaned)

    async def end_line(self) -> None:
        """Leave the line that the text has come to, if it is in one.

        Raises:
            OSError: nothing can be written any more.
        """
        if self._in_line:
            self._in_line = False
            await write_out("\n")
