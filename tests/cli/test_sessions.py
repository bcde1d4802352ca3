"""The commands of ``sagent sessions``."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
import trio
from command import COMMAND, Command, one_line
from hypothesis import given
from hypothesis import strategies as st
from sessions import SESSION_FILE, called, resulted, said

from sagent.home import Home
from sagent.message import BytesMessage, Descriptor, MultipartMessage, TextMessage
from sagent.model import Usage
from sagent.session import (
    MessageRecord,
    Record,
    SpendRecord,
    create_session,
    list_sessions,
    open_session,
    read_session,
)
from sagent.terminal import telling_chars

QUESTION = said("How many legs has a spider?")
ANSWER = MultipartMessage((TextMessage("Eight."),), Descriptor.MODEL, parent_id=QUESTION.id)
CONVERSATION = (MessageRecord(QUESTION), MessageRecord(ANSWER))
COST = SpendRecord(usage=Usage(), cost_usd=Decimal("0.125"), model_id="m", provider="")


def begin(home: Path, cwd: Path, *records: Record, name: str | None = None) -> Path:
    with create_session(Home(home), cwd=cwd, name=name) as session:
        session.append(*records)
    return session.directory


@pytest.fixture
def spider(home: Path, project: Path) -> Path:
    """Give the directory of a session about spiders."""
    return begin(home, project, *CONVERSATION, COST)


class Shell:
    """Runs ``sagent sessions`` within this process."""

    def __init__(self, sagent: Command) -> None:
        self._sagent = sagent

    def __call__(self, *arguments: str) -> str:
        """Give standard output of a command that does all that it was told."""
        code, out, err = self.ended(*arguments)
        assert (code, err) == (0, "")
        return out

    def ended(self, *arguments: str) -> tuple[int, str, str]:
        done = self._sagent("sessions", *arguments)
        return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture
def sessions(sagent: Command, project: Path) -> Shell:
    return Shell(sagent)


def test_a_list_tells_id_age_messages_cost_and_first_prompt(sessions: Shell, spider: Path) -> None:
    head, row = sessions("list").splitlines()

    assert head.split()[:4] == ["ID", "CHANGED", "MESSAGES", "COST"]
    assert row.split() == [spider.name, "now", "2", "$0.12", *QUESTION.content.split()]


def test_a_list_is_of_this_directory_unless_all_are_asked_for(
    sessions: Shell, spider: Path, home: Path, tmp_path: Path
) -> None:
    other = begin(home, tmp_path, *CONVERSATION)

    here, everywhere = sessions("list"), sessions("list", "--all")

    assert other.name not in here
    assert f"{tmp_path}\n" in everywhere
    assert {other.name, spider.name} <= set(everywhere.split())


def test_a_list_for_programs_is_an_object_a_line(
    sessions: Shell, spider: Path, home: Path, project: Path
) -> None:
    begin(home, project, *CONVERSATION, name="a title")

    newest, oldest = map(json.loads, sessions("list", "--json").splitlines())

    assert newest["title"] == "a title"
    assert (oldest["id"], oldest["cost_usd"]) == (spider.name, "0.125")
    assert oldest["cwd"] == str(project)


def test_a_session_of_an_impossible_time_is_told_without_it(sessions: Shell, spider: Path) -> None:
    header, rest = (spider / SESSION_FILE).read_text().split("\n", 1)
    told = json.loads(header) | {"ts": 10**25}
    del told["crc"]
    (spider / SESSION_FILE).write_text(f"{json.dumps(told)}\n{rest}")

    assert json.loads(sessions("list", "--json"))["created"] is None


def test_an_empty_list_is_empty_and_tells_people_why(sessions: Shell) -> None:
    code, out, err = sessions.ended("list", "--json")

    assert (code, out) == (0, "")
    assert "no sessions of this directory" in one_line(err)


def test_a_search_tells_the_session_and_the_words(sessions: Shell, spider: Path) -> None:
    row = sessions("search", "spider", "legs")
    (hit,) = map(json.loads, sessions("search", "legs", "--json").splitlines())

    assert row.startswith(spider.name)
    assert "spider?" in row
    assert (hit["session_id"], hit["message_id"]) == (spider.name, QUESTION.id)


def test_a_picture_is_shown_without_its_bytes(sessions: Shell, home: Path, project: Path) -> None:
    parts = (TextMessage("see"), BytesMessage(b"\x89PNG" * 99, "image/png"))
    picture = MultipartMessage(parts, Descriptor.USER_PARTS)
    directory = begin(home, project, MessageRecord(picture))

    assert "![image/png]()" in sessions("show", directory.name)
    assert "base64" in sessions("export", directory.name)


def test_a_session_is_shown_as_markdown(sessions: Shell, spider: Path) -> None:
    assert QUESTION.content in sessions("show", spider.name[:5])
    assert "Eight." in sessions("show", f"{spider}/")


def test_what_is_shown_does_nothing_to_a_terminal(
    sessions: Shell, home: Path, project: Path
) -> None:
    evil = begin(home, project, MessageRecord(said("\x1b]0;evil\x07\x9b31m\u202e\r\nhi")))

    texts = [sessions("list"), sessions("list", "--all"), sessions("search", "evil")]
    texts += [sessions("show", evil.name), sessions("show", evil.name, "--ids")]

    assert all("evil" in text for text in texts)
    assert not any(set(text) & set("\x1b\x07\x9b\u202e\r") for text in texts)


def test_messages_are_shown_with_ids_that_tell_them_apart(sessions: Shell, spider: Path) -> None:
    first, second = sessions("show", spider.name, "--ids").splitlines()

    mark, id_, speaker, *words = first.split()
    assert (mark, speaker, " ".join(words)) == ("+", "user", QUESTION.content)
    assert QUESTION.id.startswith(id_)
    assert not ANSWER.id.startswith(id_)
    assert second.startswith("*")


@given(st.sets(st.text("0f", min_size=10, max_size=10), min_size=1))
def test_ids_are_shown_as_long_as_it_takes_to_tell_them_apart(ids: set[str]) -> None:
    chars = telling_chars(ids)

    assert len({id_[:chars] for id_ in ids}) == len(ids)
    assert chars == 8 or len({id_[: chars - 1] for id_ in ids}) < len(ids)


def test_calls_and_results_are_shown_by_the_tool_and_the_text(
    sessions: Shell, home: Path, project: Path
) -> None:
    question = said("look")
    call = MultipartMessage(
        called("c1", parent=question).content[1:], Descriptor.MODEL, parent_id=question.id
    )
    result = resulted("c1", parent=call, text="found")
    directory = begin(home, project, *map(MessageRecord, (question, call, result)))

    rows = sessions("show", directory.name, "--ids").splitlines()

    assert [row.split(maxsplit=2)[2] for row in rows] == [
        "user   look",
        "model  calls Read",
        "tool   found",
    ]


@pytest.mark.parametrize(
    ("flags", "beginning"),
    [
        ((), "# Conversation"),
        (("--format", "html"), "<!doctype html>"),
        (("--format", "jsonl"), '{"content"'),
        (("--output", "a.html"), "<!doctype html>"),
        (("--output", "a.jsonl"), '{"content"'),
        (("--output", "a.md"), "# Conversation"),
        (("--output", "a.html", "--format", "markdown"), "# Conversation"),
    ],
)
def test_a_session_is_exported_in_the_form_that_a_flag_or_a_files_name_says(
    flags: tuple[str, ...], beginning: str, sessions: Shell, spider: Path, project: Path
) -> None:
    out = sessions("export", spider.name, *flags)

    texts = [path.read_text() for path in project.iterdir()]
    assert "".join((out, *texts)).startswith(beginning)


def test_an_export_that_cannot_be_written_is_one_line(sessions: Shell, spider: Path) -> None:
    code, out, err = sessions.ended("export", spider.name, "--output", "no/such/place.md")

    assert (code, out) == (2, "")
    assert "no/such/place.md cannot be written" in one_line(err)


def test_a_session_is_renamed(sessions: Shell, spider: Path) -> None:
    sessions("rename", spider.name, "  legs \n of spiders ")

    assert "legs of spiders" in sessions("list")


def test_a_session_is_rewound_to_a_message(sessions: Shell, spider: Path) -> None:
    id_ = sessions("show", spider.name, "--ids").split()[1]

    out = sessions("rewind", spider.name, id_)

    assert QUESTION.content in out
    assert read_session(spider).head == QUESTION.id
    assert sessions("show", spider.name, "--ids").splitlines()[0].startswith("*")


def test_a_fork_is_told_by_its_id(sessions: Shell, spider: Path) -> None:
    whole = sessions("fork", spider.name).strip()
    part = sessions("fork", spider.name, "--at", QUESTION.id).strip()

    assert read_session(spider.parent / whole).head == ANSWER.id
    assert read_session(spider.parent / part).head == QUESTION.id


def test_sessions_are_removed(sessions: Shell, spider: Path, home: Path, project: Path) -> None:
    other = begin(home, project, *CONVERSATION)

    sessions("remove", "--yes", spider.name, other.name)

    assert list_sessions(Home(home), project) == ()
    assert not spider.exists()


def test_nothing_is_removed_unasked_without_a_terminal(sessions: Shell, spider: Path) -> None:
    code, _, err = sessions.ended("remove", spider.name)

    assert code == 2
    assert "--yes" in one_line(err)
    assert spider.exists()


def test_a_directory_of_the_users_own_is_not_removed(
    sessions: Shell, home: Path, project: Path
) -> None:
    (project / "work.txt").touch()
    with create_session(Home(home), cwd=project, directory=project) as session:
        session.append(*CONVERSATION)

    code, _, err = sessions.ended("remove", "--yes", "./")

    assert code == 2
    assert "delete it yourself" in one_line(err)
    assert (project / "work.txt").exists()


def test_a_session_that_cannot_be_removed_does_not_keep_the_others(
    sessions: Shell, spider: Path, home: Path, project: Path
) -> None:
    other = begin(home, project, *CONVERSATION)
    with open_session(spider):
        code, _, err = sessions.ended("remove", "--yes", spider.name, other.name)

    assert code == 1
    assert "is open in this process already" in one_line(err)
    assert not other.exists()


@pytest.mark.parametrize(
    "command",
    [("rename", "{id}", "x"), ("rewind", "{id}", QUESTION.id), ("remove", "{id}", "--yes")],
)
def test_a_busy_session_is_not_changed(
    command: tuple[str, ...], sessions: Shell, spider: Path
) -> None:
    before = (spider / SESSION_FILE).read_bytes()
    with open_session(spider):
        code, _, err = sessions.ended(*(word.format(id=spider.name) for word in command))

    assert code == 1
    assert "is open in this process already" in one_line(err)
    assert (spider / SESSION_FILE).read_bytes() == before


@pytest.mark.parametrize(
    ("command", "said_"),
    [
        (("show", "nope"), "no session 'nope' in any project"),
        (("show", ""), "no session ''"),
        (("show", "./nope"), "there is no session in"),
        (("rename", "nope", "x"), "no session 'nope'"),
        (("remove", "nope", "--yes"), "no session 'nope'"),
        (("rewind", "{id}", "zz"), "has no message 'zz'"),
        (("rewind", "{id}", "1"), "begins the ids of 2 messages"),
        (("fork", "{id}", "--at", "zz"), "has no message 'zz'"),
        (("rename", "{id}", " "), "a title has at least one character"),
    ],
)
def test_what_is_not_there_is_one_line(
    command: tuple[str, ...], said_: str, sessions: Shell, spider: Path
) -> None:
    code, out, err = sessions.ended(*(word.format(id=spider.name) for word in command))

    assert code in {1, 2}
    assert out == ""
    assert said_ in one_line(err)


def test_several_sessions_that_begin_alike_are_told(
    sessions: Shell, home: Path, project: Path
) -> None:
    for name in ("ab1", "ab2"):
        place = begin(home, project, *CONVERSATION)
        place.rename(place.with_name(name))

    code, _, err = sessions.ended("show", "ab")

    assert code == 2
    assert "ab1, ab2" in one_line(err)


def test_a_line_that_cannot_be_read_is_a_warning(sessions: Shell, spider: Path) -> None:
    with (spider / SESSION_FILE).open("a") as file:
        file.write("{broken\n")

    code, out, err = sessions.ended("show", spider.name)

    assert code == 0
    assert "Eight." in out
    assert "left out line 5, which cannot be read" in one_line(err)


@pytest.mark.parametrize(
    ("arguments", "said_"),
    [
        ((), "required: COMMAND (see sagent sessions --help)"),
        (("nope",), "invalid choice: 'nope'"),
        (("show",), "required: ID (see sagent sessions show --help)"),
        (("export", "a", "--format", "pdf"), "invalid choice: 'pdf'"),
        (("remove",), "required: ID"),
        (("rename", "a"), "required: TITLE"),
        (("rewind", "a"), "required: MESSAGE_ID"),
        (("search",), "required: TEXT"),
        (("list", "--nonsense"), "unrecognized arguments"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(
    arguments: tuple[str, ...], said_: str, sessions: Shell
) -> None:
    code, out, err = sessions.ended(*arguments)

    assert (code, out) == (2, "")
    assert said_ in one_line(err)


def test_the_word_sessions_leads_to_the_commands_and_a_longer_prompt_does_not(
    sagent: Command, spider: Path
) -> None:
    listed = sagent("sessions", "list")
    prompts = [
        ("sessions are slow", "--provider", "Nope"),
        ("--provider", "Nope", "--", "sessions", "list"),
    ]

    assert spider.name in listed.stdout.decode()
    assert all(b"unknown provider" in sagent(*prompt).stderr for prompt in prompts)


async def test_help_on_sessions_loads_none_of_the_heavy_libraries() -> None:
    code = (
        "import sys; from sagent.cli import main\n"
        "try: main(['sessions', 'show', '--help'])\n"
        "except SystemExit as end: assert not end.code\n"
        "heavy = {'httpx', 'rich', 'trio', 'attrs', 'typing'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )

    done = await trio.run_process([COMMAND[0], "-c", code], capture_stdout=True, check=False)

    assert done.returncode == 0
