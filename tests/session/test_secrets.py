"""No credential reaches a session."""

import base64
from pathlib import Path

import pytest
from sessions import SESSION_FILE, one_of_each, said

from sagent.home import Home
from sagent.message import JsonMessage, TextMessage
from sagent.session import MessageRecord, create_session, read_session

KEY = "sk-fake-0123456789abcdef"


def test_a_key_is_masked_in_every_kind_of_record(home: Home) -> None:
    with create_session(home, cwd=Path.cwd(), name=KEY, secrets=[KEY]) as session:
        session.append(*one_of_each(KEY))

    written = (session.directory / SESSION_FILE).read_bytes()
    assert KEY.encode() not in written
    assert base64.b64encode(b"\x89" + KEY.encode()) not in written
    transcript = read_session(session.directory)
    assert transcript.damaged_lines == ()
    assert len(transcript.messages) == 2
    assert transcript.state.name == "[secret]"


def test_the_transcript_at_hand_has_what_the_file_has(home: Home) -> None:
    with create_session(home, cwd=Path.cwd(), secrets=[KEY]) as session:
        session.append(*one_of_each(KEY))

        now = session.transcript
        assert dict(now.messages) == dict(read_session(session.directory).messages)


def test_a_key_in_the_environment_is_masked_unasked(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    with create_session(home, cwd=Path.cwd()) as session:
        session.append(MessageRecord(said(f"the key is {KEY}.")))

    (message,) = read_session(session.directory).conversation
    assert message.content == "the key is [secret]."


@pytest.mark.parametrize(
    "secret",
    ['with "quotes"', "-----BEGIN\nPRIVATE\n", "schlüssel€", "multipart", "pending", "active_form"],
)
def test_a_secret_of_any_characters_is_masked_and_breaks_nothing(home: Home, secret: str) -> None:
    with create_session(home, cwd=Path.cwd(), secrets=[secret]) as session:
        session.append(*one_of_each(f"a {secret} b"))

    transcript = read_session(session.directory)

    assert transcript.damaged_lines == ()
    assert len(transcript.messages) == 2
    assert "a [secret] b" in [message.content for message in transcript.messages.values()]


def test_a_secret_quoted_within_a_text_is_masked(home: Home) -> None:
    quoted = TextMessage('{"key": "two\\nlines"}')
    with create_session(home, cwd=Path.cwd(), secrets=["two\nlines"]) as session:
        session.append(MessageRecord(quoted))

    (message,) = read_session(session.directory).conversation

    assert message.content == '{"key": "[secret]"}'


def test_what_holds_no_secret_is_written_as_it_is(home: Home) -> None:
    message = JsonMessage({"a": [1, 2.5, None, True, "\u2028", "caf\udce9"]})
    with create_session(home, cwd=Path.cwd(), secrets=[KEY]) as session:
        session.append(MessageRecord(message))

    assert read_session(session.directory).conversation == (message,)
