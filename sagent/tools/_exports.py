r"""What bash prints of its exported variables and functions, read back.

``export -p`` prints a line ``declare -x NAME="value"`` for each, with a backslash before each of
``"$`\``; a value that holds what is not printable stands in ``$'...'``, with escapes as in C (Bash
Reference Manual, "Bourne Shell Builtins" and "ANSI-C Quoting"). In POSIX mode the line begins with
``export``. Functions reach another shell as variables ``BASH_FUNC_NAME%%`` whose value begins with
``() {``.
"""

import re
from itertools import pairwise

_VARIABLE = re.compile(
    rb"(?:declare -\w*|export(?: -\w+)?) (?P<name>[A-Za-z_]\w*)"
    rb'(?:=(?:"(?P<plain>[^"\\]*(?:\\.[^"\\]*)*)"'
    rb"|\$'(?P<escaped>[^'\\]*(?:\\.[^'\\]*)*)'))?\n",
    re.DOTALL,
)
_FUNCTION = re.compile(rb"declare -f\w* (?P<name>[^\n]+)\n")
_QUOTED = re.compile(rb'\\(["$`\\])')
_ESCAPE = re.compile(
    rb"\\(?:(?P<letter>[abeEfnrtv])|(?P<octal>[0-7]{1,3})|x(?P<hex>[0-9A-Fa-f]{1,2})|(?P<own>.))",
    re.DOTALL,
)
_LETTERS = {
    b"a": b"\a",
    b"b": b"\b",
    b"e": b"\x1b",
    b"E": b"\x1b",
    b"f": b"\f",
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"v": b"\v",
}


def exported_variables(printed: bytes) -> dict[bytes, bytes]:
    """Read what ``export -p`` has *printed*; those without a value, and arrays, are left out."""
    values: dict[bytes, bytes] = {}
    at = 0
    while at < len(printed):
        found = _VARIABLE.match(printed, at)
        if found is None:
            at = printed.find(b"\n", at) + 1 or len(printed)
            continue
        at = found.end()
        if found["plain"] is not None:
            values[found["name"]] = _QUOTED.sub(rb"\1", found["plain"])
        elif found["escaped"] is not None:
            values[found["name"]] = _ESCAPE.sub(_unescaped, found["escaped"])
    return values


def exported_functions(names: bytes, printed: bytes) -> dict[bytes, bytes]:
    """Read what ``declare -Fx`` has printed as *names*, and ``declare -fx`` as *printed*.

    Each is given as the variable that carries it, by the function's own name.
    """
    values: dict[bytes, bytes] = {}
    at = 0
    listed = [found["name"] for found in _FUNCTION.finditer(names)]
    for name, following in pairwise([*listed, b""]):
        follower = re.escape(following) + rb" \(\) " if following else rb"\Z"
        head = name + b" () \n{"
        # A function may hold a line that looks like its end, but not one with the next behind it.
        last_line = rb"\ndeclare -f\w* %b\n" % re.escape(name)
        end = re.compile(last_line + rb"(?=%b)" % follower).search(printed, at)
        if end is None or not printed.startswith(head, at):
            break
        values[name] = b"() {" + printed[at + len(head) : end.start()]
        at = end.end()
    return values


def _unescaped(found: re.Match[bytes]) -> bytes:
    if found["letter"]:
        return _LETTERS[found["letter"]]
    if found["octal"]:
        return bytes([int(found["octal"], 8) & 0xFF])
    if found["hex"]:
        return bytes([int(found["hex"], 16)])
    return found["own"]
