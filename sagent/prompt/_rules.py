from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import attrs

from sagent.prompt._path_pattern import PathPattern, path_patterns
from sagent.prompt._reach import absolute
from sagent.prompt._source import Source, render


@attrs.frozen(kw_only=True)
class Rule:
    """Instructions for the files that match.

    Attributes:
        patterns: as in ``.gitignore``, with ``{a,b}`` besides.
        bases: the directory that the patterns count from, by each of its names.
        sources: the file, then what it includes.
    """

    patterns: tuple[str, ...]
    bases: tuple[Path, ...]
    sources: tuple[Source, ...]
    _compiled: tuple[PathPattern, ...] = attrs.field(
        init=False,
        eq=False,
        repr=False,
        default=attrs.Factory(lambda rule: _compile(rule.patterns), takes_self=True),
    )

    @property
    def path(self) -> Path:
        """The file that states the rule."""
        return self.sources[0].path

    @property
    def text(self) -> str:
        """What a model reads of it."""
        return render(self.sources)

    def matches(self, path: Path) -> bool:
        """Tell whether the rule is for the file *path*, an absolute path."""
        path = absolute(path)
        for base in self.bases:
            if path.is_relative_to(base):
                return self._matches_below(path.relative_to(base).parts)
        return False

    def _matches_below(self, names: Sequence[str]) -> bool:
        last = next((each for each in reversed(self._compiled) if each.matches(names)), None)
        return last is not None and not last.takes_back


@attrs.frozen
class ConditionalRules:
    """The rules that become known with the files they are for.

    Attributes:
        rules: all of them, in their order.
    """

    rules: tuple[Rule, ...] = ()

    def for_path(self, path: Path, *, given: Collection[Rule] = ()) -> tuple[Rule, ...]:
        """Give the rules for the file *path*, an absolute one, without those *given* already."""
        return tuple(rule for rule in self.rules if rule not in given and rule.matches(path))


def _compile(patterns: Iterable[str]) -> tuple[PathPattern, ...]:
    return tuple(pattern for text in patterns for pattern in path_patterns(text))
