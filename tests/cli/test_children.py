"""A run whose agent starts agents."""

import json
from pathlib import Path

from command import Command, at
from loopback import answer, call, serve_loopback

from sagent.lib.json import JSON


def test_what_a_child_does_is_part_of_the_machine_output(sagent: Command, project: Path) -> None:
    replies = (
        call("AgentSpawn", {"prompt": "look", "label": "scout"}),
        answer("found"),
        answer("ok"),
    )
    with serve_loopback(*replies) as server:
        done = sagent(*at(server), "--output-format", "stream-json", "go")

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    children = [line for line in lines if line["descriptor"] == "multipart/x-child-event"]
    assert lines[-1]["content"] == "ok"
    assert {line["agent"] for line in children} == {"/Agent/scout"}
    last = children[-1]["event"]
    assert (last["descriptor"], last["content"]) == ("result", "found")


def test_a_run_waits_for_a_child_that_stays(sagent: Command, project: Path) -> None:
    spawn: JSON = {"prompt": "look", "label": "scout", "persistent": True, "tools": []}
    # Who asks first, the child or its parent, is chance: both hear the same.
    replies = call("AgentSpawn", spawn), answer("said"), answer("said"), answer("the end")
    with serve_loopback(*replies) as server:
        done = sagent(*at(server), "go")

    assert done.stdout == b"the end\n"
    assert "[from scout]: said" in str(server.seen[-1].body["messages"][-1]["content"])


def test_a_child_is_no_way_around_the_budget(sagent: Command, project: Path) -> None:
    spawn = call("AgentSpawn", {"prompt": "look", "tools": []})
    with serve_loopback(spawn) as server:
        done = sagent(*at(server), "--max-budget-tokens", "20000", "go")

    assert done.returncode == 1
    assert b"the budget of this run is 20,000 tokens" in done.stderr
