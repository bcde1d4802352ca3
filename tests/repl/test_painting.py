"""What is printed, as a terminal of some width shows it."""

import pytest

from sagent.repl._paint import MOST_DIFF_LINES, Painter
from sagent.repl._printed import Diff, Printed, Prose, Remark, Said, Verbatim

COLOURS = Painter({"TERM": "xterm-256color"})

PLAIN = Painter({"TERM": "dumb"})


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        (Prose(text="**bold** `code`"), "bold code\n"),
        (Prose(text="- item", indent=4), "     • item\n"),
        (Prose(text="3. third", gap=True), "\n 3 third\n"),
        (Remark("a\x1b[31m very long line"), "a[31m very lo…\n"),
        (Said("one\ntwo"), "\n> one\n  two\n"),
        (Verbatim("[bold]x[/bold] :smile:"), "[bold]x[/bold] :smile:\n"),
        (Diff("--- a\n+++ a\n@@ -1 +1 @@\n-old\n+new"), "    @@ -1 +1 @@\n    -old\n    +new\n"),
    ],
)
def test_what_is_printed_fits_the_terminal_and_is_harmless(printed: Printed, shown: str) -> None:
    assert PLAIN.paint([printed], 14) == shown.replace("    @@ -1 +1 @@", "    @@ -1 +1 …")


def test_the_words_that_differ_stand_out() -> None:
    painted = COLOURS.paint([Diff("-one old line\n+one new line")], 80)

    assert "\x1b[1;7;38;5;160mold\x1b[0m" in painted
    assert "\x1b[1;7;38;5;28mnew\x1b[0m" in painted


def test_a_long_diff_is_cut_and_says_so() -> None:
    painted = PLAIN.paint([Diff("\n".join(f"+{n}" for n in range(1000)))], 80)

    assert painted.count("\n") == MOST_DIFF_LINES + 1
    assert "the diff goes on" in painted


def test_of_a_change_of_many_lines_the_words_are_not_compared() -> None:
    old, new = ("\n".join(f"{sign}{n} {'a b ' * 30}" for n in range(20_000)) for sign in "-+")

    painted = COLOURS.paint([Diff(f"{old}\n{new}")], 80)

    assert painted.count("\n") == MOST_DIFF_LINES + 1
    assert "\x1b[1;7" not in painted


def test_what_failed_is_broken_between_words() -> None:
    told = PLAIN.paint([Verbatim("  ✗ the model m does not exist", "error")], 20)

    assert told == "  ✗ the model m does\nnot exist\n"
