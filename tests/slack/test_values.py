"""What is read from Slack and kept between runs: of any shape, and never trusted."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.errors import SessionBusyError, SessionError
from sagent.home import Home
from sagent.slack._book import Book
from sagent.slack._envelope import Delivery, Goodbye, Hello, read_envelope
from sagent.slack._folder import new_run, newest_run
from sagent.slack._heard import Place, Pressed, Reacted, Said
from sagent.slack._keeper import Keeper
from sagent.slack._manifest import (
    MANIFEST,
    Colleague,
    Manifest,
    Talk,
    read_manifest,
    write_manifest,
)
from sagent.slack._pace import CHANNEL, TIERS, Pace, backoff_s
from sagent.slack._persona import load_persona
from sagent.slack._posts import MOST_POSTS, POSTS, Posted, append_posts, read_posts
from sagent.slack._question import question_blocks, read_press
from sagent.slack._seen import Seen
from sagent.slack._verdict import Granted, Refused, Wait, judge
from sagent.tool import Answer, Choice, Question

SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
NAMES = st.sampled_from(
    ["type", "payload", "event", "envelope_id", "user", "channel", "actions", "state", "item"]
) | st.text(max_size=4)
VALUES = st.recursive(
    SCALARS | st.sampled_from(["events_api", "interactive", "block_actions", "message"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=20,
)
PLACE = Place(channel="C1", thread="1.0")
NAME = st.text("abz09_-", min_size=1, max_size=8)


def delivered(event: Mapping[str, object]) -> Delivery:
    frame = {
        "type": "events_api",
        "envelope_id": "e1",
        "payload": {"event_id": "Ev1", "event": event},
    }
    envelope = read_envelope(json.dumps(frame))
    assert isinstance(envelope, Delivery)
    return envelope


@given(VALUES)
def test_whatever_comes_is_read_or_left(value: object) -> None:
    envelope = read_envelope(json.dumps(value))

    assert envelope is None or isinstance(envelope, Hello | Goodbye | Delivery)


@given(VALUES)
def test_whatever_an_event_holds_is_read_or_left(value: object) -> None:
    frame = {"type": "events_api", "envelope_id": "e", "payload": {"event": value}}

    envelope = read_envelope(json.dumps(frame))

    assert isinstance(envelope, Delivery)
    assert envelope.envelope_id == "e"


def test_a_message_and_the_mention_in_it_are_the_same() -> None:
    message = {"user": "U1", "channel": "C1", "ts": "5.0", "text": "hi"}

    one = delivered(message | {"type": "message"})
    other = delivered(message | {"type": "app_mention"})

    assert set(one.keys) & set(other.keys) >= {"C1/5.0"}


@pytest.mark.parametrize(
    "more",
    [
        {"bot_id": "B1"},
        {"subtype": "bot_message"},
        {"subtype": "message_changed"},
        {"subtype": "channel_join"},
        {"user": ""},
    ],
)
def test_what_bots_write_and_what_is_changed_is_not_heard(more: dict[str, object]) -> None:
    message = {"type": "message", "user": "U1", "channel": "C1", "ts": "5.0", "text": "hi"}

    assert delivered(message | more).heard is None


def test_a_reaction_is_heard() -> None:
    item = {"type": "message", "channel": "C1", "ts": "5.0"}

    heard = delivered(
        {"type": "reaction_added", "user": "U1", "reaction": "eyes", "item": item}
    ).heard

    assert heard == Reacted(channel="C1", user="U1", ts="5.0", emoji="eyes")


def test_only_in_direct_messages_is_there_no_thread() -> None:
    said = Said(channel="D1", user="U1", ts="5.0", text="hi", is_direct=True)

    assert said.place == Place(channel="D1")
    assert Said(channel="C1", user="U1", ts="5.0", text="hi").place.thread == "5.0"


def test_what_was_seen_is_known_until_there_is_much_more() -> None:
    seen = Seen(most_keys=3)
    seen.keep(["a", "b"])

    assert seen.has(["x", "b"])
    seen.keep(["c", "d"])
    assert not seen.has(["a"])


@pytest.mark.parametrize(
    ("status", "headers", "body", "verdict"),
    [
        (200, {}, b'{"ok":true,"ts":"1"}', Granted({"ok": True, "ts": "1"})),
        (429, {"retry-after": "7"}, b"", Wait(7, "too many calls")),
        (429, {}, b"", Wait(30, "too many calls")),
        (429, {"retry-after": "soon"}, b"", Wait(30, "too many calls")),
        (429, {"retry-after": "99999999"}, b"", Wait(600, "too many calls")),
        (502, {}, b"<html>", Wait(None, "HTTP status 502")),
        (200, {}, b'{"ok":false,"error":"ratelimited"}', Wait(30, "too many calls")),
        (200, {}, b'{"ok":false,"error":"fatal_error"}', Wait(None, "fatal_error")),
        (200, {}, b'{"ok":false,"error":"no_text"}', Refused("no_text")),
        (404, {}, b"nope", Refused("HTTP status 404, and no JSON")),
    ],
)
def test_an_answer_is_judged(
    status: int, headers: dict[str, str], body: bytes, verdict: object
) -> None:
    assert judge(status, headers, body) == verdict


@given(st.integers(100, 599), st.binary(max_size=40), st.text(max_size=8))
def test_any_answer_is_judged(status: int, body: bytes, wait: str) -> None:
    assert isinstance(judge(status, {"retry-after": wait}, body), Granted | Wait | Refused)


@given(
    st.sampled_from([CHANNEL, *TIERS.values()]),
    st.lists(st.floats(0, 5), min_size=1, max_size=60),
)
def test_in_no_stretch_of_time_are_there_more_calls_than_allowed(
    pace: Pace, pauses: list[float]
) -> None:
    now, calls = 0.0, list[float]()
    for pause in pauses:
        now += pause
        now += pace.wait_s(now)
        calls.append(now)
        pace = pace.spent(now)

    for first, start in enumerate(calls):
        for last, end in enumerate(calls[first:], first):
            assert last - first + 1 <= pace.burst + (end - start) / pace.period_s + 1e-6


def test_a_pace_that_is_held_lets_nothing_through_until_then() -> None:
    pace = Pace(period_s=1, burst=5).held(10)

    assert pace.wait_s(4) == 6
    assert pace.spent(10).wait_s(10) == 1


@given(st.integers(0, 1000), st.floats(0, 1))
def test_backoff_stays_within_its_bounds(attempt: int, chance: float) -> None:
    assert 0.5 <= backoff_s(attempt, chance) <= 60


@given(
    st.lists(
        st.text(min_size=1, max_size=90).filter(str.strip), min_size=2, max_size=10, unique=True
    ),
    st.booleans(),
)
def test_a_question_fits_into_blocks_and_each_button_is_its_choice(
    labels: list[str], multiple: bool
) -> None:
    question = Question(
        text="Which? " * 900,
        choices=[Choice(label, "d" * 90) for label in labels],
        multiple=multiple,
    )

    blocks = json.loads(json.dumps(question_blocks(question, "n")))

    texts = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    assert all(len(text) <= 3_000 for text in texts)
    buttons = [one for block in blocks for one in block.get("elements", ()) if "action_id" in one]
    answers = [read_press(question, _pressed(button["action_id"])) for button in buttons]
    given_labels = [answer.chosen[0] for answer in answers if answer and answer.chosen]
    assert given_labels == ([] if multiple else labels)


def test_ticked_boxes_are_choices_and_strange_numbers_are_none() -> None:
    question = Question(text="Which?", choices=[Choice("a"), Choice("b")], multiple=True)

    assert read_press(question, _pressed("submit", 1, 9)) == Answer(chosen=("b",))
    assert read_press(question, _pressed("choice-7")) is None
    assert read_press(question, _pressed("skip")) == Answer()


def _pressed(action: str, *chosen: int) -> Pressed:
    return Pressed(channel="C1", user="U1", question="n", action=action, chosen=chosen)


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


def test_a_thread_stays_whose_it_is_and_a_direct_conversation_changes_hands() -> None:
    book, direct = Book(), Place(channel="D1")

    owners = [book.talk(label, place).owns for place in (PLACE, direct) for label in ("a", "b")]

    assert owners == [True, False, True, True]
    assert book.roster("U").threads == {PLACE: "a", direct: "b"}


def test_who_has_left_owns_nothing() -> None:
    book = Book({"a": Colleague(label="a", persona="p", log_channel="C9")})
    book.talk("a", PLACE)
    book.note_post(PLACE, "1.5", "a")

    book.remove("a")

    roster = book.roster("U")
    assert (roster.labels, roster.threads, roster.channels, roster.posts) == ((), {}, {}, {})
    assert book.manifest == Manifest()


def test_old_messages_are_forgotten() -> None:
    book = Book()

    for number in range(MOST_POSTS + 5):
        book.note_post(PLACE, str(number), "a")

    assert len(book.roster("U").posts) == MOST_POSTS


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


def test_a_persona_is_a_file_an_agent_the_default_or_a_name(tmp_path: Path) -> None:
    personas, agents = tmp_path / "personas", tmp_path / ".sagent" / "agents"
    personas.mkdir()
    agents.mkdir(parents=True)
    (personas / "rex.md").write_text("You are Rex.\n")
    (agents / "rex.md").write_text("---\nname: rex\ndescription: d\n---\nOther.")
    (agents / "pia.md").write_text("---\nname: pia\ndescription: d\n---\nOther.")

    def persona(name: str) -> tuple[str, str]:
        found = load_persona(name, directory=personas, cwd=tmp_path, home=Home(tmp_path / "h"))
        return found.system, found.agent_file

    assert persona("rex") == ("You are Rex.", "")
    assert persona("pia") == ("", "pia")
    assert persona("ben") == ("You are ben.", "")
    (personas / "default.md").write_text("You are somebody.")
    assert persona("ben") == ("You are somebody.", "")
