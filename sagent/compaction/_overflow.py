"""How far over its window a vendor says that a request is.

Sources: the messages of Anthropic, OpenAI, Google, Moonshot, vLLM and llama.cpp, as their APIs send
them.
"""

import re

import attrs

_N = r"(\d[\d,]*)"
_COUNT_FIRST = (
    re.compile(rf"{_N} tokens > {_N} maximum"),
    re.compile(rf"request \({_N} tokens\) exceeds the available context size \({_N} tokens\)"),
    re.compile(rf"input token count \({_N}\) exceeds the maximum .*?\({_N}\)"),
)
_LIMIT_FIRST = (
    re.compile(rf"maximum context length is {_N} tokens.*?(?:{_N} (?:input )?tokens|$)"),
    re.compile(rf"token limit: {_N} \(requested: {_N}\)"),
)
_WITH_ANSWER = re.compile(rf"exceed context limit: {_N} \+ {_N} > {_N}")


@attrs.frozen
class Overflow:
    """What a vendor counted, and what it takes: tokens of the request alone."""

    counted: int
    limit: int


def overflow_in(text: str) -> Overflow | None:
    """Read what a vendor says in *text*; None if it names no numbers, or none that make sense."""
    found: Overflow | None = None
    if match := _WITH_ANSWER.search(text):
        sent, answer, limit = map(_number, match.groups())
        found = Overflow(sent, limit - answer)
    for pattern in _COUNT_FIRST:
        if match := pattern.search(text):
            found = Overflow(_number(match[1]), _number(match[2]))
    for pattern in _LIMIT_FIRST:
        if (match := pattern.search(text)) and match[2]:
            found = Overflow(_number(match[2]), _number(match[1]))
    return found if found and 0 < found.limit < found.counted else None


def _number(digits: str | None) -> int:
    return int((digits or "0").replace(",", ""))
