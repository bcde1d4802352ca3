from pathlib import Path

import attrs

from sagent._file_rules import FileRules
from sagent.tools._arguments import Arguments
from sagent.tools._glob_pattern import alternatives
from sagent.tools._refusal import Refusal

MODES = ("content", "files_with_matches", "count")


@attrs.frozen
class Seat:
    """Where a search takes place.

    Attributes:
        path: the directory, as it was named.
        real: the same without symbolic links.
        name: the one file in it to search; "" for all below it.
    """

    path: Path
    real: Path
    name: str


@attrs.frozen(kw_only=True)
class Query:
    """What is searched for, and in which files."""

    pattern: str
    seat: Seat
    rules: tuple[str, ...]
    """Which files are left out, as a .gitignore would say it."""
    type: str
    mode: str
    before: int
    after: int
    ignore_case: bool
    multiline: bool
    pcre: bool

    @classmethod
    def of(cls, arguments: Arguments, seat: Seat) -> "Query":
        """Read the arguments of a search in *seat*.

        Raises:
            Refusal: an argument cannot be meant.
        """
        mode = arguments.text("output_mode", "files_with_matches")
        if mode not in MODES:
            raise Refusal(f"output_mode must be one of {', '.join(MODES)}")
        pattern = arguments.text("pattern")
        if "\0" in pattern:
            raise Refusal("the pattern holds a NUL character, which text has not: use \\x00")
        around = arguments.count("-C", arguments.count("context", 0))
        return cls(
            pattern=pattern,
            seat=seat,
            rules=_rules(arguments.text("glob", ""), arguments.text("exclude", "")),
            type=arguments.text("type", ""),
            mode=mode,
            before=arguments.count("-B", around),
            after=arguments.count("-A", around),
            ignore_case=arguments.flag("-i"),
            multiline=arguments.flag("multiline"),
            pcre=arguments.flag("pcre"),
        )


def _rules(glob: str, exclude: str) -> tuple[str, ...]:
    globs = [one for one in alternatives(glob) if one]
    wanted = [f"!{one}" for one in globs if not one.startswith("!")]
    unwanted = [one[1:] for one in globs if one.startswith("!")]
    unwanted += [one for one in alternatives(exclude) if one]
    # A directory that `*` left out would not be looked into.
    lines = [*(["*", "!*/", *wanted] if wanted else []), *unwanted]
    # A line such as `!` says nothing in a .gitignore, but ripgrep takes it for every name.
    rules = tuple(line for line in lines if line.strip("!/ "))
    try:
        FileRules.of(rules)
    except ValueError as error:
        raise Refusal(f"glob or exclude is no pattern of file names: {error}") from error
    return rules
