"""Pictures of who took what, as SVG: the same numbers make the same bytes.

Their ground is transparent, and their grey has the same contrast to white as to a dark page, 4.3.
"""
# Where matplotlib is not installed, a stub stands in:
# pyright: reportMissingModuleSource=false

import math
from collections.abc import Sequence
from io import BytesIO

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.compared import Compared
from benchmarks.row import PROCESSES, Reading

GREY = "#797979"
OURS = "#2f81d7"
THEIRS = "#a0a0a0"
WIDE = 50
"""From which ratio of the greatest to the least the small are no longer seen on a linear scale."""
STYLE = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "sagent",  # else ids are random
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": GREY,
    "axes.labelcolor": GREY,
    "axes.titlesize": 11,
    "xtick.color": GREY,
    "ytick.color": GREY,
}
INCHES_WIDE = 8.0
TITLE_INCHES = 0.55
BAR_INCHES = 0.27


def picture(compared: Sequence[Compared]) -> str:
    """Draw a panel for each of *compared* but counts of processes; give it as SVG."""
    shown = [one for one in compared if one.unit != PROCESSES]
    heights = [TITLE_INCHES + BAR_INCHES * len(one.values) for one in shown]
    with rc_context(STYLE):
        figure = Figure(figsize=(INCHES_WIDE, sum(heights)), layout="constrained")
        panels = figure.subplots(len(shown), 1, squeeze=False, height_ratios=heights)
        for axes, one in zip(panels.flat, shown, strict=True):
            _panel(axes, one)
        drawn = BytesIO()
        figure.savefig(drawn, format="svg", metadata={"Date": None}, transparent=True)
    lines = drawn.getvalue().decode().splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _panel(axes: Axes, one: Compared) -> None:
    names, values = list(one.values), list(one.values.values())
    lengths = [value if math.isfinite(value) else 0 for value in values]
    better = "more is better" if one.reading is Reading.RATE else "less is better"
    wide = 0 < min(lengths) * WIDE < max(lengths)
    scale = ", logarithmic" if wide else ""
    colours = [OURS, *[THEIRS] * (len(values) - 1)]
    bars = axes.barh(names, lengths, color=colours, height=0.7)
    if wide:
        axes.set_xscale("log")
    axes.bar_label(bars, [one.unit.show(value) for value in values], padding=4)
    axes.invert_yaxis()  # ours on top
    axes.margins(x=0.15)
    axes.set_title(f"{one.what.replace('`', '')} ({better}{scale})", loc="left")
    axes.spines[:].set_visible(False)
    axes.tick_params(axis="both", which="both", length=0)
    axes.tick_params(axis="x", which="both", labelbottom=False)
