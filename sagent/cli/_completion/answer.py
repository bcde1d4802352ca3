"""The answer to a shell that asks how a command line may go on."""

import argparse
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sagent.cli._commands import PARSERS, Parsers
from sagent.cli._completion.place import Place, place_of
from sagent.cli._completion.sources import Word, find_words

FILES, DIRECTORIES = ":files", ":directories"
"""Lines that leave it to the shell to complete a path; no word begins with a colon."""
_PATHS: Mapping[str, str] = {
    "FILE": FILES,
    "PATTERN": FILES,
    "DIR": DIRECTORIES,
    "PATH": DIRECTORIES,
}
"""What a value is by how help calls it."""
_BREAKS = frozenset({"=", ":"})
"""What bash takes for words of their own."""


def answer(shell: str, words: Sequence[str], parsers: Parsers = PARSERS) -> str:
    """Give a line for each word that the last of *words* may be: the word, a tab, what it is.

    Args:
        shell: who asks; bash has parted its words, and replaces the last part alone.
        words: those after the command, up to the one with the cursor, which may be empty.
        parsers: of what may follow it, by the first word; those of ``sagent``.
    """
    words = _joined(words) if shell == "bash" else list(words or [""])
    word = words[-1]
    gone = max(word.rfind(mark) for mark in _BREAKS) + 1 if shell == "bash" else 0
    lines: list[str] = []
    for found in _found(words, parsers):
        if found.word in (FILES, DIRECTORIES):
            lines.append(f"{found.word}\n")
        elif found.word.startswith(word):
            lines.append(f"{found.word[gone:]}\t{found.about}\n")
    return "".join(dict.fromkeys(lines))


def _found(words: Sequence[str], parsers: Parsers) -> Iterator[Word]:
    first, *rest = words
    if rest and first in parsers and first:
        yield from _at(place_of(parsers[first](), rest), rest[-1])
        return
    if not rest and not first.startswith("-"):
        for name, make in parsers.items():
            yield from [Word(name, _summary(make().description))] if name else ()
    yield from _at(place_of(parsers[""](), words), words[-1])


def _at(place: Place, word: str) -> Iterator[Word]:
    for action in place.flags:
        yield from (Word(flag, action.help or "") for flag in action.option_strings)
    if place.action is not None:
        value = word.removeprefix(place.prefix)
        for found in _values(place.action, place, value):
            is_path = found.word in (FILES, DIRECTORIES)
            yield found if is_path else Word(f"{place.prefix}{found.word}", found.about)


def _values(action: argparse.Action, place: Place, value: str) -> Iterable[Word]:
    if commands := [each for each in place.parser.commands() if not action.option_strings]:
        return [Word(name, about) for name, about, _ in commands]
    if action.choices is not None:
        return [Word(str(choice)) for choice in action.choices]
    if isinstance(action.metavar, str) and action.metavar in _PATHS:
        return [Word(_PATHS[action.metavar])]
    return find_words(action.dest, value, place.said)


def _summary(description: str | None) -> str:
    return re.split(r"[.:]\s", " ".join((description or "").split()), maxsplit=1)[0]


def _is_break(word: str) -> bool:
    return bool(word) and set(word) <= _BREAKS


def _joined(words: Sequence[str]) -> list[str]:
    """Put together what bash has parted at ``=`` and ``:``."""
    joined: list[str] = []
    for index, word in enumerate(words):
        if index and (_is_break(word) or _is_break(words[index - 1])):
            joined[-1] += word
        else:
            joined.append(word)
    return joined or [""]
