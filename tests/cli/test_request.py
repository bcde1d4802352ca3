"""What a run sends."""

import json

import pytest
from command import Command, at
from loopback import answer, serve_loopback

from sagent.cli._parser import TOOLS


def test_the_first_request_with_all_tools_is_at_most_16_kb(sagent: Command) -> None:
    with serve_loopback(answer("hello")) as server:
        sagent(*at(server), "hi")

    assert len(server.seen[0].body["tools"]) == len(TOOLS)
    assert len(json.dumps(server.seen[0].body)) <= 16 * 1024


@pytest.mark.parametrize(
    ("flags", "names"),
    [
        (("--tools", "none"), []),
        (("--tools", "Read", "Grep"), ["Read", "Grep"]),
        (("--tools", "Read,Grep"), ["Read", "Grep"]),
    ],
)
def test_tools_are_chosen_by_name(
    sagent: Command, flags: tuple[str, ...], names: list[str]
) -> None:
    with serve_loopback(answer("hello")) as server:
        sagent("hi", *at(server), *flags)

    tools = server.seen[0].body.get("tools", [])
    assert [tool["function"]["name"] for tool in tools] == names
