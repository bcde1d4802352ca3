"""The front matter of a Markdown file: the part of YAML that such files use, and no more.

Read are keys at the left margin with a scalar (plain, quoted or a block, YAML 1.2.2, 7.3 and
8.1) or a list of scalars (7.4.1 and 8.2.1). Maps inside maps are passed over. Forgiven is what
people write though YAML refuses it: a plain value with a colon in it, or one that begins with a
star, as globs do.
"""

import re
import sys
from collections.abc import Iterable, Mapping

import attrs

type Field = str | tuple[str, ...]

_MOST_CHARS = 8192
_KEY = re.compile(r"(?P<key>[A-Za-z_][\w.-]*)[ \t]*:(?:[ \t]+(?P<value>.*))?")
_BLOCK = re.compile(r"(?P<style>[|>])(?P<how>[1-9+-]{0,2})")
_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#.*")
_DOUBLE_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)"(?:[ \t]+#.*)?', re.DOTALL)
_SINGLE_QUOTED = re.compile(r"'((?:[^']|'')*+)'(?:[ \t]+#.*)?", re.DOTALL)
_FLOW_LIST = re.compile(r"\[(.*)\](?:[ \t]+#.*)?", re.DOTALL)
_ITEM = re.compile(r"-(?:[ \t]+(.*))?")
_BETWEEN_COMMAS = re.compile(r"""(?:"(?:[^"\\]|\\.)*+"|'[^']*+'|\{[^{}]*+\}|[^,])++""", re.DOTALL)
_LINE_END = re.compile(r"(?<![ \t])[ \t]*\n((?:[ \t]*\n)*)[ \t]*")
_BLOCK_LINE_END = re.compile(r"(?<!\n)\n(\n*)(?=[^\n \t])")
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)")
_ESCAPES: Mapping[str, str] = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "/": "/", " ": " "}
_SURROGATES = range(0xD800, 0xE000)
_NULLS = ("~", "null", "Null", "NULL")


@attrs.frozen
class FrontMatter:
    """What stands between two lines of ``---`` at the beginning of a file, and the rest.

    Attributes:
        fields: by name.
        body: the text without the front matter.
        problems: what could not be read, a clause each.
    """

    fields: Mapping[str, Field] = attrs.field(hash=False)
    body: str = attrs.field(repr=False)
    problems: tuple[str, ...] = ()

    def text(self, name: str) -> str:
        """Give a field as text, stripped; empty when it is not there, or is a list."""
        field = self.fields.get(name, "")
        return field.strip() if isinstance(field, str) else ""


@attrs.define
class _Entry:
    key: str
    value: str
    more: list[str] = attrs.field(factory=list[str])

    @property
    def is_block(self) -> bool:
        return _BLOCK.fullmatch(_uncommented(self.value)) is not None

    def takes(self, line: str) -> bool:
        """Tell whether *line* goes on with this entry."""
        if not line.strip() or line[0] in " \t":
            return True
        if line[0] == "]":
            return self.value.startswith("[")
        return not _uncommented(self.value) and _ITEM.match(line) is not None


def parse_front_matter(text: str) -> FrontMatter:
    """Take *text* apart; one that has no front matter is all body."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return FrontMatter({}, text)
    ends = (number for number, line in enumerate(lines) if number and _is_end(line))
    if not (end := next(ends, 0)):
        return FrontMatter({}, text)
    if sum(map(len, lines[:end])) > _MOST_CHARS:
        return FrontMatter({}, text, (f"its front matter is longer than {_MOST_CHARS} characters",))
    entries, problems = _entries(lines[1:end])
    fields: dict[str, Field] = {}
    for entry in entries:
        if entry.key in fields:
            problems.append(f"{entry.key!r} stands in its front matter twice")
        if (field := _field(entry)) is not None:
            fields[entry.key] = field
    return FrontMatter(fields, "\n".join(lines[end + 1 :]), tuple(problems))


def _is_end(line: str) -> bool:
    return line.rstrip() in ("---", "...")


def _entries(lines: Iterable[str]) -> tuple[list[_Entry], list[str]]:
    entries: list[_Entry] = []
    problems: list[str] = []
    for number, line in enumerate(lines, 2):
        if entries and entries[-1].takes(line):
            entries[-1].more.append(line)
        elif match := _KEY.fullmatch(line):
            entries.append(_Entry(match["key"], (match["value"] or "").strip()))
        elif _uncommented(line).strip():
            problems.append(f"line {number} of its front matter is no 'key: value'")
    return entries, problems


def _field(entry: _Entry) -> Field | None:
    """Read the value; None for one that is passed over."""
    if entry.is_block:
        return _block(_uncommented(entry.value), entry.more)
    if _uncommented(entry.value):
        whole = "\n".join([entry.value, *map(str.strip, entry.more)])
        return _flow_list(whole) if entry.value.startswith("[") else _scalar(whole)
    more = [line.strip() for line in entry.more if _uncommented(line).strip()]
    if more and _ITEM.fullmatch(more[0]):
        return _block_list(more)
    return None if more and _KEY.fullmatch(more[0]) else _scalar("\n".join(more))


def _block_list(lines: Iterable[str]) -> tuple[str, ...]:
    items: list[str] = []
    for line in lines:
        if item := _ITEM.fullmatch(line):
            items.append(item[1] or "")
        else:
            items[-1] += f"\n{line}"
    return tuple(map(_scalar, items))


def _flow_list(text: str) -> Field:
    if not (match := _FLOW_LIST.fullmatch(text.strip())):
        return _scalar(text)
    return tuple(map(_scalar, split_at_commas(match[1])))


def split_at_commas(text: str) -> tuple[str, ...]:
    """Divide *text* at the commas outside quotes and braces; what is empty is left out."""
    return tuple(item for part in _BETWEEN_COMMAS.findall(text) if (item := part.strip()))


def _scalar(text: str) -> str:
    text = text.strip()
    if match := _DOUBLE_QUOTED.fullmatch(text):
        return _ESCAPE.sub(_unescaped, _folded(match[1]))
    if match := _SINGLE_QUOTED.fullmatch(text):
        return _folded(match[1]).replace("''", "'")
    plain = _folded("\n".join(map(_uncommented, text.split("\n"))).strip())
    return "" if plain in _NULLS else plain


def _block(header: str, lines: list[str]) -> str:
    first = next((line for line in lines if line.strip()), "")
    margin = len(first) - len(first.lstrip())
    whole = "\n".join(line[margin:] if not line[:margin].strip() else line for line in lines)
    text = whole.rstrip("\n")
    if header.startswith(">"):
        text = _BLOCK_LINE_END.sub(_line_end, text)
    if "+" in header:
        return text + whole[len(whole.rstrip("\n")) :] + "\n"
    return f"{text}\n" if text and "-" not in header else text


def _folded(text: str) -> str:
    return _LINE_END.sub(_line_end, text)


def _line_end(match: re.Match[str]) -> str:
    return "\n" * match[1].count("\n") or " "


def _unescaped(escape: re.Match[str]) -> str:
    name = escape[1]
    if len(name) == 1:
        return _ESCAPES.get(name, escape[0])
    code = int(name[1:], base=16)
    is_char = code <= sys.maxunicode and code not in _SURROGATES
    return chr(code) if is_char else "\N{REPLACEMENT CHARACTER}"


def _uncommented(line: str) -> str:
    return _COMMENT.sub("", line, count=1).rstrip(" \t")
