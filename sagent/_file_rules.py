r"""Rules about files, as a ``.gitignore`` states them (gitignore(5)).

Matching takes time in proportion to rules and path, whatever they hold: a project writes the rules,
and must not be able to keep its reader busy. So a star that another one follows, be it ``*`` or
``**``, takes as little as it can and never more: in an atomic group, which tries nothing else. What
it leaves to the stars behind it is then the most, so no other choice could fit where this does not.
"""

import re
from collections.abc import Iterable, Sequence

import attrs

_ANY_DEPTH = "**"
_ANY_NAMES = r"(?:[^/]++/)*"
_MOST_CHARS = 4096
"""No path is longer (limits.h: PATH_MAX), so no rule that is has a use."""


@attrs.frozen
class _Rule:
    expression: str
    leaves_out: bool


@attrs.frozen
class FileRules:
    """Rules of which the last one that fits counts."""

    _pattern: re.Pattern[str]
    """A group for each rule, the last one first."""
    _verdicts: tuple[bool, ...]

    @classmethod
    def of(cls, lines: Iterable[str]) -> "FileRules":
        """Read *lines* of a ``.gitignore``.

        Raises:
            ValueError: a line is no pattern.
        """
        rules = [rule for line in lines if (rule := _rule(line))][::-1]
        groups = "|".join(f"({rule.expression})" for rule in rules)
        return cls(re.compile(groups or "(?!)"), tuple(rule.leaves_out for rule in rules))

    @classmethod
    def of_file(cls, lines: Iterable[str]) -> "FileRules":
        """Read *lines* as git does: one that is no pattern counts as none."""
        return cls.of(filter(_is_rule, lines))

    def verdict(self, path: str) -> bool | None:
        """Tell whether *path* is left out; None if no rule says.

        A directory's path ends with a slash.
        """
        found = self._pattern.match(path)
        return None if found is None or not found.lastindex else self._verdicts[found.lastindex - 1]

    def leave_out(self, path: str) -> bool:
        """Tell whether *path* is left out, itself or with a directory above it."""
        ends = [found.end() for found in re.finditer("/", path)]
        return any(self.verdict(path[:end]) for end in dict.fromkeys((*ends, len(path))))


def _is_rule(line: str) -> bool:
    try:
        _rule(line)
    except ValueError:
        return False
    return True


def _rule(line: str) -> _Rule | None:
    text = _without_blanks_behind(line.removesuffix("\r"))
    takes_back = text.startswith("!")
    names = _names(text.removeprefix("!"))
    if text.startswith("#") or not names:
        return None
    if len(text) > _MOST_CHARS:
        raise ValueError(f"{text[:50]}... is longer than any path")
    end = r"/\Z" if text.endswith("/") else r"/?\Z"
    return _Rule(_expression(names) + end, leaves_out=not takes_back)


def _without_blanks_behind(text: str) -> str:
    bare = text.rstrip(" ")
    return f"{bare} " if bare.endswith("\\") and bare != text else bare


def _names(text: str) -> list[str]:
    """Give the names that *text* is made of; those that begin nowhere in particular, anywhere."""
    names = [name for name in text.split("/") if name]
    if names and "/" not in text.rstrip("/"):
        names.insert(0, _ANY_DEPTH)
    if names and names[-1] == _ANY_DEPTH:
        names.append("*")
    return names


def _expression(names: Iterable[str]) -> str:
    first, *others = _blocks(names)
    if not others:
        return "/".join(first)
    *between, last = others
    before = "".join(f"{name}/" for name in first)
    inner = ("".join(f"{name}/" for name in block) for block in between if block)
    passed = "".join(f"(?>{_ANY_NAMES}?{block})" for block in inner)
    return f"{before}{passed}{_ANY_NAMES}{'/'.join(last)}"


def _blocks(names: Iterable[str]) -> list[list[str]]:
    """Part *names* at each ``**``."""
    blocks: list[list[str]] = [[]]
    for name in names:
        if name == _ANY_DEPTH:
            blocks.append([])
        else:
            blocks[-1].append(_one_name(name))
    return blocks


def _one_name(text: str) -> str:
    first, *others = _pieces(text)
    if not others:
        return first
    *between, last = others
    start = first or "(?=[^/])"  # a star alone is no name
    return "".join([start, *(f"(?>[^/]*?{piece})" for piece in between), f"[^/]*{last}"])


def _pieces(text: str) -> Sequence[str]:
    """Part the name *text* at its stars; each piece fits so many characters, and no slash."""
    pieces: list[list[str]] = [[]]
    at = 0
    while at < len(text):
        if text[at] == "*":
            pieces.append([])
            at += 1
            continue
        piece, at = _single(text, at)
        pieces[-1].append(piece)
    first, *others = map("".join, pieces)
    *between, last = others or [""]
    return [first, *filter(None, between), last] if others else [first]


def _single(text: str, at: int) -> tuple[str, int]:
    """Read what stands for one character at *at*, and tell where it ends."""
    if text[at] == "?":
        return "[^/]", at + 1
    if text[at] == "[":
        return _choice(text, at + 1)
    character, end = _literal(text, at)
    return re.escape(character), end


def _literal(text: str, at: int) -> tuple[str, int]:
    start = at + (text[at] == "\\")
    if start == len(text):
        raise ValueError(f"nothing follows the backslash of {text!r}")
    return text[start], start + 1


def _choice(text: str, start: int) -> tuple[str, int]:
    """Read the characters in brackets, of which the first stands at *start*."""
    negated = text[start : start + 1] in {"!", "^"}
    members: list[str] = []
    at = first = start + negated
    while at == first or text[at : at + 1] != "]":
        if at >= len(text):
            raise ValueError(f"a bracket of {text!r} does not end")
        low, at = _literal(text, at)
        high = low
        if text[at : at + 1] == "-" and text[at + 1 : at + 2] not in {"", "]"}:
            high, at = _literal(text, at + 1)
        members += [f"{re.escape(low)}-{re.escape(high)}"] if low <= high else []
    if not members:
        return ("[^/]" if negated else "(?!)"), at + 1
    return f"(?!/)[{'^' if negated else ''}{''.join(members)}]", at + 1
