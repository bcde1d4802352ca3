"""Where in a command line a word stands: what it may be, by the parser that will read it."""

import argparse
from collections.abc import Mapping, Sequence

import attrs

from sagent.cli._parser import Parser

_SEVERAL = ("+", "*")


@attrs.frozen(kw_only=True)
class Place:
    """What the last word of a command line may be.

    Attributes:
        parser: of what stands there.
        flags: those that may be written, for a word that begins with a hyphen.
        action: whose value it is; None for nobody's.
        prefix: what of the word stands before the value, as ``--model=``.
        said: the flags and values before it, by what they set.
    """

    parser: Parser
    flags: Sequence[argparse.Action] = ()
    action: argparse.Action | None = None
    prefix: str = ""
    said: Mapping[str, Sequence[str]] = attrs.field(factory=dict[str, Sequence[str]])


@attrs.define
class _Reader:
    """Goes through a command line as argparse will, without its errors."""

    parser: Parser
    said: dict[str, list[str]] = attrs.field(factory=dict[str, list[str]], init=False)
    _taking: argparse.Action | None = attrs.field(default=None, init=False)
    """The flag whose values come."""
    _words_only: bool = attrs.field(default=False, init=False)
    _seat: int = attrs.field(default=0, init=False)
    """How many of the places have been taken."""

    def read(self, word: str) -> None:
        """Go past a word."""
        if self._is_flag(word):
            self._read_flag(word)
        elif self._taking is not None:
            self._note(self._taking, word)
            if self._taking.nargs not in _SEVERAL:
                self._taking = None
        elif (action := self._seated()) is not None:
            self._note(action, word)
            for name, _, below in self.parser.commands():
                if name == word:
                    self.parser, self._seat = below, 0
                    return
            if action.nargs not in _SEVERAL:
                self._seat += 1

    def place(self, word: str) -> Place:
        """Tell what *word*, the last one, may be."""
        if self._is_flag(word) or (word == "-" and not self._words_only):
            flag, equals, _ = word.partition("=")
            if equals:
                return self._place(action=self._flag(flag), prefix=f"{flag}=")
            return self._place(flags=[a for a in self.parser.actions() if self._may_come(a)])
        return self._place(action=self._taking or self._seated())

    def _place(
        self,
        *,
        flags: Sequence[argparse.Action] = (),
        action: argparse.Action | None = None,
        prefix: str = "",
    ) -> Place:
        return Place(parser=self.parser, flags=flags, action=action, prefix=prefix, said=self.said)

    def _is_flag(self, word: str) -> bool:
        return word.startswith("-") and word != "-" and not self._words_only

    def _read_flag(self, word: str) -> None:
        self._taking = None
        if word == "--":
            self._words_only = True
            return
        flag, equals, value = word.partition("=")
        if (action := self._flag(flag)) is not None:
            self.said.setdefault(action.dest, [])
            if equals:
                self._note(action, value)
            elif action.nargs != 0:
                self._taking = action

    def _note(self, action: argparse.Action, word: str) -> None:
        self.said.setdefault(action.dest, []).append(word)

    def _flag(self, flag: str) -> argparse.Action | None:
        return next((a for a in self.parser.actions() if flag in a.option_strings), None)

    def _may_come(self, action: argparse.Action) -> bool:
        again = isinstance(action, argparse._ExtendAction | argparse._AppendAction)  # noqa: SLF001  # they have no other names
        return bool(action.option_strings) and (again or action.dest not in self.said)

    def _seated(self) -> argparse.Action | None:
        seats = [action for action in self.parser.actions() if not action.option_strings]
        return seats[self._seat] if self._seat < len(seats) else None


def place_of(parser: Parser, words: Sequence[str]) -> Place:
    """Tell what the last of *words*, which may be empty or a beginning, may be."""
    reader = _Reader(parser)
    for word in words[:-1]:
        reader.read(word)
    return reader.place(words[-1])
