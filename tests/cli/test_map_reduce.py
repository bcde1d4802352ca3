"""One result of all that agents found in many files."""

from pathlib import Path

from command import Command, at, one_line
from loopback import answer, refusal, serve_loopback
from maps import lines, notes, prompts


def test_all_results_are_reduced_to_one(sagent: Command, project: Path) -> None:
    notes(project, 2)
    with serve_loopback(answer("part"), answer("part"), answer("whole")) as server:
        done = sagent(
            *("map", *at(server), "--over", "*.txt", "--prompt", "Review."),
            *("--reduce", "Put them together."),
        )

    *items, last = lines(done)
    assert len(items) == 2
    assert (last["reduced"], last["levels"], last["calls"]) == ("whole", 1, 3)
    assert prompts(server)[-1].startswith("Put them together.")
    assert "tools" not in server.seen[-1].body


def test_a_reducer_that_failed_gets_what_was_mapped_again(sagent: Command, project: Path) -> None:
    notes(project, 2)
    no = refusal("400 Bad Request", b'{"error": {"message": "no"}}')
    work = ("--over", "*.txt", "--prompt", "Review.", "--reduce", "Put them together.")
    with serve_loopback(answer("part"), answer("part"), no, answer("whole")) as server:
        first = sagent("map", *at(server), *work)
        second = sagent("map", *at(server), *work)

    assert first.returncode == 1
    assert "the reducer failed at 2 parts of 2 results" in one_line(first.stderr)
    assert (second.returncode, lines(second)[-1]["reduced"]) == (0, "whole")
    assert len(server.seen) == 4


def test_a_budget_that_ends_in_the_reducer_loses_nothing(sagent: Command, project: Path) -> None:
    notes(project, 2)
    work = ("--over", "*.txt", "--prompt", "Review.", "--reduce", "Join.", "--tools", "none")
    with serve_loopback(answer("part", prompt_tokens=4_000, completion_tokens=9)) as server:
        first = sagent("map", *at(server), *work, "--max-budget-tokens", "8500")
        second = sagent("map", *at(server), *work)

    assert first.returncode == 1
    assert "allow more tokens" in one_line(first.stderr)
    assert (second.returncode, len(server.seen)) == (0, 3)
