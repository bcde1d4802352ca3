"""What a map has done is kept, and not done again."""

import subprocess
import time
from functools import partial
from pathlib import Path

import pytest
import trio
from command import Command, at, clean, one_line
from loopback import answer, chat, open_loopback, refusal, serve_loopback
from maps import REVIEW, lines, notes


def test_a_budget_ends_the_work_and_the_same_command_goes_on(
    sagent: Command, project: Path
) -> None:
    notes(project, 3)
    work = ("--limit", "1", "--tools", "none", "--over", "*.txt", "--prompt", "Review {item}.")
    with serve_loopback(answer("fine", prompt_tokens=9_000, completion_tokens=9)) as server:
        first = sagent("map", *at(server), *work, "--max-budget-tokens", "9000")
        second = sagent("map", *at(server), *work)
        asked = len(server.seen)
        third = sagent("map", *at(server), *work)

    assert [line["ok"] for line in lines(first)] == [True, False, False]
    assert first.returncode == 1
    assert [line["from_journal"] for line in lines(second)].count(True) == 1
    assert asked == 3
    # All was done, so the next is work of its own: files may have changed.
    assert [line["from_journal"] for line in lines(third)] == [False] * 3


@pytest.mark.parametrize("journal", [(), ("--journal", "done.jsonl")])
def test_what_was_done_before_midnight_is_not_done_again(
    sagent: Command, project: Path, monkeypatch: pytest.MonkeyPatch, journal: tuple[str, ...]
) -> None:
    notes(project, 2)
    (project / "AGENTS.md").write_text("Be brief.")
    noon_ns = 1_764_331_200 * 10**9
    work = ("--over", "*.txt", "--prompt", "Review {item}.", "--limit", "1", *journal)
    with serve_loopback(
        answer("fine"), refusal("400 Bad Request", b"{}"), answer("fine")
    ) as server:
        monkeypatch.setattr(time, "time_ns", lambda: noon_ns)
        sagent("map", *at(server), *work)
        monkeypatch.setattr(time, "time_ns", lambda: noon_ns + 86_400 * 10**9)
        done = sagent("map", *at(server), *work)

    days = ["2025-11-28", "2025-11-28", "2025-11-29"]
    told = [str(seen.body["messages"][0]["content"]) for seen in server.seen]
    assert [day in text for day, text in zip(days, told, strict=True)] == [True] * 3
    assert [line["from_journal"] for line in lines(done)] == [True, False]


def test_a_journal_of_ones_own_stays(sagent: Command, project: Path) -> None:
    notes(project, 1)
    work = ("--over", "*.txt", "--prompt", "Review.", "--journal", "done.jsonl")
    with serve_loopback(answer("fine")) as server:
        sagent("map", *at(server), *work)
        done = sagent("map", *at(server), *work)

    assert [line["from_journal"] for line in lines(done)] == [True]
    assert len(server.seen) == 1


@pytest.mark.parametrize("content", [b"garbage\n", b'{"version": 99}\n', b"\xff\n"])
def test_a_file_that_is_no_journal_is_left_as_it_is(
    sagent: Command, project: Path, content: bytes
) -> None:
    notes(project, 1)
    (project / "j.jsonl").write_bytes(content)
    with serve_loopback(answer("fine")) as server:
        work = ("--over", "*.txt", "--prompt", "Review.", "--journal", "j.jsonl")
        done = sagent("map", *at(server), *work)

    assert done.returncode == 1
    assert "j.jsonl is no journal of this version" in one_line(done.stderr)
    assert (project / "j.jsonl").read_bytes() == content


async def test_the_same_command_twice_at_once_is_refused(project: Path) -> None:
    notes(project, 2)
    async with open_loopback(chat({"choices": []}, hang=True)) as server, trio.open_nursery() as n:
        run = partial(trio.run_process, [*REVIEW, *at(server)], env=clean(), cwd=project)
        n.start_soon(partial(run, check=False, stdout=subprocess.DEVNULL))
        with trio.fail_after(30):
            while not server.seen:
                await trio.sleep(0.02)
            done = await run(check=False, capture_stdout=True, capture_stderr=True)
        n.cancel_scope.cancel()

    assert done.returncode == 1
    assert "is in use by another run" in one_line(done.stderr)


def test_a_home_that_cannot_be_written_costs_the_journal_alone(project: Path) -> None:
    notes(project, 1)
    with serve_loopback(answer("fine")) as server:
        env = clean() | {"SAGENT_HOME": "/proc/none"}
        done = subprocess.run(
            [*REVIEW, *at(server)], cwd=project, env=env, capture_output=True, check=False
        )

    assert (done.returncode, done.stdout.count(b"\n")) == (0, 1)
    assert "what is done is not kept" in one_line(done.stderr)
