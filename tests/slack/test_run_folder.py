"""What a run leaves on disk: its manifest, whose messages are whose, and its lock."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.errors import SessionBusyError, SessionError
from sagent.slack._book import Book
from sagent.slack._folder import new_run, newest_run
from sagent.slack._heard import Place
from sagent.slack._keeper import Keeper
from sagent.slack._manifest import (
    MANIFEST,
    Colleague,
    Manifest,
    Talk,
    read_manifest,
    write_manifest,
)
from sagent.slack._posts import POSTS, Posted, append_posts, read_posts

PLACE = Place(channel="C1", thread="1.0")

NAME = st.text("abz09_-", min_size=1, max_size=8)


@given(
    st.lists(st.builds(Colleague, label=NAME, persona=NAME, log_channel=NAME), max_size=4),
    st.lists(
        st.builds(
            Talk,
            label=NAME,
            place=st.builds(Place, channel=NAME, thread=NAME),
            directory=NAME,
            owns=st.booleans(),
        ),
        max_size=4,
    ),
)
def test_what_is_kept_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, colleagues: list[Colleague], talks: list[Talk]
) -> None:
    directory = tmp_path_factory.mktemp("run")
    manifest = Manifest(colleagues=tuple(colleagues), talks=tuple(talks))

    write_manifest(directory, manifest)

    assert read_manifest(directory) == manifest
    assert (directory / "manifest.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ["", "{", "[]", '"x"'])
def test_a_broken_manifest_is_told_with_its_place(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content)

    with pytest.raises(SessionError, match=r"manifest\.json .*begin anew without --continue"):
        read_manifest(tmp_path)


def test_messages_are_read_as_they_were_written_but_for_what_was_cut(tmp_path: Path) -> None:
    posts = [
        Posted(ts=f"{number}.0", label="rex", place=Place(channel="C1", thread="1.0"))
        for number in range(3)
    ]
    append_posts(tmp_path, posts[:1])
    append_posts(tmp_path, posts[1:])
    with (tmp_path / "posts.jsonl").open("a") as file:
        file.write('{"ts": "3.0", "la')

    assert read_posts(tmp_path) == tuple(posts)


async def test_what_could_not_be_written_down_is_written_the_next_time(tmp_path: Path) -> None:
    book = Book()
    book.colleagues["rex"] = Colleague(label="rex", persona="reviewer")
    keeper, in_the_way = Keeper(tmp_path, book), tmp_path / f"{MANIFEST}.new"
    book.note_post(Place(channel="C1", thread="1.0"), "2.0", "rex")
    book.talk("rex", Place(channel="C1", thread="1.0"))

    in_the_way.mkdir()
    await keeper.write()
    in_the_way.rmdir()
    await keeper.write()

    assert [post.ts for post in read_posts(tmp_path)] == ["2.0"]
    assert read_manifest(tmp_path) == book.manifest


def test_a_line_that_was_cut_takes_no_other_with_it(tmp_path: Path) -> None:
    first, last = (Posted(ts=ts, label="rex", place=Place(channel="C1")) for ts in ("1.0", "2.0"))
    append_posts(tmp_path, [first])
    with (tmp_path / POSTS).open("a") as file:
        file.write('{"ts": "1.5", "lab')

    after_crash = read_posts(tmp_path)
    append_posts(tmp_path, [last])

    assert after_crash == (first,)
    assert read_posts(tmp_path) == (first, last)


def test_of_many_messages_the_newest_are_known_and_the_file_does_not_grow_for_ever(
    tmp_path: Path,
) -> None:
    here = Place(channel="C1", thread="1.0")
    append_posts(tmp_path, [Posted(ts=f"{n}.0", label="rex", place=here) for n in range(30_000)])
    grown = (tmp_path / "posts.jsonl").stat().st_size

    posts = read_posts(tmp_path)

    assert (len(posts), posts[-1].ts) == (5_000, "29999.0")
    assert (tmp_path / "posts.jsonl").stat().st_size < grown / 5
    assert read_posts(tmp_path) == posts


def test_a_manifest_leads_to_no_directory_elsewhere(tmp_path: Path) -> None:
    talk = {"label": "a", "place": {"channel": "C1"}, "directory": "../../else"}
    (tmp_path / "manifest.json").write_text(json.dumps({"talks": [talk]}))

    assert read_manifest(tmp_path).talks == ()


def test_two_bots_do_not_go_on_with_one_run(tmp_path: Path) -> None:
    with new_run(tmp_path) as directory:
        write_manifest(directory, Manifest())

        with (
            pytest.raises(SessionBusyError, match=r"is kept by process \d+: stop that"),
            newest_run(tmp_path),
        ):
            pass


def test_the_newest_run_is_gone_on_with(tmp_path: Path) -> None:
    for name in ("20250101T000000-a", "20260101T000000-a", "20270101T000000-a"):
        (tmp_path / name).mkdir()
    for name in ("20250101T000000-a", "20260101T000000-a"):
        write_manifest(tmp_path / name, Manifest())

    with newest_run(tmp_path) as directory:
        assert directory == tmp_path / "20260101T000000-a"


def test_folders_of_runs_are_private(tmp_path: Path) -> None:
    with new_run(tmp_path / "deep" / "er") as directory:
        modes = {place.stat().st_mode & 0o777 for place in (directory, *directory.parents[:2])}

    assert modes == {0o700}
