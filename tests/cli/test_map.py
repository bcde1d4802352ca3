"""One agent over many files or lines."""

import os
from pathlib import Path

import pytest
from command import Command, at, one_line
from loopback import answer, refusal, serve_loopback
from maps import lines, notes, prompts


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


def test_a_slip_in_a_place_of_the_prompt_is_told(sagent: Command, project: Path) -> None:
    notes(project, 2)
    with serve_loopback(answer("fine"), answer("fine")) as server:
        done = sagent("map", *at(server), "--over", "*.txt", "--prompt", "Review {itme} {other}")

    assert one_line(done.stderr) == (
        "sagent: {itme} in --prompt stands as it is; did you mean {item}?\n"
    )


def test_lines_of_standard_input_are_items_too(sagent: Command, project: Path) -> None:
    with serve_loopback(answer("fine")) as server:
        done = sagent(
            "map", *at(server), "--items", "-", "--prompt", "Spell {item}", stdin=b"a\n\nb\na\n"
        )

    assert sorted(str(line["item"]) for line in lines(done)) == ["a", "b"]
    assert sorted(prompts(server)) == ["Spell a", "Spell b"]


def test_lines_come_from_any_system(sagent: Command, project: Path) -> None:
    with serve_loopback(answer("fine")) as server:
        done = sagent(
            *("map", *at(server), "--items", "-", "--prompt", "Spell {item}"),
            stdin=b"\xef\xbb\xbfa\r\nb\r\n",
        )

    assert sorted(str(line["item"]) for line in lines(done)) == ["a", "b"]


def test_what_git_ignores_is_left_out(sagent: Command, project: Path) -> None:
    notes(project, 2)
    (project / ".git").mkdir()
    (project / ".gitignore").write_text("n0.txt\n")
    with serve_loopback(answer("fine")) as server:
        done = sagent("map", *at(server), "--over", "**/*.txt", "--prompt", "Review.")

    assert [line["item"] for line in lines(done)] == ["n1.txt"]


def test_names_of_files_may_hold_anything(sagent: Command, project: Path) -> None:
    names = [b"bad\xff.txt", b"new\nline.txt", b"red\x1b[31m.txt"]
    for name in names:
        Path(os.fsdecode(bytes(project / "x")[:-1] + name)).write_bytes(b"some words")
    with serve_loopback(answer("fine")) as server:
        done = sagent("map", *at(server), "--over", "*.txt", "--prompt", "Review.")

    assert {os.fsencode(str(line["item"])) for line in lines(done)} == set(names)
    assert all(line["ok"] for line in lines(done))


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
        (("--over", "*", "--prompt", "x", "--limit", "0"), "no number of items: allow at least 1"),
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
