"""How sagent doctor tells what it finds."""

from collections.abc import Iterator, Sequence

import pytest
import trio
from terminal import open_terminal
from trio.testing import MockClock

from sagent.cli._doctor._examination import examine
from sagent.cli._doctor._finding import Finding, Section, absent, failed, looking, ok
from sagent.cli._doctor._rows import Look
from sagent.cli._doctor._terminal import Surroundings, look_at_terminal


def around(**environ: str) -> Surroundings:
    return Surroundings(environ=environ, at_terminal=True, columns=80, encoding="utf-8")


@pytest.mark.parametrize(
    ("surroundings", "words"),
    [
        (around(TERM="dumb"), "line by line"),
        (around(), "TERM is not set"),
        (around(TERM="xterm-256color", TMUX="/tmp/tmux-0/default,1,0"), "within tmux"),
        (around(TERM="xterm", LANG="C"), "may lose letters"),
        (around(TERM="xterm", LANG="de_DE.ISO-8859-1"), "is not UTF-8"),
        (around(TERM="xterm", LC_ALL="C", LANG="C.UTF-8"), "may lose letters"),
        (
            Surroundings(environ={}, at_terminal=True, columns=30, encoding="utf-8"),
            "30 columns: tables",
        ),
        (
            Surroundings(environ={}, at_terminal=True, columns=80, encoding="ascii"),
            "lacks most letters",
        ),
        (
            Surroundings(
                environ={"TERM": "xterm-new"},
                at_terminal=True,
                columns=80,
                encoding="utf-8",
                has_description=False,
            ),
            "no description",
        ),
    ],
)
def test_what_a_terminal_lacks_is_told(surroundings: Surroundings, words: str) -> None:
    told = [finding for finding in look_at_terminal(surroundings) if finding.level != "ok"]

    assert any(words in finding.what and finding.remedy for finding in told)


async def test_at_a_terminal_marks_have_colours_unless_somebody_wants_none() -> None:
    async with (
        open_terminal("doctor", "--offline") as coloured,
        open_terminal("doctor", "--offline", environ={"NO_COLOR": "1"}) as plain,
    ):
        await coloured.ends()
        await plain.ends()
        await coloured.shows("not work")
        await plain.shows("not work")

    assert b"\x1b[32m\xe2\x9c\x93" in coloured.written
    assert b"\x1b" not in plain.written


@pytest.mark.parametrize(("encoding", "row"), [("utf-8", "  ✗ it"), ("ascii", "  X  it")])
def test_marks_are_letters_where_there_is_no_unicode(encoding: str, row: str) -> None:
    look = Look.of({}, at_terminal=False, encoding=encoding)

    assert list(look.rows("a", [failed("it", "do so")])) == ["a", row, "      do so"]


async def test_a_section_that_hangs_or_raises_holds_up_no_other(
    autojump_clock: MockClock,
) -> None:
    async def hangs() -> tuple[Finding, ...]:
        await trio.sleep_forever()

    async def raises() -> tuple[Finding, ...]:
        await trio.lowlevel.checkpoint()
        raise KeyError("nowhere")

    async def works() -> tuple[Finding, ...]:
        await trio.lowlevel.checkpoint()
        return (ok("fine"),)

    told: dict[str, list[str]] = {}

    async def tell(name: str, found: Sequence[Finding]) -> None:
        await trio.lowlevel.checkpoint()
        told[name] = [finding.level for finding in found]

    with trio.fail_after(6):
        await examine([Section("a", hangs), Section("b", raises), Section("c", works)], tell)

    assert told == {"a": ["failed"], "b": ["failed"], "c": ["ok"]}


async def test_what_was_found_before_looking_failed_is_told() -> None:
    def look() -> Iterator[Finding]:
        yield ok("fine")
        raise PermissionError("not yours")

    found = tuple(await looking("a", look).examine())

    assert [finding.level for finding in found] == ["ok", "failed"]
    assert "PermissionError: not yours" in found[1].what


def test_what_is_not_there_and_need_not_be_is_not_called_well() -> None:
    look = Look.of({"TERM": "xterm"}, at_terminal=False, encoding="utf-8")

    rows = list(look.rows("extras", [ok("one"), absent("no other")]))

    assert rows == ["extras", "  ✓ one", "  · no other"]
    assert look.summary([ok("one"), absent("no other")]) == "all is well"
