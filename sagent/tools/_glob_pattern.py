import fnmatch
import re
from collections.abc import Iterable, Iterator, Sequence

import attrs

from sagent.tools._refusal import Refusal

_MOST_ALTERNATIVES = 256
_ANY_DEPTH = "**"
_NOT_PLAIN = re.compile(r"(?:[^\[\w.-]|\[.*)+", re.ASCII | re.DOTALL)
_BY_LAST_NAME = re.compile(r"\*\*/(?:[\w.-]|\*(?!\*))*\w", re.ASCII)
_BRACES = re.compile(r"\{([^{}]*)\}")
_MAGIC = re.compile(r"[*?\[{]")


@attrs.frozen
class GlobPattern:
    """A pattern of path names: ``*``, ``?``, ``[a-z]``, ``{a,b}``, and ``**`` for any directories.

    Matching takes time in proportion to the lengths of pattern and name, whatever they hold.
    """

    _alternatives: tuple[tuple[re.Pattern[str] | None, ...], ...]
    last_names: tuple[str, ...]
    """What the last part of a fitting name is like, of plain characters and stars."""
    is_by_last_name: bool
    """Whether *last_names* say all, since directories may be any."""

    @classmethod
    def of(cls, pattern: str) -> "GlobPattern":
        """Compile *pattern*.

        Raises:
            Refusal: its braces stand for too many patterns.
        """
        written = alternatives(pattern)
        by_last = all(map(_BY_LAST_NAME.fullmatch, written))
        return cls(tuple(tuple(_segments(one)) for one in written), _last_names(written), by_last)

    def matches(self, relative: str) -> bool:
        """Tell whether the whole of *relative*, parted by slashes, fits."""
        parts = relative.split("/")
        return any(_fits(segments, parts) for segments in self._alternatives)

    def matching(self, names: Iterable[str]) -> list[str]:
        """Give those of *names* that fit."""
        if len(self._alternatives) == 1:
            match self._alternatives[0]:
                case (None, re.Pattern() as last):  # the pattern that is asked for most
                    return [name for name in names if last.match(name[name.rfind("/") + 1 :])]
                case _:
                    pass
        return [name for name in names if self.matches(name)]

    @property
    def most_levels(self) -> int | None:
        """How many segments a fitting name has at most; None for any number."""
        if any(None in segments for segments in self._alternatives):
            return None
        return max(len(segments) for segments in self._alternatives)


def fixed_prefix(pattern: str) -> tuple[str, str]:
    """Part *pattern* into the directories that it names outright, and the rest."""
    segments = pattern.split("/")
    fixed = next((i for i, segment in enumerate(segments) if _MAGIC.search(segment)), len(segments))
    prefix = "/".join(segments[:fixed])
    return prefix or ("/" if pattern.startswith("/") else ""), "/".join(segments[fixed:])


def _segments(pattern: str) -> Iterator[re.Pattern[str] | None]:
    previous = ""
    for segment in pattern.split("/"):
        if segment == _ANY_DEPTH != previous:
            yield None
        elif segment not in ("", ".", _ANY_DEPTH):
            yield re.compile(fnmatch.translate(segment))
        previous = segment


def _last_names(written: Iterable[str]) -> tuple[str, ...]:
    # Those who read it differ on brackets and on what is not ASCII: a star stands for these.
    names = {_NOT_PLAIN.sub("*", _last(one)) or "*" for one in written}
    return ("*",) if "*" in names else tuple(sorted(names))


def _last(pattern: str) -> str:
    return next((one for one in reversed(pattern.split("/")) if one not in ("", ".")), "")


def _fits(segments: Sequence[re.Pattern[str] | None], parts: Sequence[str]) -> bool:
    # As wildcards are matched: on a mismatch let the last `**` take one part more.
    at, part, retry_at, retry_part = 0, 0, -1, 0
    while part < len(parts):
        segment = segments[at] if at < len(segments) else re.compile("(?!)")
        if segment is None:
            retry_at, retry_part, at = at, part, at + 1
        elif segment.match(parts[part]):
            at, part = at + 1, part + 1
        elif retry_at >= 0:
            retry_part += 1
            at, part = retry_at + 1, retry_part
        else:
            return False
    return all(segment is None for segment in segments[at:]) and bool(segments)


def alternatives(pattern: str) -> list[str]:
    """Write out the braces of *pattern*: ``*.{c,h}`` is ``*.c`` and ``*.h``.

    Raises:
        Refusal: they stand for too many patterns.
    """
    done: list[str] = []
    waiting = [pattern]
    while waiting:
        one = waiting.pop()
        inner = next((found for found in _BRACES.finditer(one) if "," in found[0]), None)
        if inner is None:
            done.append(one)
            continue
        choices = inner[1].split(",")
        if len(done) + len(waiting) + len(choices) > _MOST_ALTERNATIVES:
            raise Refusal(f"the braces in {pattern[:100]!r} stand for too many patterns: use fewer")
        waiting += (one[: inner.start()] + choice + one[inner.end() :] for choice in choices)
    return done
