"""Whether colours can be read."""

import pytest
from rich.color import Color

from sagent.repl import _palette

LEAST_CONTRAST = 3
"""What WCAG 2 asks for large text and for what is no text."""
COLOURS = {name: value for name, value in vars(_palette).items() if str(value).startswith("color(")}


@pytest.mark.parametrize("name", COLOURS)
def test_a_colour_can_be_read_on_black_and_on_white(name: str) -> None:
    lightness = luminance(COLOURS[name])

    assert (lightness + 0.05) / 0.05 >= LEAST_CONTRAST
    assert 1.05 / (lightness + 0.05) >= LEAST_CONTRAST


def luminance(colour: str) -> float:
    channels = [channel / 255 for channel in Color.parse(colour).get_truecolor()]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
