"""How ripgrep is asked to search as `_search` does."""

from sagent.tools._ignore import VERSION_CONTROL, rules_above
from sagent.tools._query import Query
from sagent.tools._search import PREVIEW_BYTES

# Of all that ripgrep knows to leave out, .gitignore alone; and one order, always.
_ALWAYS = (
    "--no-config",
    "--no-messages",
    "--no-ignore-messages",
    "--no-require-git",
    "--no-ignore-dot",
    "--no-ignore-global",
    "--no-ignore-exclude",
    "--ignore-file=/dev/stdin",
    "--hidden",
    "--sort=path",
    "--color=never",
    "--no-heading",
    "--with-filename",
    "--null",
    "--crlf",
    f"--max-columns={PREVIEW_BYTES}",
    "--max-columns-preview",
)

_MODES = {
    "content": ("--line-number",),
    "files_with_matches": ("--files-with-matches",),
    "count": ("--count",),
}


def ripgrep_arguments(query: Query) -> list[str]:
    """Give ripgrep's arguments for *query*; it must run in the query's root."""
    chosen = [*_ALWAYS, *_MODES[query.mode]]
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
    if rules_above(query.seat.real) is None:
        chosen.append("--no-ignore-parent")
    return [*chosen, f"--regexp={query.pattern}", "--", f"./{query.seat.name}"]


def ripgrep_input(query: Query) -> bytes:
    """Give what ripgrep reads from standard input: which files *query* leaves out."""
    # A directory that `*` left out would not be looked into.
    rules = (
        [*query.rules[:1], "!*/", *query.rules[1:]] if query.rules[:1] == ("*",) else query.rules
    )
    lines = [*rules, *(f"{name}/" for name in sorted(VERSION_CONTROL))]
    return "".join(f"{line}\n" for line in lines).encode(errors="replace")
