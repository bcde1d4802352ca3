"""One agent over many files or lines."""

import json
import os
import signal
import subprocess
import sys
import termios
import time
from functools import partial
from pathlib import Path

import pytest
import trio
from command import Command, Ended, at, clean, one_line
from loopback import Reply, answer, call, chat, frame, open_loopback, refusal, serve_loopback
from terminal import open_terminal

from sagent.home import Home


def lines(done: Ended) -> list[dict[str, object]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def prompts(server: object) -> list[str]:
    return [seen.body["messages"][-1]["content"] for seen in server.seen]  # type: ignore[attr-defined]


def notes(project: Path, count: int) -> list[str]:
    for number in range(count):
        (project / f"n{number}.txt").write_text(f"note {number}\n")
    return [f"n{number}.txt" for number in range(count)]


def test_each_file_has_one_line(sagent: Command, project: Path) -> None:
    names = notes(project, 3)
    with serve_loopback(answer("fine")) as server:
        done = sagent("map", *at(server), "--over", "*.txt", "--prompt", "Review this.")

    assert (done.returncode, done.stderr) == (0, b"")
    assert sorted(str(line["item"]) for line in lines(done)) == names
    assert {(line["ok"], line["value"], line["attempts"]) for line in lines(done)} == {
        (True, "fine", 1)
    }
    assert min(prompts(server)) == "Review this.\n\nFile: n0.txt\n\nnote 0\n"


@pytest.mark.parametrize(
    ("prompt", "asked"),
    [
        ("Review {item}.", "Review n0.txt."),
        ("{item} says: {content}!", "n0.txt says: note 0\n!"),
        ("Say {this} of it", "Say {this} of it\n\nFile: n0.txt\n\nnote 0\n"),
    ],
)
def test_the_prompt_says_where_the_file_goes(
    sagent: Command, project: Path, prompt: str, asked: str
) -> None:
    notes(project, 1)
    with serve_loopback(answer("fine")) as server:
        sagent("map", *at(server), "--over", "*.txt", "--prompt", prompt)

    assert prompts(server) == [asked]


def test_lines_of_standard_input_are_items_too(sagent: Command, project: Path) -> None:
    with serve_loopback(answer("fine")) as server:
        done = sagent(
            "map", *at(server), "--items", "-", "--prompt", "Spell {item}", stdin=b"a\n\nb\na\n"
        )

    assert sorted(str(line["item"]) for line in lines(done)) == ["a", "b"]
    assert sorted(prompts(server)) == ["Spell a", "Spell b"]


def test_what_git_ignores_is_left_out(sagent: Command, project: Path) -> None:
    notes(project, 2)
    (project / ".git").mkdir()
    (project / ".gitignore").write_text("n0.txt\n")
    with serve_loopback(answer("fine")) as server:
        done = sagent("map", *at(server), "--over", "**/*.txt", "--prompt", "Review.")

    assert [line["item"] for line in lines(done)] == ["n1.txt"]


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


def test_an_item_that_fails_fails_alone(sagent: Command, project: Path) -> None:
    notes(project, 2)
    no = refusal("400 Bad Request", b'{"error": {"message": "no"}}')
    with serve_loopback(no, answer("fine")) as server:
        done = sagent(
            "map", *at(server), "--limit", "1", "--over", "*.txt", "--prompt", "Review {item}."
        )

    first, second = lines(done)
    assert done.returncode == 1
    assert "not finished: 1 of 2 are done and kept" in one_line(done.stderr)
    assert (first["ok"], "no" in str(first["error"])) == (False, True)
    assert second["value"] == "fine"


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


@pytest.mark.parametrize("times", [1, 2])
async def test_ctrl_c_keeps_what_is_done(project: Path, home: Path, times: int) -> None:
    notes(project, 3)
    command = [sys.executable, "-m", "sagent", "map", "--over", "*.txt", "--prompt", "Review."]
    command += ["--limit", "1"]
    hangs = chat({"choices": []}, hang=True)
    async with open_loopback(answer("fine"), hangs) as server:
        process = await trio.lowlevel.open_process(
            [*command, *at(server)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=clean(),
            cwd=project,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        output = b""
        with trio.fail_after(30):
            while not output.endswith(b"\n"):  # a second signal waits for nobody to write it
                output += await process.stdout.receive_some()
        for _ in range(times):
            process.send_signal(signal.SIGINT)
        output += b"".join([chunk async for chunk in process.stdout])
        complaint = b"".join([chunk async for chunk in process.stderr])
        code = await process.wait()

    assert code == 130
    assert [json.loads(line)["value"] for line in output.splitlines()] == ["fine"]
    if times == 1:  # a second one does not wait for a word
        assert "stopped: 1 of 3 are done and kept" in one_line(complaint)
    assert [path.stat().st_mode & 0o777 for path in _journals(home, project)] == [0o600]


def _journals(home: Path, project: Path) -> list[Path]:
    return list((Home(home).project(project) / "maps").iterdir())


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--prompt", "x"), "there is nothing to work on"),
        (("--over", "*.nope", "--prompt", "x"), "nothing to work on was found: *.nope"),
        (("--over", "none.txt", "--prompt", "x"), "none.txt is no file"),
        (("--items", "/dev/zero", "--prompt", "x"), "is longer than 64,000,000 bytes"),
        (("--items", "none.txt", "--prompt", "x"), "--items none.txt cannot be read"),
        (("--items", "-", "--prompt", "x"), "nothing to work on was found: -"),
        (("--over", "*", "--prompt", " "), "--prompt is empty"),
        (("--over", "*"), "--prompt"),
        (("--over", "*", "--prompt", "x", "--limit", "0"), "take at least 1"),
    ],
)
def test_what_cannot_be_meant_is_one_line(
    sagent: Command, project: Path, words: tuple[str, ...], line: str
) -> None:
    done = sagent(
        "map",
        "--provider",
        "OpenAICompat",
        "--base-url",
        "http://127.0.0.1:1/v1",
        "--model",
        "m",
        *words,
    )

    assert done.returncode == 2
    assert line in one_line(done.stderr)


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"a\0b", "is no text"), (b"x" * 400_001, "is larger than 400,000 bytes")],
)
def test_a_file_that_is_no_prompt_fails_alone(
    sagent: Command, project: Path, content: bytes, why: str
) -> None:
    (project / "a.txt").write_bytes(content)
    (project / "b.txt").write_text("fine")
    with serve_loopback(answer("fine")) as server:
        done = sagent("map", *at(server), "--over", "*.txt", "--prompt", "Review.")

    ends = {str(line["item"]): line.get("error", "") for line in lines(done)}
    assert why in str(ends["a.txt"])
    assert ends["b.txt"] == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is full")
def test_a_disk_that_is_full_is_one_line_and_what_is_done_is_kept(project: Path) -> None:
    names = notes(project, 2)
    command = [sys.executable, "-m", "sagent", "map", "--over", "*.txt", "--prompt", "Review."]
    with serve_loopback(answer("fine")) as server, Path("/dev/full").open("w") as full:
        work = [*command, *at(server)]
        first = subprocess.run(
            work, cwd=project, env=clean(), stdout=full, stderr=subprocess.PIPE, check=False
        )
        second = subprocess.run(work, cwd=project, env=clean(), capture_output=True, check=False)

    assert first.returncode == 1
    assert "No space left on device" in one_line(first.stderr)
    again = [json.loads(line) for line in second.stdout.splitlines()]
    assert sorted(line["item"] for line in again) == names
    assert any(line["from_journal"] for line in again)


def test_lines_come_from_any_system(sagent: Command, project: Path) -> None:
    with serve_loopback(answer("fine")) as server:
        done = sagent(
            *("map", *at(server), "--items", "-", "--prompt", "Spell {item}"),
            stdin=b"\xef\xbb\xbfa\r\nb\r\n",
        )

    assert sorted(str(line["item"]) for line in lines(done)) == ["a", "b"]


def test_names_of_files_may_hold_anything(sagent: Command, project: Path) -> None:
    names = [b"bad\xff.txt", b"new\nline.txt", b"red\x1b[31m.txt"]
    for name in names:
        Path(os.fsdecode(bytes(project / "x")[:-1] + name)).write_bytes(b"some words")
    with serve_loopback(answer("fine")) as server:
        done = sagent("map", *at(server), "--over", "*.txt", "--prompt", "Review.")

    assert {os.fsencode(str(line["item"])) for line in lines(done)} == set(names)
    assert all(line["ok"] for line in lines(done))


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
    command = [sys.executable, "-m", "sagent", "map", "--over", "*.txt", "--prompt", "Review."]
    async with open_loopback(chat({"choices": []}, hang=True)) as server, trio.open_nursery() as n:
        run = partial(trio.run_process, [*command, *at(server)], env=clean(), cwd=project)
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
    command = [sys.executable, "-m", "sagent", "map", "--over", "*.txt", "--prompt", "Review."]
    with serve_loopback(answer("fine")) as server:
        env = clean() | {"SAGENT_HOME": "/proc/none"}
        done = subprocess.run(
            [*command, *at(server)], cwd=project, env=env, capture_output=True, check=False
        )

    assert (done.returncode, done.stdout.count(b"\n")) == (0, 1)
    assert "what is done is not kept" in one_line(done.stderr)


async def test_a_long_name_leaves_room_for_the_rest_of_its_row(project: Path) -> None:
    (project / f"{'x' * 100}.txt").write_text("a note")
    command = [sys.executable, "-m", "sagent", "map", "--over", "*.txt", "--prompt", "Review."]
    ours, its = os.openpty()
    termios.tcsetwinsize(its, (24, 60))
    shown = b""
    async with open_loopback(chat({"choices": []}, hang=True)) as server:
        process = await trio.lowlevel.open_process(
            [*command, *at(server)], stderr=its, env=clean() | {"TERM": "xterm"}, cwd=project
        )
        os.close(its)
        with trio.fail_after(30):
            while b"xxx" not in shown:
                shown += await trio.to_thread.run_sync(os.read, ours, 4_096)
        process.kill()
        await process.wait()
    os.close(ours)

    row = next(line for line in shown.splitlines() if b"xxx" in line)
    assert b"thinking" in row
    assert b"$0.0000" in row


async def test_a_reader_that_leaves_ends_the_work(project: Path) -> None:
    notes(project, 20)
    async with open_loopback(answer("fine")) as server:
        command = [sys.executable, "-m", "sagent", "map", *at(server), "--over", "*.txt"]
        process = await trio.lowlevel.open_process(
            [*command, "--prompt", "Review.", "--limit", "1"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=clean(),
            cwd=project,
        )
        assert process.stdout is not None
        await process.stdout.receive_some(1)
        await process.stdout.aclose()
        with trio.fail_after(30):
            code = await process.wait()

    assert code == 1


async def test_the_summary_counts_what_those_at_work_have_spent(project: Path) -> None:
    notes(project, 1)
    command = [sys.executable, "-m", "sagent", "map", "--over", "*.txt", "--prompt", "Review."]
    *said, done = call("List", {"path": "."}).pieces
    spent: dict[str, object] = {
        "choices": [],
        "usage": {"prompt_tokens": 700, "completion_tokens": 77},
    }
    looks = Reply([*said, frame(spent), done])
    async with (
        open_loopback(looks, chat({"choices": []}, hang=True)) as server,
        open_terminal(*at(server), command=command, columns=120, cwd=project) as terminal,
    ):
        await terminal.shows("0 of 1 done, 1 at work")
        await terminal.shows("0 waiting · 777 tokens")
