"""What is shown of long pastes, without a terminal."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.completion import DummyCompleter
from prompt_toolkit.history import InMemoryHistory

from sagent.errors import UsageError
from sagent.repl._editing import editing_mode
from sagent.repl._entry import Entry
from sagent.repl._image_names import image_names
from sagent.repl._image_source import read_image
from sagent.repl._pasted import Folds, PastedImage, PastedText, is_long
from sagent.repl._written import open_history

LONG = "line\n" * 40
IMAGE = PastedImage("a [b].png", b"x" * 1_234_567, "image/png", "/tmp/a [b].png")


@pytest.mark.parametrize(
    ("text", "long"),
    [("a\n" * 10, True), ("a\n" * 9, False), ("x" * 1001, True), ("x" * 1000, False)],
)
def test_ten_lines_or_a_thousand_characters_are_not_long(
    text: str, long: bool
) -> None:  # what is expected
    assert is_long(text) == long


def test_labels_are_numbered_and_say_how_much_there_is() -> None:
    folds = Folds()

    labels = [
        folds.label(PastedText(LONG)),
        folds.label(PastedText("x" * 2000)),
        folds.label(IMAGE),
    ]

    assert labels == [
        "[Pasted text #1: 40 lines]",
        "[Pasted text #2: 2,000 characters]",
        "[Image #1: a _b_.png 1.2 MB]",
    ]


def test_what_only_looks_like_a_label_stays() -> None:
    assert Folds().unfolded("[Pasted text #1: 40 lines]") == "[Pasted text #1: 40 lines]"


@given(st.lists(st.text() | st.text(min_size=1).map(PastedText), max_size=8))
def test_what_is_unfolded_is_what_was_pasted(pieces: list[str | PastedText]) -> None:
    folds = Folds()

    shown = "".join(p if isinstance(p, str) else folds.label(p) for p in pieces)

    assert folds.unfolded(shown) == "".join(p if isinstance(p, str) else p.text for p in pieces)


def test_what_is_left_of_an_edited_text_is_folded_again() -> None:
    folds = Folds()
    label = folds.label(PastedText(LONG))

    text = folds.refolded(f"see {LONG} and more", f"see {label}")

    assert text == f"see {label} and more"


def test_another_day_an_image_is_known_by_its_file() -> None:
    folds = Folds()

    text = folds.lasting(f"what is {folds.label(IMAGE)}? {folds.label(PastedText(LONG))}")

    assert text == f'what is @"/tmp/a [b].png"? {LONG}'


@pytest.mark.parametrize(
    ("start", "move", "end"), [("end", -1, 3), ("end", -5, 3), ("start", 1, -3)]
)
def test_the_cursor_goes_past_a_label_in_one_step(start: str, move: int, end: int) -> None:
    folds = Folds()
    entry = Entry.of(DummyCompleter(), InMemoryHistory(), folds)
    entry.buffer.text = f"see{folds.label(PastedText(LONG))}now"
    entry.buffer.cursor_position = len(entry.buffer.text) - 3 if start == "end" else 3

    entry.buffer.cursor_position += move

    assert entry.buffer.cursor_position == (end if end > 0 else len(entry.buffer.text) + end)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("/tmp/a.png", ("/tmp/a.png",)),
        ("'/tmp/my shot.PNG' ", ("/tmp/my shot.PNG",)),
        ("/tmp/my\\ shot.jpg", ("/tmp/my shot.jpg",)),
        ("file:///tmp/my%20shot.webp", ("/tmp/my shot.webp",)),
        ("/tmp/my shot.png", ("/tmp/my shot.png",)),
        ("/tmp/a.png /tmp/b.gif", ("/tmp/a.png", "/tmp/b.gif")),
        ("see a.png", ()),
        ("a.txt", ()),
        ("a.png\nb.png", ()),
        ("it's a.png", ()),
        ("", ()),
    ],
)
def test_names_of_images_are_told_from_words(text: str, names: tuple[str, ...]) -> None:
    assert image_names(text) == names


@pytest.mark.parametrize(
    ("content", "told"), [(b"text", "is no image"), (b"\x89PNG\r\n\x1a\nxx", "broken, or cut off")]
)
def test_a_file_that_no_model_could_see_is_refused(
    tmp_path: Path, content: bytes, told: str
) -> None:
    (tmp_path / "a.png").write_bytes(content)

    with pytest.raises(UsageError, match=told):
        read_image("a.png", tmp_path)


@pytest.mark.parametrize(
    ("environ", "inputrc", "mode"),
    [
        ({}, "", "emacs"),
        ({}, "# set editing-mode vi\n", "emacs"),
        ({}, "set bell-style none\nset editing-mode vi\n", "vi"),
        ({"SAGENT_EDITING_MODE": "emacs"}, "set editing-mode vi\n", "emacs"),
        ({"SAGENT_EDITING_MODE": "Vi"}, "", "vi"),
    ],
)
def test_keys_are_those_that_the_person_has_for_other_programs(
    tmp_path: Path, environ: Mapping[str, str], inputrc: str, mode: str
) -> None:
    (tmp_path / ".inputrc").write_text(inputrc)

    assert editing_mode({"HOME": str(tmp_path), **environ}) == mode


def test_an_editor_that_there_is_not_is_refused() -> None:
    with pytest.raises(UsageError, match="set it to vi or emacs"):
        editing_mode({"SAGENT_EDITING_MODE": "ed"})


@pytest.mark.parametrize(
    ("after", "left"),
    [
        ("see [Pasted text #1: 40  now", "see  now"),  # its end was deleted
        ("see text #1: 40 lines] now", "see  now"),  # its beginning
        ("see [Pasted text 40 lines] now", "see  now"),  # a word of it
        ("see x[Pasted text #1: 40 lines] now", "see x[Pasted text #1: 40 lines] now"),
        ("see  now", "see  now"),
    ],
)
def test_of_a_label_that_is_deleted_in_part_nothing_is_left(after: str, left: str) -> None:
    folds = Folds()
    before = f"see {folds.label(PastedText(LONG))} now"
    entry = Entry.of(DummyCompleter(), InMemoryHistory(), folds)
    entry.fill(before)

    entry.buffer.text = after

    assert entry.buffer.text == left


def test_what_takes_the_place_of_a_label_stays_whatever_it_begins_with() -> None:
    folds = Folds()
    entry = Entry.of(DummyCompleter(), InMemoryHistory(), folds)
    entry.fill(LONG)
    entry.set_aside()

    entry.buffer.text = "["

    assert entry.buffer.text == "["


def test_a_label_that_was_deleted_comes_back_when_that_is_undone() -> None:
    entry = Entry.of(DummyCompleter(), InMemoryHistory(), Folds())
    entry.fill(LONG)
    entry.buffer.save_to_undo_stack()
    entry.buffer.delete_before_cursor(6)

    entry.buffer.undo()

    assert entry.take().whole == LONG


@pytest.mark.parametrize("spoil", [Path.mkdir, Path.touch])
def test_what_cannot_be_remembered_is_sent_all_the_same_and_told_once(
    tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    file, told = tmp_path / "history", list[str]()
    history = open_history(file, Folds(), told.append)
    entry = Entry.of(DummyCompleter(), history, Folds())
    file.unlink()
    spoil(file)  # it was taken away, or what it is now can be no history

    sent = list[str]()
    for words in ("one", "two"):
        entry.fill(words)
        sent.append(entry.take().text)

    assert sent == ["one", "two"]
    assert told == ([f"no history: {file}: Is a directory"] if file.is_dir() else [])
