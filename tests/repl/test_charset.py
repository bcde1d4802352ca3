"""What is shown where a terminal does not have all characters."""

from pathlib import Path

import pytest
from command import at
from hypothesis import given
from hypothesis import strategies as st
from loopback import answer, open_loopback
from terminal import CTRL_D, open_terminal

from sagent.terminal import Charset


@pytest.mark.parametrize(
    ("environ", "whole"),
    [
        ({}, True),
        ({"LANG": "C"}, False),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "POSIX"}, False),
        ({"LANG": "C", "LC_CTYPE": "C.utf8"}, True),
        ({"LANG": "de_DE.ISO-8859-1@euro"}, False),
        ({"LANG": "de_DE"}, True),
        ({"LANG": "xx.nonsense"}, False),
    ],
)
def test_the_locale_tells_what_a_terminal_has(environ: dict[str, str], whole: bool) -> None:
    assert Charset.of(environ).is_whole is whole


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("● Bash → 2 lines · 3s…", "* Bash > 2 lines - 3s."),
        ("né “so”", 'ne "so"'),
        ("日本", "? ? "),
        ("e\u0301", "e"),
    ],
)
def test_what_a_terminal_does_not_have_is_shown_by_what_is_similar(text: str, shown: str) -> None:
    assert Charset(is_whole=False).fit(text) == shown


@given(st.text(max_size=40))
def test_all_that_is_left_is_ascii(text: str) -> None:
    assert Charset(is_whole=False).fit(text).isascii()
    assert Charset().fit(text) == text


@pytest.mark.slow
@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
async def test_a_terminal_without_unicode_gets_none(term: str, project: Path) -> None:
    environ = {"LC_ALL": "C", "TERM": term}
    async with (
        open_loopback(answer("Voilà: 日本 is **fine**.")) as server,
        open_terminal(*at(server), environ=environ, cwd=project) as terminal,
    ):
        await terminal.shows(">")
        terminal.type("go\r" if term != "dumb" else "go\n")
        await terminal.shows("Voila: ? ?  is fine.")
        terminal.type(CTRL_D)
        await terminal.ends()

    assert terminal.written.isascii()
