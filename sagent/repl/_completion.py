"""What Tab offers: commands, and files that git would track."""

import os
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from sagent.repl._offers import Offers

MOST_FILES = 20_000
MOST_OFFERED = 50
FRESH_S = 5
"""How long a list of files serves."""
_ARGUMENT = re.compile(r"/(\S+)[ ]+(?!@)(\S*)")
_MENTION = re.compile(r"(?:^|\s)@(\"[^\"\n]*|[^\s@\"]*)$")


@attrs.define
class ReplCompleter(Completer):
    """Completes ``/commands`` at the beginning, and ``@files`` anywhere.

    Attributes:
        offers: what there is beside files; set from any thread.
    """

    _directory: Path
    _files: tuple[str, ...] = attrs.field(default=(), init=False)
    offers: Offers = attrs.field(factory=Offers, init=False)
    _listed_s: float = attrs.field(default=-FRESH_S, init=False)

    def get_completions(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002  # the protocol's
    ) -> Iterator[Completion]:
        """Give what may stand before the cursor."""
        before = document.text_before_cursor
        if before.startswith("/") and not re.search(r"\s", before):
            for command in self.offers.commands:
                if command.name.startswith(before[1:]):
                    yield Completion(f"/{command.name}", -len(before), display_meta=command.summary)
        elif argument := _ARGUMENT.fullmatch(before):
            name, wanted = argument.groups()
            for word in self.offers.arguments.get(name, ()):
                if word.startswith(wanted):
                    yield Completion(word, -len(wanted))
        elif mention := _MENTION.search(before):
            wanted = mention.group(1)
            for path in best(self._listed(), wanted.removeprefix('"')):
                yield Completion(_named(path), -len(wanted), display=path)

    def _listed(self) -> tuple[str, ...]:
        if time.monotonic() - self._listed_s > FRESH_S:
            self._files = tuple(_first(files_below(self._directory), MOST_FILES))
            self._listed_s = time.monotonic()
        return self._files


def _named(path: str) -> str:
    """Write *path* as it is meant behind ``@``."""
    return f'"{path}"' if re.search(r"\s", path) and '"' not in path else path


def best(paths: Iterable[str], wanted: str) -> list[str]:
    """Give those of *paths* that *wanted* may mean, the likeliest first."""
    small = wanted.lower()
    found = [path for path in paths if small in path.lower()]
    found.sort(key=lambda path: (_rank(path.lower(), small), len(path), path))
    return found[:MOST_OFFERED]


def _rank(path: str, wanted: str) -> int:
    if path.startswith(wanted):
        return 0
    return 1 if path.rpartition("/")[2].startswith(wanted) else 2


def files_below(directory: Path) -> Iterator[str]:
    """Walk the files below *directory* that git would track; links are not followed."""
    # All tools come with it, which takes longer than the prompt.
    from sagent.tools._ignore import VERSION_CONTROL, rules_above, rules_in  # noqa: PLC0415

    rules = rules_above(directory)
    folders = [(f"{directory}/", "", rules)]
    while folders:
        path, relative, above = folders.pop()
        inside = rules_in(path, above)
        for entry in _entries(path):
            place = path + entry.name
            is_folder = entry.is_dir(follow_symlinks=False)
            if inside is not None and inside.ignores(f"{place}/" if is_folder else place):
                continue
            if not is_folder:
                yield relative + entry.name
            elif entry.name not in VERSION_CONTROL:
                folders.append((f"{place}/", f"{relative}{entry.name}/", inside))


def _entries(path: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(path) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError:
        return []


def _first(paths: Iterator[str], most: int) -> Iterator[str]:
    for _, path in zip(range(most), paths, strict=False):
        yield path
