import os
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import attrs
import pathspec

from ._source import Source, render

_MOST_VARIANTS = 64
_BRACES = re.compile(r"\{([^{}]*)\}")


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
    _spec: pathspec.GitIgnoreSpec = attrs.field(
        init=False,
        eq=False,
        repr=False,
        default=attrs.Factory(lambda rule: _compiled(rule.patterns), takes_self=True),
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
        path = Path(os.path.normpath(path))
        return any(
            self._spec.match_file(str(path.relative_to(base)))
            for base in self.bases
            if path.is_relative_to(base) and path != base
        )


@attrs.frozen
class ConditionalRules:
    """The rules that become known with the files they are for."""

    rules: tuple[Rule, ...] = ()

    def for_path(self, path: Path, *, given: Collection[Rule] = ()) -> tuple[Rule, ...]:
        """Give the rules for the file *path*, an absolute one, without those *given* already."""
        return tuple(rule for rule in self.rules if rule not in given and rule.matches(path))


def usable_patterns(patterns: Iterable[str]) -> Iterator[str]:
    """Give those of *patterns* that can be matched with, ``./`` taken off."""
    for pattern in patterns:
        pattern = pattern.strip().removeprefix("./")  # noqa: PLW2901  # one thing, cleaned
        try:
            spec = _compiled([pattern])
        except ValueError:
            continue
        if any(each.include is not None for each in spec.patterns):
            yield pattern


def _compiled(patterns: Iterable[str]) -> pathspec.GitIgnoreSpec:
    return pathspec.GitIgnoreSpec.from_lines(_variants(patterns))


def _variants(patterns: Iterable[str]) -> list[str]:
    """Write out the braces, which ``.gitignore`` does not know."""
    done: list[str] = []
    for pattern in patterns:
        waiting = [pattern]
        while waiting:
            variant = waiting.pop(0)
            braces = _BRACES.search(variant)
            if not braces or len(waiting) + len(done) > _MOST_VARIANTS:
                done.append(variant)
                continue
            before, after = variant[: braces.start()], variant[braces.end() :]
            waiting += [f"{before}{choice.strip()}{after}" for choice in braces[1].split(",")]
    return done
