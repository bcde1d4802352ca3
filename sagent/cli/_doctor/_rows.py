"""Findings in lines: for people, with or without colours and letters for it, and for programs."""

import json
from collections.abc import Iterator, Mapping, Sequence

import attrs

from sagent.cli._doctor._finding import Finding, Level
from sagent.terminal import one_line

_MARKS: Mapping[Level, str] = {"ok": "✓", "absent": "·", "warning": "!", "failed": "✗"}
_PLAIN_MARKS: Mapping[Level, str] = {"ok": "ok", "absent": "- ", "warning": "! ", "failed": "X "}
_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_COLOURS: Mapping[Level, str] = {
    "ok": "\x1b[32m",
    "absent": _DIM,
    "warning": "\x1b[33m",
    "failed": "\x1b[31m",
}


@attrs.frozen
class Look:
    """How findings are shown.

    Attributes:
        marks: what stands before each.
        colours: what turns a level's colour on; none for no colours at all.
    """

    marks: Mapping[Level, str]
    colours: Mapping[Level, str] = attrs.field(factory=dict[Level, str])

    @classmethod
    def of(cls, environ: Mapping[str, str], *, at_terminal: bool, encoding: str) -> "Look":
        """Choose what the terminal can show."""
        letters = _MARKS if encoding.lower().replace("-", "") == "utf8" else _PLAIN_MARKS
        dumb = environ.get("TERM", "dumb") in {"dumb", "unknown", ""}
        coloured = at_terminal and not dumb and not environ.get("NO_COLOR")
        return cls(letters, _COLOURS if coloured else {})

    def rows(self, name: str, findings: Sequence[Finding]) -> Iterator[str]:
        """Give the lines of a section."""
        yield self._painted(_BOLD, name)
        for finding in findings:
            mark = self._painted(self.colours.get(finding.level, ""), self.marks[finding.level])
            yield f"  {mark} {one_line(finding.what)}"
            if finding.remedy:
                yield self._painted(_DIM, f"      {one_line(finding.remedy)}")

    def summary(self, findings: Sequence[Finding]) -> str:
        """Count *findings* in a line."""
        levels = [finding.level for finding in findings]
        counted = {level: levels.count(level) for level in _MARKS}
        if counted["failed"]:
            noun = "thing does" if counted["failed"] == 1 else "things do"
            return f"{counted['failed']} {noun} not work, {counted['warning']} more to look at"
        if counted["warning"]:
            return f"all works; {counted['warning']} to look at"
        return "all is well"

    def _painted(self, colour: str, text: str) -> str:
        return f"{colour}{text}{_PLAIN}" if self.colours and colour else text


def json_rows(name: str, findings: Sequence[Finding]) -> Iterator[str]:
    """Give an object a line."""
    for finding in findings:
        told = {
            "section": name,
            "level": finding.level,
            "what": one_line(finding.what),
            "remedy": one_line(finding.remedy) or None,
        }
        yield json.dumps(told)
