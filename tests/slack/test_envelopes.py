"""What comes through the socket, as values."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.slack._envelope import Delivery, Goodbye, Hello, read_envelope
from sagent.slack._heard import Place, Reacted, Said
from sagent.slack._seen import Seen

SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8)

NAMES = st.sampled_from(
    ["type", "payload", "event", "envelope_id", "user", "channel", "actions", "state", "item"]
) | st.text(max_size=4)

VALUES = st.recursive(
    SCALARS | st.sampled_from(["events_api", "interactive", "block_actions", "message"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=20,
)


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
