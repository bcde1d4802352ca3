"""What the generations of Claude take, by their names.

Sources: https://platform.claude.com/docs, the pages on thinking, effort, preserved thinking and
migration, and what the API answers to what it does not take.
"""

import re
from collections.abc import Mapping
from typing import Literal

import attrs

from sagent.lib.json import JsonValue
from sagent.model import Effort

type Thinking = Literal["none", "budget", "adaptive"]
"""How a model is told to think: not at all, by a number of tokens, or by an effort."""
type Off = Literal["omitted", "disabled", "between_tools", "low"]
"""How little a model can be told to think: what is sent for it, or the lowest effort."""

LEAST_BUDGET_TOKENS = 1024
BUDGET_TOKENS: Mapping[Effort, int] = {
    "minimal": LEAST_BUDGET_TOKENS,
    "low": 2048,
    "medium": 8192,
    "high": 16384,
    "xhigh": 24576,
    "max": 32768,
}


@attrs.frozen(kw_only=True)
class Family:
    """What models of one kind take.

    Attributes:
        max_response_tokens: what to ask for if the request does not say, since the API insists on
            a number. Current models write 128,000 at most; half of it is plenty for one answer,
            and what is not written costs nothing.
        thinking: how they are told to think.
        off: how they are told not to.
        xhigh: whether they know the effort between high and max.
        sampling: whether they take a temperature.
        bound: whether they check that nothing before their thinking has changed.
    """

    max_response_tokens: int
    thinking: Thinking = "none"
    off: Off = "omitted"
    xhigh: bool = True
    sampling: bool = True
    bound: bool = False

    def thinking_for(
        self, effort: Effort, *, max_tokens: int
    ) -> tuple[dict[str, JsonValue] | None, str | None]:
        """Give the fields ``thinking`` and ``output_config.effort`` for *effort*, None to omit.

        A budget takes at most half of *max_tokens*, so that there is room for the answer, and is
        omitted where that is less than the API's least.
        """
        if effort == "none":
            return self._least()
        if self.thinking == "adaptive":
            level = "low" if effort == "minimal" else effort
            level = "high" if effort == "xhigh" and not self.xhigh else level
            return {"type": "adaptive", "display": "summarized"}, level
        budget = min(BUDGET_TOKENS[effort], max_tokens // 2)
        if self.thinking == "budget" and budget >= LEAST_BUDGET_TOKENS:
            return {"type": "enabled", "budget_tokens": budget}, None
        return None, None

    @property
    def efforts(self) -> tuple[Effort, ...]:
        """The efforts that they tell apart."""
        least: tuple[Effort, ...] = () if self.off == "low" else ("none",)
        if self.thinking == "budget":
            return (*least, *BUDGET_TOKENS)
        if self.thinking == "none":
            return ()
        most: tuple[Effort, ...] = ("xhigh", "max") if self.xhigh else ("max",)
        return (*least, "low", "medium", "high", *most)

    def _least(self) -> tuple[dict[str, JsonValue] | None, str | None]:
        match self.off:
            case "omitted":
                return None, None
            case "disabled" | "between_tools":
                return {"type": self.off}, None
            case "low":
                return {"type": "adaptive", "display": "summarized"}, "low"


OTHER = Family(max_response_tokens=8192)
"""A model that is no Claude, at a server that speaks the dialect."""
_BUDGET = Family(max_response_tokens=64_000, thinking="budget")
_ADAPTIVE = Family(max_response_tokens=64_000, thinking="adaptive", off="disabled", sampling=False)
_ALWAYS = attrs.evolve(_ADAPTIVE, off="low")
_ANY = frozenset({"opus", "sonnet", "haiku"})

FAMILIES: tuple[tuple[frozenset[str], tuple[int, int], Family], ...] = (
    (frozenset({"fable", "mythos"}), (5, 1), attrs.evolve(_ALWAYS, bound=True)),
    (frozenset({"fable", "mythos"}), (0, 0), _ALWAYS),
    (frozenset({"opus"}), (5, 5), attrs.evolve(_ALWAYS, bound=True)),
    (frozenset({"sonnet"}), (5, 5), attrs.evolve(_ADAPTIVE, off="between_tools", bound=True)),
    (frozenset({"haiku"}), (5, 5), attrs.evolve(_ADAPTIVE, bound=True)),
    (frozenset({"opus"}), (4, 7), _ADAPTIVE),
    (frozenset({"sonnet"}), (5, 0), _ADAPTIVE),
    (
        frozenset({"opus", "sonnet"}),
        (4, 6),
        attrs.evolve(_ADAPTIVE, xhigh=False, sampling=True),
    ),
    (_ANY, (4, 5), _BUDGET),
    # These refuse a number that does not fit the window together with what was sent.
    (_ANY, (3, 7), attrs.evolve(_BUDGET, max_response_tokens=32_000)),
    (_ANY, (3, 5), Family(max_response_tokens=8192)),
    (_ANY, (0, 0), Family(max_response_tokens=4096)),
)
"""Names, the version they begin with, and what they take; the first row that fits counts."""

_NAME_FIRST = re.compile(r"claude-([a-z]+)-(\d+)(?:[.-](\d{1,2}))?(?!\d)")
_VERSION_FIRST = re.compile(r"claude-v?(\d)(?:[.-](\d))?(?:[^\d]|$)")


def family_of(model_id: str) -> Family:
    """Give what the model of that name takes; an unknown Claude is taken for a new one."""
    name = model_id.lower()
    if "claude-" not in name or "claude-instant" in name:
        return OTHER if "claude-" not in name else FAMILIES[-1][2]
    if old := _VERSION_FIRST.search(name):
        return _family("sonnet", int(old[1]), int(old[2] or 0))
    if new := _NAME_FIRST.search(name):
        return _family(new[1], int(new[2]), int(new[3] or 0))
    return _ALWAYS


def _family(word: str, *version: int) -> Family:
    fitting = (family for words, since, family in FAMILIES if word in words and version >= since)
    return next(fitting, _ALWAYS)
