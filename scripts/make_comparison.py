"""``python scripts/make_comparison.py``: write docs/comparison.md anew, out of comparison.toml.

What is said of each project has its source beside it, and a test holds the page to the file.
"""

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs
from cattrs import Converter

DOCS = Path(__file__).parent.parent / "docs"
FILE = DOCS / "comparison.toml"
PAGE = DOCS / "comparison.md"


@attrs.frozen(kw_only=True)
class Source:
    """Where a fact is from.

    Attributes:
        what: what was read or tried.
        of: its version or its day.
        url: where it is; "" for what was tried.
    """

    what: str
    of: str
    url: str = ""


@attrs.frozen(kw_only=True)
class Row:
    """One property of all: by project a word or two, and then the keys of its sources."""

    what: str
    cells: dict[str, tuple[str, ...]]


@attrs.frozen(kw_only=True)
class Table:
    """Projects of a kind, side by side."""

    title: str
    about: str
    projects: dict[str, str]
    """By key, what it is called."""
    rows: tuple[Row, ...]


@attrs.frozen(kw_only=True)
class Project:
    """A paragraph of prose, a sentence a line."""

    title: str
    text: str
    sources: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Comparison:
    """All that the page says."""

    head: str
    tail: str
    tables: tuple[Table, ...]
    projects: tuple[Project, ...]
    sources: dict[str, Source]

    def page(self) -> str:
        """Write it as Markdown."""
        numbers = {key: number for number, key in enumerate(self.sources, 1)}
        parts = [
            self.head,
            *(part for table in self.tables for part in self._table(table, numbers)),
            "## How each project works\n",
            *(
                f"**{project.title}.**\n{project.text.strip()} "
                f"{self._marks(project.sources, numbers)}\n"
                for project in self.projects
            ),
            self.tail,
            "## Sources\n",
            *self._sources(),
        ]
        return "\n".join(part.rstrip("\n") + "\n" for part in parts)

    def _table(self, table: Table, numbers: dict[str, int]) -> Iterator[str]:
        names = table.projects
        yield f"## {table.title}\n"
        yield table.about
        lines = [_line(["", *names.values()]), _line(["---"] * (len(names) + 1))]
        for row in table.rows:
            cells = [row.cells[project] for project in names]
            shown = [f"{words} {self._marks(keys, numbers)}" for words, *keys in cells]
            lines.append(_line([f"**{row.what}**", *shown]))
        yield "\n".join(lines)

    def _marks(self, keys: Sequence[str], numbers: dict[str, int]) -> str:
        """Write *keys* as small links, which nobody takes for numbers of the text."""
        links = (f"[{numbers[key]}]({self.sources[key].url or '#sources'})" for key in keys)
        return f"<sup>{' '.join(links)}</sup>"

    def _sources(self) -> Iterator[str]:
        yield "\n".join(
            f"{number}. {_linked(source)}, {source.of}"
            for number, source in enumerate(self.sources.values(), 1)
        )


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |".replace("|  |", "| |")


def _linked(source: Source) -> str:
    return f"[{source.what}]({source.url})" if source.url else source.what


def load() -> Comparison:
    """Read the file; a key that it does not know is an error."""
    converter = Converter(forbid_extra_keys=True)
    return converter.structure(tomllib.loads(FILE.read_text(encoding="utf-8")), Comparison)


if __name__ == "__main__":
    PAGE.write_text(load().page(), encoding="utf-8")
