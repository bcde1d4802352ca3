from pathlib import Path

import attrs

from sagent.tools._arguments import Arguments
from sagent.tools._closest import closest
from sagent.tools._line_ends import Span, replacements, split_lines
from sagent.tools._place import shown
from sagent.tools._refusal import Refusal

_SEARCHED_LINES = 5000
_LISTED_PLACES = 10
_SHOWN_CHARS = 120


@attrs.frozen(kw_only=True)
class Change:
    """What an edit asks for."""

    old: str
    new: str
    everywhere: bool

    @classmethod
    def of(cls, arguments: Arguments) -> "Change":
        """Read what *arguments* ask for.

        Raises:
            Refusal: it cannot be meant.
        """
        old, new = arguments.text("old_string"), arguments.text("new_string")
        if not old:
            raise Refusal("old_string cannot be empty: name the text to replace, or use Write")
        if old == new:
            raise Refusal("old_string and new_string are the same: nothing would change")
        return cls(old=old, new=new, everywhere=arguments.flag("replace_all"))

    def spans(self, text: str, path: Path) -> list[Span]:
        """Find where *text*, which is the file at *path*, changes.

        Raises:
            Refusal: the old string is not there, or in more places than one was meant.
        """
        spans = list(replacements(text, self.old, self.new))
        if not spans:
            raise Refusal(f"old_string not found in {shown(path)}.{_hint(text, self.old)}")
        if len(spans) > 1 and not self.everywhere:
            numbers = [str(_line_number(text, span.start)) for span in spans[:_LISTED_PLACES]]
            more = ", ..." if len(spans) > _LISTED_PLACES else ""
            raise Refusal(
                f"old_string found {len(spans)} times in {shown(path)} "
                f"(lines {', '.join(numbers)}{more}): include more of the text around the one "
                "you mean, or set replace_all"
            )
        return spans


def _line_number(text: str, position: int) -> int:
    return len(split_lines(text[:position]))


def _hint(text: str, old: str) -> str:
    """Say what in *text* comes nearest to *old*, and what may be wrong with it."""
    wanted = next((line for line in split_lines(old) if line.strip()), "").strip()
    number, tab, rest = wanted.partition("\t")
    if tab and number.isdecimal() and rest.strip() in text:
        return " It begins with a line number of Read's output: leave the numbers out."
    lines = [line.strip()[:_SHOWN_CHARS] for line in split_lines(text)[:_SEARCHED_LINES]]
    near = closest(wanted[:_SHOWN_CHARS], lines, most=1)
    if not near:
        return " Nothing in the file comes near it: read the file again."
    return (
        f" The nearest is line {lines.index(near[0]) + 1}: {near[0]!r}. "
        "Read it again and copy it exactly, with its indentation."
    )
