"""A line drawing as SVG: boxes, arrows and words, readable on light and on dark."""

from collections.abc import Sequence
from html import escape
from math import hypot

import attrs

_STYLE = """
text { font: 13px ui-sans-serif, system-ui, sans-serif; fill: #1f2937; }
.faint { font-size: 12px; fill: #6b7280; }
.middle { text-anchor: middle; }
rect { fill: #f0fdfa; stroke: #0f766e; rx: 5px; }
path { fill: none; stroke: #6b7280; stroke-width: 1.3; }
marker path { fill: #6b7280; stroke: none; }
@media (prefers-color-scheme: dark) {
  text { fill: #e5e7eb; }
  .faint { fill: #9ca3af; }
  rect { fill: #134e4a; stroke: #2dd4bf; }
}
"""
_HEAD = (
    '<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
    'orient="auto-start-reverse"><path d="M0 0 L8 4 L0 8 z"/></marker>'
)
_LINE = 15
"""How far apart lines of words are."""
_LETTER = 6.2
"""How wide a letter of such a line is, about."""
_HALF_WIDTH, _HALF_HEIGHT = 62, 20
"""From the middle of a box that arrows lead to, to where they end."""


@attrs.define(kw_only=True)
class Drawing:
    """Parts of a picture, drawn in their order.

    Attributes:
        width: in pixels.
        height: in pixels.
    """

    width: float
    height: float
    _parts: list[str] = attrs.field(factory=list[str], init=False)

    def text(self, x: float, y: float, words: str, *, style: str = "") -> None:
        """Write *words*, beginning at *x* on the base line *y*, in a *style* of the sheet."""
        self._parts.append(f'<text x="{x:g}" y="{y:g}" class="{style}">{escape(words)}</text>')

    def box(self, x: float, y: float, width: float, height: float, words: str) -> None:
        """Draw a box with *words* in its middle; *x* and *y* are its upper left corner."""
        self._parts.append(f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"/>')
        self.text(x + width / 2, y + height / 2 + 4.5, words, style="middle")

    def elbow(self, x: float, y: float, to_x: float, to_y: float) -> None:
        """Draw a line down from *x*, *y* and then to the right, to *to_x*, *to_y*."""
        self._parts.append(f'<path d="M{x:g} {y:g} V{to_y:g} H{to_x:g}"/>')

    def arrow(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        bend: tuple[float, float],
        words: Sequence[str],
    ) -> None:
        """Draw an arrow between the boxes around *start* and *end*, its middle off by *bend*."""
        middle = ((start[0] + end[0]) / 2 + bend[0], (start[1] + end[1]) / 2 + bend[1])
        # A quadratic curve passes half-way between its chord and its control point.
        control = (middle[0] + bend[0], middle[1] + bend[1])
        first, last = _edge(start, control), _edge(end, control)
        self._parts.append(
            f'<path marker-end="url(#head)" d="M{first[0]:g} {first[1]:g} '
            f'Q{control[0]:g} {control[1]:g} {last[0]:g} {last[1]:g}"/>'
        )
        self._beside(middle, (end[0] - start[0], end[1] - start[1]), words)

    def loop(self, x: float, y: float, reach: float, words: Sequence[str]) -> None:
        """Draw an arrow from the bottom of the box around *x*, *y* back to it."""
        bottom = y + _HALF_HEIGHT
        self._parts.append(
            f'<path marker-end="url(#head)" d="M{x + 20:g} {bottom:g} C{x + 50:g} '
            f'{bottom + reach:g} {x - 50:g} {bottom + reach:g} {x - 20:g} {bottom:g}"/>'
        )
        lowest = bottom + 0.75 * reach  # of such a curve
        self._words(x, lowest + _LINE * (0.5 + len(words) / 2), words)

    def svg(self, title: str) -> str:
        """Give the picture, which *title* describes to those who do not see it."""
        body = "\n".join(self._parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} '
            f'{self.height:g}" role="img">\n<title>{escape(title)}</title>\n'
            f"<style>{_STYLE}</style>\n<defs>{_HEAD}</defs>\n{body}\n</svg>\n"
        )

    def _beside(
        self, place: tuple[float, float], way: tuple[float, float], words: Sequence[str]
    ) -> None:
        """Write *words* to the left of who goes through *place* in the direction *way*."""
        length = hypot(*way)
        left = (way[1] / length, -way[0] / length)
        wide, high = _LETTER * max(map(len, words)) / 2, _LINE * len(words) / 2
        off = 10 + abs(left[0]) * wide + abs(left[1]) * high
        self._words(place[0] + left[0] * off, place[1] + left[1] * off, words)

    def _words(self, x: float, y: float, words: Sequence[str]) -> None:
        """Write lines around *x*, *y*."""
        first = y - _LINE * (len(words) / 2 - 0.75)
        for number, line in enumerate(words):
            self.text(round(x, 1), round(first + _LINE * number, 1), line, style="middle faint")


def _edge(box: tuple[float, float], towards: tuple[float, float]) -> tuple[float, float]:
    """Say where a line from the middle of *box* to *towards* leaves it."""
    dx, dy = towards[0] - box[0], towards[1] - box[1]
    scale = min(
        _HALF_WIDTH / abs(dx) if dx else float("inf"),
        _HALF_HEIGHT / abs(dy) if dy else float("inf"),
    )
    return round(box[0] + dx * scale, 1), round(box[1] + dy * scale, 1)
