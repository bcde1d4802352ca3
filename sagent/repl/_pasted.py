"""What people paste, and how it is shown where it is too long, or no text, to be shown itself."""

import re
from collections.abc import Iterator

import attrs

from sagent.terminal import one_line, size_of

MOST_LINES = 10
"""A paste of more lines is folded."""
MOST_CHARS = 1000
"""Likewise of more characters."""
_NAME_CHARS = 40
_LABEL = re.compile(r"\[(?:Pasted text|Earlier text|Image) #\d+: [^\]\n]*\]")


@attrs.frozen
class PastedText:
    """A text that was pasted."""

    text: str

    @property
    def words(self) -> str:
        """How much it is."""
        return count_of(self.text)


@attrs.frozen
class PastedImage:
    """An image that was pasted, or whose file was.

    Attributes:
        name: the file's; "" for one of the clipboard.
        descriptor: its MIME type.
        path: of its file; "" for one of the clipboard.
    """

    name: str
    content: bytes = attrs.field(repr=False)
    descriptor: str
    path: str = ""

    @property
    def words(self) -> str:
        """Its name, and how much it is."""
        name = re.sub(r"[\[\]]", "_", one_line(self.name))[:_NAME_CHARS]
        return " ".join(filter(None, (name or self.descriptor, size_of(len(self.content)))))


type Pasted = PastedText | PastedImage


@attrs.frozen
class Fold:
    """A label in a text, and what it stands for."""

    start: int
    end: int
    pasted: Pasted


@attrs.define
class Folds:
    """Knows what labels stand for; what a person writes that only looks like one stays as it is."""

    _kept: dict[str, Pasted] = attrs.field(factory=dict[str, Pasted], init=False)
    _counts: dict[str, int] = attrs.field(factory=dict[str, int], init=False)

    def label(self, pasted: Pasted, kind: str = "") -> str:
        """Give the label for *pasted* from now on."""
        kind = kind or ("Image" if isinstance(pasted, PastedImage) else "Pasted text")
        number = self._counts[kind] = self._counts.get(kind, 0) + 1
        label = f"[{kind} #{number}: {pasted.words}]"
        self._kept[label] = pasted
        return label

    def shortened(self, text: str, kind: str = "") -> str:
        """Give *text* as it is shown: itself, or a label if it is long."""
        return self.label(PastedText(text), kind) if is_long(text) else text

    def found_in(self, text: str) -> Iterator[Fold]:
        """Give the labels in *text*, in order."""
        for match in _LABEL.finditer(text):
            pasted = self._kept.get(match.group())
            if pasted is not None:
                yield Fold(match.start(), match.end(), pasted)

    def around(self, text: str, place: int) -> Fold | None:
        """Give the label in *text* that *place* is within, or at the end of."""
        return next((fold for fold in self.found_in(text) if fold.start < place <= fold.end), None)

    def after(self, text: str, place: int) -> Fold | None:
        """Give the label in *text* that begins at *place*."""
        return next((fold for fold in self.found_in(text) if fold.start == place), None)

    def unfolded(self, text: str) -> str:
        """Give *text* whole; images stay labels."""
        pieces, end = list[str](), 0
        for fold in self.found_in(text):
            if isinstance(fold.pasted, PastedText):
                pieces += [text[end : fold.start], fold.pasted.text]
                end = fold.end
        return "".join([*pieces, text[end:]])

    def refolded(self, text: str, before: str) -> str:
        """Give *text*, which was *before* with its labels, with those that still fit."""
        for fold in self.found_in(before):
            if isinstance(fold.pasted, PastedText) and text.count(fold.pasted.text) == 1:
                text = text.replace(fold.pasted.text, before[fold.start : fold.end])
        return text

    def lasting(self, text: str) -> str:
        """Give *text* so that it means the same another day: an image by its file's name."""
        for fold in reversed([*self.found_in(text)]):
            if isinstance(fold.pasted, PastedImage) and fold.pasted.path:
                path = fold.pasted.path
                name = f'@"{path}"' if " " in path else f"@{path}"
                text = text[: fold.start] + name + text[fold.end :]
        return self.unfolded(text)


def is_long(text: str) -> bool:
    """Tell whether *text* is folded when it is pasted."""
    return len(text) > MOST_CHARS or text.count("\n") >= MOST_LINES


def count_of(text: str) -> str:
    """Tell how much *text* is: in lines, or characters if it is one line."""
    lines = text.rstrip("\n").count("\n") + 1
    if lines > 1:
        return f"{lines} lines"
    return f"{len(text):,} {'character' if len(text) == 1 else 'characters'}"
