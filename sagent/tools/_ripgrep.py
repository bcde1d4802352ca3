"""How ripgrep is asked to look at the files that `walk` gives, and to search as `_search` does."""

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from sagent.tools._ignore import VERSION_CONTROL, rules_above
from sagent.tools._query import Query
from sagent.tools._search import PREVIEW_BYTES

# Of all that ripgrep knows to leave out, .gitignore alone.
_ALWAYS = (
    "--no-config",
    "--no-messages",
    "--no-ignore-messages",
    "--no-require-git",
    "--no-ignore-dot",
    "--no-ignore-global",
    "--no-ignore-exclude",
    "--hidden",
    "--color=never",
    "--null",
)
_SEARCHES = (
    "--ignore-file=/dev/stdin",
    "--no-heading",
    "--with-filename",
    "--crlf",
    f"--max-columns={PREVIEW_BYTES}",
    "--max-columns-preview",
)

_MODES = {
    "content": ("--line-number",),
    "files_with_matches": ("--files-with-matches",),
    "count": ("--count",),
}


def ripgrep() -> str | None:
    """Give the path of ripgrep, if it is installed."""
    return shutil.which("rg")


def search_arguments(query: Query, *, order: Literal["path", "any"] = "path") -> list[str]:
    """Give ripgrep's arguments for *query*; it must run in the query's directory.

    Args:
        query: what is searched for.
        order: of files whose lines are told; in order, ripgrep works in one thread.
    """
    chosen = [*_ALWAYS, *_SEARCHES, *_MODES[query.mode]]
    if query.mode == "content" and order == "path":
        chosen.append("--sort=path")
    if query.mode == "content":
        chosen += [f"--before-context={query.before}", f"--after-context={query.after}"]
    if query.ignore_case:
        chosen.append("--ignore-case")
    if query.multiline:
        chosen += ["--multiline", "--multiline-dotall"]
    if query.pcre:
        chosen.append("--pcre2")
    if query.type:
        chosen.append(f"--type={query.type}")
    chosen += _parents(query.seat.real)
    return [*chosen, f"--regexp={query.pattern}", "--", f"./{query.seat.name}"]


def listing_arguments(
    real: Path, last_names: Sequence[str], *, most_levels: int | None
) -> list[str]:
    """Give ripgrep's arguments for a list of the regular files in *real*, where it must run.

    Args:
        real: the directory, without symbolic links.
        last_names: what the files' own names must be like.
        most_levels: how deep to look; 1 is what is in *real* itself.
    """
    # A glob says what is left out for good, and a type what is listed of the rest.
    chosen = ["--files", *_ALWAYS, f"--glob=!{{{','.join(sorted(VERSION_CONTROL))}}}/"]
    if most_levels is not None:
        chosen.append(f"--max-depth={most_levels}")
    if "*" not in last_names:
        chosen += [*(f"--type-add=wanted:{name}" for name in last_names), "--type=wanted"]
    return [*chosen, *_parents(real), "./"]


def ripgrep_input(rules: Iterable[str]) -> bytes:
    """Give what ripgrep reads from standard input: which files *rules* leave out."""
    lines = [*rules, *(f"{name}/" for name in sorted(VERSION_CONTROL))]
    return "".join(f"{line}\n" for line in lines).encode(errors="replace")


def _parents(real: Path) -> list[str]:
    return ["--no-ignore-parent"] if rules_above(real) is None else []
