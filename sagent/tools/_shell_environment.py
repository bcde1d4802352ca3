"""The environment of an agent's shells: that of its last one, as far as it can be kept."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

import attrs

from sagent.process import clean_environment

_START = Path(__file__).with_name("_bash_start.sh")

OWN_LINE = re.compile(rf"{re.escape(str(_START))}: \w+ \d+: ")
"""What bash puts before the complaints of what the start file defines, such as ``cd``."""

# One string of an environment may have 128 KiB on Linux (execve(2), MAX_ARG_STRLEN), and all of
# them and the arguments a quarter of the stack, which is 2 MB.
_MOST_VARIABLE_BYTES = 64 << 10
_MOST_BYTES = 512 << 10
_MOST_FUNCTION_BYTES = 96 << 10
_MOST_DEFINITION_BYTES = 120 << 10

# What each shell makes for itself, or would begin in another way for.
_SHELLS_OWN = frozenset(
    {"_", "PWD", "SHLVL", "SHELLOPTS", "BASHOPTS", "POSIXLY_CORRECT", "BASH_XTRACEFD"}
)

# A function of such a name would come before what the start file means.
_WORDS_OF_START = frozenset(
    {"builtin", "cd", "declare", "eval", "exec", "export", "local", "popd", "printf", "pushd"}
    | {"readonly", "return", "set", "shopt", "trap", "unset"}
)

# What ends a shell without its exit trap. To look out for it costs each command some microseconds.
_SUDDEN = re.compile(r"\b(?:exec|kill)\b")

# Bash takes others, too, which no shell would read back as a name.
_FUNCTION = re.compile(r"BASH_FUNC_(?P<name>[\w.:+@/-]+)%%")


@attrs.frozen(kw_only=True)
class KeptEnvironment:
    """What the next shell of an agent begins with.

    Attributes:
        variables: by their names, exported functions among them.
        left_out: the size in bytes of each variable that is too large to be kept, by its name.
    """

    variables: Mapping[str, str] = attrs.field(repr=False)
    left_out: Mapping[str, int]


def kept_environment(exports: Mapping[str, str]) -> KeptEnvironment:
    """Choose from what a shell has exported; the smallest first, where it is too much in all."""
    kept: dict[str, str] = {}
    left_out: dict[str, int] = {}
    room = {True: _MOST_FUNCTION_BYTES, False: _MOST_BYTES}
    sizes = {name: len(os.fsencode(value)) for name, value in exports.items() if _keeps(name)}
    for name, size in sorted(sizes.items(), key=lambda item: item[1]):
        function = _function_name(name)
        taken = size + 2 * len(name)
        if size > _MOST_VARIABLE_BYTES or taken > room[function is not None]:
            left_out[function or name] = size
            continue
        room[function is not None] -= taken
        kept[name] = exports[name]
    return KeptEnvironment(variables=kept, left_out=left_out)


def shell_environment(kept: Mapping[str, str] | None, *, cwd: Path, command: str) -> dict[str, str]:
    """Give the whole environment of a shell that runs *command* in *cwd*.

    It is our own without its credentials, or what was *kept* of the last shell's.
    """
    environ = (
        clean_environment(os.environ)
        if kept is None
        else {**kept, **clean_environment(_not_the_shells(os.environ))}
    )
    # The shell above, which may be dash, hands on no variable of such a name.
    functions = {name: environ.pop(name) for name in [*environ] if _function_name(name)}
    if functions:
        environ["SAGENT_FUNCTIONS"] = _definitions(functions)
    # Bash would not read its start file.
    environ.pop("POSIXLY_CORRECT", None)
    # With a socket for its input and no shell above it, Bash takes itself for a remote shell, and
    # reads the user's interactive start file.
    if environ.get("SHLVL", "0") in {"", "0"}:
        environ["SHLVL"] = "1"
    if "BASH_ENV" in environ:
        environ["SAGENT_BASH_ENV"] = environ["BASH_ENV"]
    if _SUDDEN.search(command):
        environ["SAGENT_WATCH"] = "1"
    return environ | {"BASH_ENV": str(_START), "PWD": str(cwd)}


def _definitions(functions: Mapping[str, str]) -> str:
    """Define and export *functions*, as far as they go into one variable."""
    text = ""
    for variable, body in sorted(functions.items(), key=lambda item: len(item[1])):
        name = _function_name(variable)
        longer = f"{text}{name} {body}\nexport -f {name}\n"
        if len(os.fsencode(longer)) > _MOST_DEFINITION_BYTES:
            break
        text = longer
    return text


def _not_the_shells(environ: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in environ.items()
        if name == "SHLVL" or name.startswith("SAGENT_")
    }


def _keeps(name: str) -> bool:
    if name.startswith("BASH_FUNC_"):
        return (_function_name(name) or "unset") not in _WORDS_OF_START
    return name not in _SHELLS_OWN and not name.startswith(("SAGENT_", "__sagent_"))


def _function_name(variable: str) -> str | None:
    found = _FUNCTION.fullmatch(variable)
    return found["name"] if found else None
