from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import attrs

from sagent.prompt._front_matter import FrontMatter, parse_front_matter, split_at_commas
from sagent.prompt._include import find_includes, is_surely_a_path
from sagent.prompt._markdown import without_comments
from sagent.prompt._path_pattern import path_patterns
from sagent.prompt._reach import Reach, absolute, real
from sagent.prompt._rules import Rule
from sagent.prompt._source import Source, fitted
from sagent.prompt._text_file import TextFile, is_file, read_text_file, shown

MOST_FILE_BYTES = 32 * 1024
MOST_DEPTH = 5
MOST_FILES = 200
MOST_INCLUDES = 1000
"""How many names with an ``@`` are looked up in all: each takes 0.1 ms, and most name people."""


@attrs.frozen(kw_only=True)
class _Opened:
    """A file that could be read.

    Attributes:
        place: the path without links.
        reach: from where it includes; None for anywhere.
        included_by: None for a file that stands for itself.
    """

    path: Path
    place: Path
    file: TextFile
    matter: FrontMatter
    reach: Reach | None
    included_by: Path | None

    def source(self) -> Source:
        """Give what a model reads of it."""
        text = without_comments(self.matter.body).strip()
        if self.file.was_cut:
            text += f"\n[cut: {shown(self.path)} has {self.file.size_bytes} bytes]"
        return Source(
            path=self.path,
            scope="project" if self.reach else "user",
            text=text,
            size_bytes=self.file.size_bytes,
            included_by=self.included_by,
        )


@attrs.define
class Reader:
    """Reads files of instructions with what they include; each file once, for all of a prompt."""

    sources: list[Source] = attrs.field(factory=list[Source], init=False)
    rules: list[Rule] = attrs.field(factory=list[Rule], init=False)
    warnings: list[str] = attrs.field(factory=list[str], init=False)
    _seen: set[Path] = attrs.field(factory=set[Path], init=False)
    _count: int = attrs.field(default=0, init=False)
    _includes: int = attrs.field(default=0, init=False)

    def read(self, path: Path, *, reach: Reach | None, base: Path) -> None:
        """Take in *path*, with what it includes.

        Args:
            path: the file.
            reach: from where it may come; None for a file of the user's own, which may name any.
            base: what the patterns of its ``paths`` count from.
        """
        if real(path) in self._seen or not (opened := self._open(path, reach, included_by=None)):
            return
        self._seen.add(opened.place)
        self.warnings += [f"{shown(path)}: {problem}" for problem in opened.matter.problems]
        if not (patterns := self._patterns(opened)):
            self.sources += self._with_includes(opened, self._seen)
            return
        found = self._with_includes(opened, {opened.place})
        sources, cuts = fitted(found, most_bytes=MOST_FILE_BYTES)
        self.warnings += cuts
        bases = tuple(dict.fromkeys((base, real(base))))
        self.rules.append(Rule(patterns=patterns, bases=bases, sources=tuple(sources)))

    def leave_out(self, path: Path, reason: str, *, included_by: Path | None = None) -> None:
        """Tell that *path* is not read, for a *reason* that is a clause."""
        named = f", included by {shown(included_by)}," if included_by else ""
        self.warnings.append(f"{shown(path)}{named} is not read: {reason}")

    def _patterns(self, opened: _Opened) -> tuple[str, ...]:
        if (field := opened.matter.fields.get("paths")) is None:
            return ()
        patterns = split_at_commas(field) if isinstance(field, str) else field
        usable = tuple(pattern for pattern in patterns if path_patterns(pattern))
        if not usable:
            told = "its paths are no patterns, so it is for all files"
            self.warnings.append(f"{shown(opened.path)}: {told}")
        elif len(usable) < len(patterns):
            self.warnings.append(f"{shown(opened.path)}: not all of its paths are patterns")
        return usable

    def _with_includes(
        self, opened: _Opened, seen: set[Path], *, depth: int = 0
    ) -> Iterator[Source]:
        source = opened.source()
        yield source
        for include in find_includes(source.text):
            if not self._may_look_up_one_more(opened.path):
                return
            target = _target(opened.path, include)
            place = real(target)
            if place in seen or not (is_surely_a_path(include) or is_file(place)):
                continue
            if depth == MOST_DEPTH:
                told = f"more than {MOST_DEPTH} files lie between it and the first"
                self.leave_out(target, told, included_by=opened.path)
                return
            if inner := self._open(target, opened.reach, included_by=opened.path):
                seen.add(place)
                yield from self._with_includes(inner, seen, depth=depth + 1)

    def _may_look_up_one_more(self, path: Path) -> bool:
        self._includes += 1
        if self._includes == MOST_INCLUDES + 1:
            told = f"has one of more than {MOST_INCLUDES} includes: no more are looked up"
            self.warnings.append(f"{shown(path)} {told}")
        return self._includes <= MOST_INCLUDES

    def _open(self, path: Path, reach: Reach | None, *, included_by: Path | None) -> _Opened | None:
        place = real(path)
        if self._count > MOST_FILES:  # which was told once
            return None
        self._count += 1
        if told := self._objection(place, reach):
            self.leave_out(path, told, included_by=included_by)
            return None
        file = read_text_file(place, most_bytes=MOST_FILE_BYTES)
        if not isinstance(file, TextFile):
            self.leave_out(path, file.reason, included_by=included_by)
            return None
        if file.was_cut:
            told = f"is cut to {MOST_FILE_BYTES} of its {file.size_bytes} bytes: shorten it"
            self.warnings.append(f"{shown(path)} {told}")
        return _Opened(
            path=path,
            place=place,
            file=file,
            matter=parse_front_matter(file.text),
            reach=reach,
            included_by=included_by,
        )

    def _objection(self, place: Path, reach: Reach | None) -> str:
        if reach and not reach.admits(place):
            return "it lies outside the project"
        if self._count > MOST_FILES:
            return f"no more than {MOST_FILES} files are"
        return ""


def _target(path: Path, include: str) -> Path:
    named = Path(include)
    if include.startswith("~/"):
        with suppress(RuntimeError):  # there is no home directory, so it will not be there
            named = named.expanduser()
    return absolute(path.parent / named)
